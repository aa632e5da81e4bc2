import pytest

from digits.runs import models
from digits.runs import store as runs
from tests.browser.conftest import serving, settle
from tests.pages.conftest import copy_run


@pytest.mark.parametrize(
    "name",
    ["<b>b</b> <img src=x onerror=alert(1)> [l](http://evil.example)", "**b** $x^2$ :red[r] :smile: `c` www.a.b"],
)
def test_a_name_is_shown_letter_for_letter_and_does_nothing(visit, with_run, digits_home, name):
    runs.rename(with_run.id, name)
    other = copy_run(with_run)
    runs.rename(other.id, name)
    models.choose(with_run)
    with serving(digits_home) as address:
        for path, kind in (
            (f"compare?compare={with_run.id},{other.id}", "stText"),
            ("evaluate", "stSelectbox"),
            ("draw", "stSelectbox"),
        ):
            page = visit(f"{address}/{path}")
            place = page.get_by_test_id(kind)
            place.first.wait_for()
            settle(page)
            shown = place.evaluate_all(
                "all => all.map(one => one.textContent + (one.querySelector('input')?.value ?? ''))"
            )
            assert name in " ".join(shown)
            assert place.locator("img, b, strong, code, a, .katex").count() == 0
