"""What a page tells the lessons: that the visitor has done what a step asks for."""

import streamlit as st

from digits.lessons import store
from pages.shared.errors import attempt
from pages.shared.visitor import owner


def note(act: str, **evidence) -> None:
    """Remember an act of a visitor who has begun a lesson, the first time, and say so. evidence: plain values."""

    def noted() -> None:
        if store.note(owner(), act, **evidence):
            st.toast("A step of the lesson is done.", icon=":material/school:")

    attempt(noted)
