"""For who sits at the machine: open a class, and become its teacher."""

import streamlit as st

from digits import classes, permissions
from digits.classes.names import MAX_NAME
from digits.classes.store import TEACHER
from digits.permissions import LOCAL, Role
from pages.shared.errors import told
from pages.shared.middleware.headers import FORWARDED
from pages.shared.visitor import owner


def offer() -> None:
    """Show a quiet button; nothing to others, and while a class is open."""
    if not is_here() or permissions.identify(owner()).role != Role.MACHINE or classes.opened():
        return
    with st.popover("Open a class", icon=":material/groups:", type="tertiary"):
        st.markdown(
            "Pupils join with a code and their first name, without an account. Each gets their own space, and you "
            "see and manage all of them."
        )
        st.text_input("Name of the class", max_chars=MAX_NAME, placeholder="7b", key="class_name")
        st.text_input("Your name", max_chars=MAX_NAME, value="Teacher", key="class_teacher")
        if st.button("Open class", type="primary"):
            with told():
                _open()
            st.switch_page("pages/classroom/page.py")


def is_here() -> bool:
    """Return whether the page is shown on this very machine, not through a proxy."""
    is_local = st.context.ip_address is None  # which Streamlit says of a loopback address
    return is_local and not any(st.context.headers.get(name) for name in FORWARDED)


def _open() -> None:
    pin = classes.make_pin()
    made = classes.create(st.session_state["class_name"], pin)
    if owner() != LOCAL:
        classes.join(made, st.session_state["class_teacher"] or "Teacher", owner(), TEACHER)
    st.session_state["class_pin"] = pin
