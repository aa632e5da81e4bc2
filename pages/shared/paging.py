"""What does not fit on one sheet, a page at a time."""

import math

import streamlit as st


def back(key: str) -> None:
    """Go back to the first page."""
    st.session_state[key] = 1


def turn(count: int, per_page: int, key: str) -> slice:
    """Let the user turn the pages of `count` things; return which of them are on the present one."""
    pages = max(1, math.ceil(count / per_page))
    page = min(st.pagination(pages, key=key) if pages > 1 else 1, pages)
    return slice((page - 1) * per_page, page * per_page)
