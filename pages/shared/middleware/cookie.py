"""Every browser gets the signed cookie by which its visitor is known, unless a proxy says who it is."""

import os
import secrets
from collections.abc import MutableMapping
from typing import Any

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection

from pages.shared.visitor import COOKIE, USER_HEADER, identity, signed, verified

YEAR = 365 * 24 * 3600  # s


def visitor(scope: MutableMapping[str, Any]) -> str:
    """Return who asks; for middleware behind VisitorCookie."""
    return scope["digits.visitor"]


class VisitorCookie:
    """ASGI middleware: gives whoever has no valid cookie a new one, and lets this very request have it already."""

    def __init__(self, app: Any):
        self.app = app

    async def __call__(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        if named := _named(scope):
            await self.app({**_with_cookie(scope, named), "digits.is_named": True}, receive, send)
            return
        if known := verified(_cookie(scope)):
            await self.app({**scope, "digits.visitor": known}, receive, send)
            return
        new = secrets.token_hex(8)
        header = set_cookie(scope, new).encode()

        async def send_with_cookie(message: MutableMapping[str, Any]) -> None:
            headers = message.get("headers", ())
            is_page = any(name == b"content-type" and text.startswith(b"text/html") for name, text in headers)
            if message["type"] == "websocket.accept" or (message["type"] == "http.response.start" and is_page):
                message = {**message, "headers": [*headers, (b"set-cookie", header)]}
            await send(message)

        await self.app(_with_cookie(scope, new), receive, send_with_cookie)


def set_cookie(scope: MutableMapping[str, Any], name: str) -> str:
    """Return the header that makes a browser the one of this visitor."""
    secure = "; Secure" if scope.get("scheme") in ("https", "wss") else ""
    return f"{COOKIE}={signed(name)}; Path=/; Max-Age={YEAR}; HttpOnly; SameSite=Lax{secure}"


def _named(scope: MutableMapping[str, Any]) -> str:
    """Return the visitor whom the proxy names, empty where it names nobody, or no header is believed."""
    header = os.environ.get(USER_HEADER, "").strip()
    subject = Headers(scope=scope).get(header, "").strip() if header else ""
    return identity("proxy", subject) if subject else ""


def _with_cookie(scope: MutableMapping[str, Any], name: str) -> dict[str, Any]:
    """Return a request as if it came with the cookie of this visitor, and with no other one."""
    others = [(key, text) for key, text in scope["headers"] if key != b"cookie"]
    kept = [
        part
        for key, text in scope["headers"]
        if key == b"cookie"
        for part in text.split(b";")
        if part.split(b"=")[0].strip() != COOKIE.encode()
    ]
    cookies = b"; ".join([*(part.strip() for part in kept), f"{COOKIE}={signed(name)}".encode()])
    return {**scope, "headers": [*others, (b"cookie", cookies)], "digits.visitor": name}


def _cookie(scope: MutableMapping[str, Any]) -> str:
    """Return the value of our cookie, read as Streamlit reads it: where the two differ, a visitor would be LOCAL."""
    return HTTPConnection(scope).cookies.get(COOKIE, "")
