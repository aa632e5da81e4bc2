"""Say what went wrong in one sentence."""

from collections.abc import Iterator
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
