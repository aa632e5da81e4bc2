"""Single letters as shortcuts of buttons, which a visitor can switch off.

Speech software and trembling hands type letters that nobody meant (WCAG 2.1, criterion 2.1.4).
"""

import streamlit as st


def letter(key: str) -> str | None:
    """Return the shortcut for a button: the letter, or None where the visitor wants none."""
    return key if st.session_state.get("shortcuts", True) else None


def offer() -> None:
    """Show the switch. Its state holds for all pages of this visit."""
    st.toggle(
        "Single-letter shortcuts", True, key="shortcuts", persist_state="session",
        help="The letter on a button presses it. Switch this off if you type letters by accident.",
    )  # fmt: skip
