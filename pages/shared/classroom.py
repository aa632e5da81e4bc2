"""What a class changes on every page: a line that says who one is, and the way in for who has not joined."""

import streamlit as st

from digits import permissions
from digits.classes import Class
from digits.classroom import overview
from digits.errors import StoreUnavailable
from digits.permissions import LOCAL, Role
from digits.storage.home import home
from pages.shared.visitor import EVERYONE, owner

OPEN_TO_ALL = ("", "glossary", "class")
"""Addresses of the pages that change nothing."""


def lets_in(address: str) -> bool:
    """Show who one is in the class, if one is open; return whether the page with that address may be shown."""
    try:
        who = permissions.identify(owner())
    except StoreUnavailable:
        return True  # nothing can be changed then, and the page says so itself
    if who.role == Role.MACHINE:
        return True
    if who.role == Role.STRANGER:
        if address != "class":
            _invite(must=address not in OPEN_TO_ALL)
        return address in OPEN_TO_ALL
    if address != "class":
        _show_member(who)
    return True


def taught() -> Class | None:
    """Return the open class whose teacher sees the page; None for everybody else."""
    try:
        who = permissions.identify(owner())
    except StoreUnavailable:
        return None
    return who.within if who.role == Role.TEACHER else None


def whose(run_owner: str) -> str:
    """Return the first name of who made a run, where those of others are shown; empty for one's own."""
    if not st.session_state.get(EVERYONE) or run_owner in (owner(), LOCAL):
        return ""
    return _names(str(home()), owner()).get(run_owner, "")


@st.cache_data(max_entries=100, ttl=2, show_spinner=False)
def _names(place: str, visitor: str) -> dict[str, str]:
    """Return what the members of a visitor's class are called, by their ids."""
    who = permissions.identify(visitor)
    return overview.names(who.within) if who.within else {}


def _invite(*, must: bool) -> None:
    if must:
        st.title("Join the class first", anchor=False)
    with st.container(horizontal=True, vertical_alignment="center"):
        text = "A class is open on this server. Join it to use this page." if must else "A class is open here."
        st.markdown(text, width="content")
        st.page_link("pages/classroom/page.py", label="Join the class", icon=":material/group_add:")


def _show_member(who: permissions.Who) -> None:
    is_teacher = who.role == Role.TEACHER
    with st.container(horizontal=True, vertical_alignment="center", key="class_line"):
        st.text(f"{who.first_name} · {who.within.name}", width="content")  # no Markdown: their own words
        st.page_link("pages/classroom/page.py", label="Class", icon=":material/groups:")
        st.toggle(
            "Everything of the class" if is_teacher else "Runs of the class", key=EVERYONE,
            help="On: you also see those of the others, which only they and the teacher can change.",
        )  # fmt: skip
    if who.within.paused and not is_teacher:
        st.info(
            "Your teacher has paused the class. You can look at everything but start nothing.",
            icon=":material/pause_circle:",
        )
