import shutil

import pytest

from digits.runs import models
from digits.runs import store as runs
from tests.browser.conftest import serving, settle
from tests.pages.conftest import copy_run


@pytest.fixture(scope="module")
def two_runs(trained_home, tmp_path_factory):
    """The home of a server that has two finished runs, and its address."""
    home = tmp_path_factory.mktemp("names") / "home"
    shutil.copytree(trained_home, home)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DIGITS_HOME", str(home))
        copy_run(runs.page()[0])
        with serving(home) as address:
            yield home, address


@pytest.mark.parametrize(
    "name",
    ["<b>b</b> <img src=x onerror=alert(1)> [l](http://evil.example)", "**b** $x^2$ :red[r] :smile: `c` www.a.b"],
)
def test_a_name_is_shown_letter_for_letter_and_does_nothing(visit, two_runs, monkeypatch, name):
    home, address = two_runs
    monkeypatch.setenv("DIGITS_HOME", str(home))
    one, other = runs.page()
    for run in (one, other):
        runs.rename(run.id, name)
    models.choose(one)
    for path, kind in (
        (f"compare?compare={one.id},{other.id}", "stText"),
        ("evaluate", "stSelectbox"),
        ("draw", "stSelectbox"),
    ):
        page = visit(f"{address}/{path}")
        place = page.get_by_test_id(kind)
        place.first.wait_for()
        settle(page)
        shown = place.evaluate_all("all => all.map(one => one.textContent + (one.querySelector('input')?.value ?? ''))")
        assert name in " ".join(shown)
        assert place.locator("img, b, strong, code, a, .katex").count() == 0
