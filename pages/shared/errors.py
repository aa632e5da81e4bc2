"""Say what went wrong in one sentence."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import streamlit as st

from digits.errors import DigitsError
from digits.runs.run import Run


@contextmanager
def told() -> Iterator[None]:
    """Show a DigitsError raised inside as a sentence, and end the page there; other errors pass through."""
    try:
        yield
    except DigitsError as error:
        st.error(str(error), icon=":material/error:")
        st.stop()


def tell_damage(run: Run, letter: str = "") -> None:
    """Say which of its files are damaged and so left out here. letter: by which the page calls the run, if it does."""
    if damage := run.damage():
        st.warning(f"{letter}: {damage}" if letter else damage, icon=":material/heart_broken:")


def attempt(action: Callable, *arguments) -> None:
    """Do what a click asked for; where it cannot be done, say why in a note that passes."""
    try:
        action(*arguments)
    except DigitsError as error:
        st.toast(str(error), icon=":material/error:", duration="long")
