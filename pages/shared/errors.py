"""Say what went wrong in one sentence."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import streamlit as st

from digits.errors import DigitsError

LOG = logging.getLogger(__name__)


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
    """Of the `st.App`: say in a sentence what no page caught, instead of Streamlit's own box.

    A DigitsError says it itself. Anything else is a fault of the app, or a value that no page of ours sends; the log
    has its traceback.
    """
    if isinstance(error, DigitsError):
        st.error(str(error), icon=":material/error:")
    else:
        LOG.error("A page failed.", exc_info=error)
        st.error("This page failed. Reload it; what you have saved is kept.", icon=":material/error:")
    return True
