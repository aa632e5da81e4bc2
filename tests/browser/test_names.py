import pytest

from digits.runs import store as runs
from tests.browser.conftest import go, settle

# HTML, and Markdown as Streamlit reads it, within the 80 characters of a name.
NAME = "<b>b</b> <img src onerror=x()>[l](//e.x) **b** $x$ :red[r]`c` :smile: www.a.b"


@pytest.fixture
def named(server_with_runs):
    """The two runs of the server, each with that name."""
    named = runs.page()
    for run in named:
        runs.rename(run.id, NAME)
    yield named
    for run in named:
        runs.rename(run.id, "")


def test_a_name_is_shown_letter_for_letter_and_does_nothing(visit, server_with_runs, named):
    page = visit(f"{server_with_runs}/compare?compare={','.join(run.id for run in named)}")
    shows_the_name(page, "stText")
    for path in ("/evaluate", "/draw"):
        go(page, path)
        shows_the_name(page, "stSelectbox")


def shows_the_name(page, kind):
    place = page.get_by_test_id(kind)
    place.first.wait_for()
    settle(page)
    shown = place.evaluate_all("all => all.map(one => one.textContent + (one.querySelector('input')?.value ?? ''))")
    assert NAME in " ".join(shown)
    assert place.locator("img, b, strong, code, a, .katex").count() == 0
