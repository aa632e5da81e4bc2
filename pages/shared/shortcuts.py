"""Single letters as shortcuts of buttons, which a visitor can switch off.

Speech software and trembling hands type letters that nobody meant (WCAG 2.1, criterion 2.1.4). The choice is kept in a
cookie, which holds for the next visits of this browser, too.
"""

import streamlit as st

COOKIE = "digits_shortcuts"
KEEP = """<script>
document.cookie = "{name}={value}; path=/; max-age=31536000; samesite=lax"
</script>"""


def letter(key: str) -> str | None:
    """Return the shortcut for a button: the letter, or None where the visitor wants none."""
    return key if st.session_state.get("shortcuts", _kept()) else None


def offer() -> None:
    """Show the switch. Its state holds for all pages."""
    wanted = st.toggle(
        "Single-letter shortcuts", _kept(), key="shortcuts", persist_state="session",
        help="The letter on a button presses it. Switch this off if you type letters by accident.",
    )  # fmt: skip
    if wanted != _kept():  # which says what the cookie was when the page was opened
        st.session_state["shortcuts_changed"] = True
    if st.session_state.get("shortcuts_changed"):
        st.html(KEEP.format(name=COOKIE, value="on" if wanted else "off"), unsafe_allow_javascript=True)


def _kept() -> bool:
    """Return whether the visitor wanted letters when they opened the page."""
    return st.context.cookies.get(COOKIE) != "off"
