"""Say what went wrong in one sentence."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import streamlit as st

from digits.errors import DigitsError


@contextmanager
def told() -> Iterator[None]:
    """Show a DigitsError raised inside as a sentence, and end the page there; other errors pass through."""
    try:
        yield
    except DigitsError as error:
        st.error(str(error), icon=":material/error:")
        st.stop()


def attempt(action: Callable, *arguments) -> None:
    """Do what a click asked for; where it cannot be done, say why in a note that passes."""
    try:
        action(*arguments)
    except DigitsError as error:
        st.toast(str(error), icon=":material/error:", duration="long")


def show_error(error: Exception) -> bool:
    """Of the `st.App`: show a DigitsError that no page caught as its sentence, instead of Streamlit's own box."""
    if isinstance(error, DigitsError):
        st.error(str(error), icon=":material/error:")
        return True
    return False
