"""The app as a user meets it, without a browser."""

import pytest
from streamlit.testing.v1 import AppTest

from digits.storage.home import ROOT

# What a link or a name may carry and must stay without effect.
HOSTILE = [
    "nope",
    "../..",
    "<script>alert(1)</script>",
    "[a](http://evil.example) $x^2$ :red[b]",
    "=1+1",
    "a\0b",
    "\u202etxt.exe",
    "مرحبا",
    "🙂",
    "x" * 10_000,
]


@pytest.fixture
def open_page():
    """open_page("draw", model="starter") opens that page by a link and checks that nothing went wrong."""

    def open_page(name: str, **link: str) -> AppTest:
        page = AppTest.from_file(str(ROOT / "app.py"), default_timeout=30).run().switch_page(f"pages/{name}/page.py")
        for key, value in link.items():
            page.query_params[key] = value
        page.run()
        assert not page.exception
        return page

    return open_page


def texts(page: AppTest) -> str:
    """All that the page says in words."""
    kinds = (
        page.title,
        page.subheader,
        page.markdown,
        page.caption,
        page.text,
        page.info,
        page.warning,
        page.error,
        page.success,
    )
    return "\n".join(element.value for kind in kinds for element in kind)


def click(page: AppTest, label: str) -> AppTest:
    """Press the button with that label."""
    next(button for button in page.button if button.label == label).click().run()
    assert not page.exception
    return page
