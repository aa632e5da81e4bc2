"""Who a visitor is: a random, signed cookie, so that everyone has a chosen model of their own. No account, no name.

Pure ASGI, because Starlette's BaseHTTPMiddleware does not see WebSockets, over which all of a page runs.
"""

import hashlib
import hmac
import secrets
from collections.abc import MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any

import streamlit as st

from digits.storage.secrets import secret
from digits.tasks import LOCAL

COOKIE = "digits_visitor"
YEAR = 365 * 24 * 3600  # s


def owner() -> str:
    """Return who sees the page: the id in their cookie, or LOCAL without a valid one."""
    cookie = st.context.cookies.get(COOKIE)
    return verified(cookie) or LOCAL if isinstance(cookie, str) else LOCAL  # AppTest has no request


def visitor(scope: MutableMapping[str, Any]) -> str:
    """Return who asks; for middleware behind VisitorCookie."""
    return scope["digits.visitor"]


def signed(name: str) -> str:
    """Return the value of the cookie of a visitor."""
    return f"{name}.{_signature(name)}"


def verified(value: str) -> str:
    """Return the visitor of a cookie, empty where it was not signed here."""
    name, _, signature = value.partition(".")
    return name if name and hmac.compare_digest(signature.encode(), _signature(name).encode()) else ""


class VisitorCookie:
    """ASGI middleware: gives whoever has no valid cookie a new one, and lets this very request have it already."""

    def __init__(self, app: Any):
        self.app = app

    async def __call__(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        if known := verified(_cookie(scope)):
            await self.app({**scope, "digits.visitor": known}, receive, send)
            return
        new = secrets.token_hex(8)
        value = signed(new)
        others = [(name, text) for name, text in scope["headers"] if name != b"cookie"]
        kept = [text for name, text in scope["headers"] if name == b"cookie"]
        cookies = b"; ".join([*kept, f"{COOKIE}={value}".encode()])
        secure = "; Secure" if scope.get("scheme") in ("https", "wss") else ""
        header = f"{COOKIE}={value}; Path=/; Max-Age={YEAR}; HttpOnly; SameSite=Lax{secure}".encode()

        async def send_with_cookie(message: MutableMapping[str, Any]) -> None:
            headers = message.get("headers", ())
            is_page = any(name == b"content-type" and text.startswith(b"text/html") for name, text in headers)
            if message["type"] == "websocket.accept" or (message["type"] == "http.response.start" and is_page):
                message = {**message, "headers": [*headers, (b"set-cookie", header)]}
            await send(message)

        scope = {**scope, "headers": [*others, (b"cookie", cookies)], "digits.visitor": new}
        await self.app(scope, receive, send_with_cookie)


def _cookie(scope: MutableMapping[str, Any]) -> str:
    for name, text in scope["headers"]:
        if name == b"cookie":
            try:
                cookies = SimpleCookie(text.decode("latin-1"))
            except CookieError:
                continue
            if COOKIE in cookies:
                return cookies[COOKIE].value
    return ""


def _signature(name: str) -> str:
    return hmac.new(secret("visitor").encode(), name.encode(), hashlib.sha256).hexdigest()[:32]
