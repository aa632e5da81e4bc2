"""Who a visitor is: a random, signed cookie, so that everyone has their own things. No account, no name.

Where people log in (st.login), or a proxy says who they are, that takes the place of the cookie.
"""

import hashlib
import hmac
import os

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from digits import classes, permissions
from digits.permissions import LOCAL
from digits.storage.secrets import secret

COOKIE = "digits_visitor"
USER_HEADER = "DIGITS_USER_HEADER"
"""Environment variable: the header in which a proxy that everybody comes through says who they are, as in
"X-Forwarded-User"; none is believed without it."""
EVERYONE = "everyone"
"""Key of the switch that shows what belongs to others of the class."""


def owner() -> str:
    """Return who sees the page: who logged in, or the id in their cookie, or LOCAL without a valid one."""
    if get_script_run_ctx(suppress_warning=True) is None:
        return LOCAL  # no page asks
    return logged_in() or browser()


def browser() -> str:
    """Return the id in the cookie of the browser that shows the page, or LOCAL without a valid one."""
    cookie = st.context.cookies.get(COOKIE)
    return verified(cookie) or LOCAL if isinstance(cookie, str) else LOCAL  # AppTest has no request


def logged_in() -> str:
    """Return who has logged in by OpenID Connect (st.login), empty for nobody.

    `sub` is never given to another person by the same issuer (OpenID Connect Core, 2).
    """
    user = st.user
    if not user.get("is_logged_in"):
        return ""
    subject = user.get("sub") or user.get("email")
    return identity(str(user.get("iss", "")), str(subject)) if subject else ""


def must_log_in() -> bool:
    """Return whether a login is set up here that who sees the page has not used yet."""
    return st.user.get("is_logged_in") is False


def is_named() -> bool:
    """Return whether somebody else than our cookie says who sees the page: a login, or a proxy."""
    header = os.environ.get(USER_HEADER, "").strip()
    return bool(logged_in() or (header and st.context.headers.get(header, "").strip()))


def identity(issuer: str, subject: str) -> str:
    """Return the id of somebody whom another service knows."""
    return hashlib.sha256(f"{issuer}\n{subject}".encode()).hexdigest()[:32]


def owners() -> list[str] | None:
    """Return whose runs the page lists; None for everybody's. See `permissions.visible_owners`."""
    return permissions.visible_owners(everyone=shows_everyone())


def drawers() -> list[str] | None:
    """Return whose drawings the page lists; None for everybody's."""
    return permissions.visible_drawers(everyone=shows_everyone())


def sees(whose: str) -> bool:
    """Return whether a link may open a run of that owner."""
    return permissions.is_visible(whose, everyone=shows_everyone())


def shows_everyone() -> bool:
    """Return whether the visitor has switched to all of their class."""
    return bool(st.session_state.get(EVERYONE))


classes.resolve_by(owner)


def signed(name: str) -> str:
    """Return the value of the cookie of a visitor."""
    return f"{name}.{_signature(name)}"


def verified(value: str) -> str:
    """Return the visitor of a cookie, empty where it was not signed here."""
    name, _, signature = value.partition(".")
    return name if name and hmac.compare_digest(signature.encode(), _signature(name).encode()) else ""


def _signature(name: str) -> str:
    return hmac.new(secret("visitor").encode(), name.encode(), hashlib.sha256).hexdigest()[:32]
