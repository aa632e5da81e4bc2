"""Headers and doors: what a browser may do with a page, and by which name and from where the server is asked."""

import ipaddress
import os
from collections.abc import MutableMapping
from typing import Any

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from streamlit.web.server.starlette.starlette_websocket import is_host_allowed

EMBEDDED_IN = "DIGITS_FRAME_ANCESTORS"
"""Environment variable: the sites that may show the app in a frame, as in "https://lms.example.org"; none by itself."""

# Scripts and styles in a page are Streamlit's own way (its index.html, st.html, components), and its charts compile
# functions. What this keeps out is everything from another place, and whatever would be sent there.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; media-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' data: blob:; "
    "worker-src 'self' blob:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors {ancestors}"
)
FORWARDED = "X-Forwarded-For", "X-Real-IP", "Forwarded", "Via"
"""Headers by which a proxy says that somebody else asks."""
METRICS = "/_stcore/metrics"


class SafeHeaders:
    """ASGI middleware: the first of all, so that every answer has its headers."""

    def __init__(self, app: Any) -> None:
        self.app = app
        ancestors = os.environ.get(EMBEDDED_IN, "").strip()
        self.headers = [
            (b"content-security-policy", POLICY.format(ancestors=ancestors or "'none'").encode("latin-1")),
            (b"x-content-type-options", b"nosniff"),
            (b"referrer-policy", b"same-origin"),
            *([] if ancestors else [(b"x-frame-options", b"DENY")]),
        ]

    async def __call__(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":  # the WebSocket is checked by Streamlit
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                ours = {name for name, _ in self.headers}
                kept = [(name, value) for name, value in message.get("headers", ()) if name.lower() not in ours]
                message = {**message, "headers": [*kept, *self.headers]}
            await send(message)

        if not is_host_allowed(Headers(scope=scope).get("host")):
            refusal = PlainTextResponse("This server does not answer to that name.", 421)
            await refusal(scope, receive, send_with_headers)
        elif scope["path"].rstrip("/").endswith(METRICS) and not _is_here(scope):
            await PlainTextResponse("Not found.", 404)(scope, receive, send_with_headers)
        else:
            await self.app(scope, receive, send_with_headers)


def _is_here(scope: MutableMapping[str, Any]) -> bool:
    """Whether somebody on this machine asks, not through a proxy."""
    try:
        is_local = ipaddress.ip_address((scope.get("client") or ("",))[0]).is_loopback
    except ValueError:
        return False
    return is_local and not any(name in Headers(scope=scope) for name in FORWARDED)
