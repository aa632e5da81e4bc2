"""Class: join it with a code; for its members their personal link, and the way out on a shared device."""

import html
import re
from pathlib import Path
from urllib.parse import urljoin

import streamlit as st

from digits import classes, permissions
from digits.classes import Class, Member
from digits.permissions import Role
from pages.classroom.qr_code import qr_code
from pages.shared import joining
from pages.shared.errors import told
from pages.shared.middleware.rates import network
from pages.shared.visitor import is_named, logged_in, must_log_in, owner

FORM = Path(__file__).with_name("join.html").read_text(encoding="utf-8")
LEAVE = Path(__file__).with_name("leave.html").read_text(encoding="utf-8")


def show() -> None:
    """Show what there is to do for who opens the page."""
    who = permissions.identify(owner())
    if not classes.opened():
        st.title("Class", anchor=False)
        st.info("No class is open here.", icon=":material/info:")
    elif member := classes.member(owner()):
        _show_member(member, who.within or classes.get(member.class_id))
    else:
        _show_form()


def _show_form() -> None:
    st.title("Join the class", anchor=False)
    st.markdown(
        "Your teacher shows you the code. Your drawings and networks stay on this server. "
        "They are deleted when the class ends, unless your teacher keeps them."
    )
    if (problem := joining.problem(owner())).text:
        st.error(problem.text, icon=":material/error:")
    if must_log_in():
        st.button("Log in", type="primary", icon=":material/login:", on_click=st.login)
        return
    code = problem.code or st.query_params.get("code", "")[:20]
    if is_named():
        _show_form_of_named(code)
    else:
        typed = {"{code}": code, "{first_name}": problem.first_name}
        st.html(re.sub("|".join(typed), lambda found: html.escape(typed[found[0]]), FORM))


def _show_form_of_named(code: str) -> None:
    """The same for who is known without a cookie: then nothing has to be posted."""
    with st.form("class_join", width=420):
        typed = st.text_input("Code", value=code, max_chars=20)
        first_name = st.text_input("First name", value=str(st.user.get("given_name") or ""), max_chars=24)
        pin = st.text_input("PIN, for the teacher", type="password", max_chars=64)
        if st.form_submit_button("Join", type="primary"):
            with told():
                joining.join(network(st.context.ip_address or "here"), typed, first_name, pin, owner())
            st.rerun()


def _show_member(member: Member, of: Class) -> None:
    st.title("Class", anchor=False)
    st.text(f"{of.name} · {member.first_name}")
    if (problem := joining.problem(member.id)).text:
        st.error(problem.text, icon=":material/error:")
    if member.role == Role.TEACHER:
        st.markdown(f"The code of this class: **{of.code}**")
        if pin := st.session_state.get("class_pin"):
            st.markdown(f"Your PIN, to come back as the teacher: **{pin}**. Write it down; it isn't shown again.")
        st.page_link("pages/classroom/teacher.py", label="Go to your class", icon=":material/arrow_forward:")
    st.page_link("pages/home/page.py", label="Go to Home", icon=":material/arrow_forward:")
    if logged_in():
        st.button("Log out", icon=":material/logout:", on_click=st.logout)
    if is_named():
        return
    with st.expander("Come back on another device", icon=":material/qr_code_2:"):
        link = urljoin(st.context.url or "", f"class/key/{member.key}")
        st.markdown("Scan this code, or keep this link. It is yours alone: whoever has it can use your space.")
        st.image(qr_code(link), width=220, alt="QR code of your personal link")
        st.code(link, language=None, wrap_lines=True)
    with st.expander("Leave on this device", icon=":material/logout:"):
        st.markdown("For the next person at this device. Your personal link brings you back.")
        st.html(LEAVE)


show()
