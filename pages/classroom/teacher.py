"""Teacher: how to join, what the whole class may do now, and a live line for each pupil."""

import html
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import streamlit as st

from digits import classes
from digits.classes import Class
from digits.classes.store import PLACES
from pages.classroom import errands, pupils
from pages.classroom.qr_code import qr_code
from pages.shared.classroom import taught
from pages.shared.errors import attempt, told
from pages.shared.text import isolated

JOIN = Path(__file__).with_name("join_here.html").read_text(encoding="utf-8")
LOOPBACK = ("localhost", "127.0.0.1", "::1")


def show(of: Class) -> None:
    """Show the page of the teacher of a class."""
    st.title("Your class", anchor=False)
    _show_way_in(of)
    with st.container(horizontal=True, vertical_alignment="center"):
        _switch(
            "Pause the class", "class_paused", of.paused, classes.pause, of,
            help="Your pupils can look at everything but start nothing. Runs that have started continue.",
        )  # fmt: skip
        _switch(
            "Hide names", "class_hide_names", of.hide_names, classes.hide_names, of,
            help="Here and on the projector, pupils are called by numbers. They keep their numbers.",
        )  # fmt: skip
        _switch(
            "Nobody else may join", "class_is_full", is_full := classes.is_full(of), classes.keep_out, of,
            help=f"Pupils who have joined stay. It switches itself on when {PLACES} more have joined, because somebody "
            "with the code could invent any number of pupils.",
        )  # fmt: skip
        st.page_link("pages/classroom/projector.py", label="Projector", icon=":material/cast:")
    if is_full:
        st.caption(f"Nobody else may join now. Switch it off to let in up to {PLACES} more.")
    errands.show(of)
    pupils.show(of)


def _show_way_in(of: Class) -> None:
    """Show the address, the code and a QR code of both, large enough for a projector."""
    link = urljoin(st.context.url or "", f"class?code={of.code}")
    address = link.partition("?")[0].removeprefix("http://").removeprefix("https://")
    with st.container(horizontal=True, vertical_alignment="center", border=True):
        st.image(qr_code(link), width=180, alt="QR code of the address where pupils join, with the code of the class")
        values = {"{name}": of.name, "{address}": address, "{code}": of.code}
        text = JOIN
        for place, value in values.items():
            text = text.replace(place, html.escape(isolated(value) if place == "{name}" else value))
        st.html(text)
    if urlsplit(link).hostname in LOOPBACK:
        st.caption(
            "This address works on this machine only. Open this page by the address of this machine in your network, "
            "and the QR code leads there."
        )


def _switch(label: str, key: str, value: bool, change, of: Class, *, help: str) -> None:
    st.session_state[key] = value  # another tab may have switched it
    st.toggle(label, key=key, on_change=lambda: attempt(change, of, st.session_state[key]), help=help)


if found := taught():
    with told():
        show(found)
else:
    st.title("Teacher", anchor=False)
    st.info("This page is for the teacher of an open class.", icon=":material/info:")
