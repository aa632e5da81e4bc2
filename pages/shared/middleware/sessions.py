"""A session belongs to the visitor who opened it: its id alone neither takes it over nor uploads into it."""

from collections import OrderedDict
from collections.abc import MutableMapping
from typing import Any

from starlette.responses import PlainTextResponse
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages.shared.middleware.cookie import visitor
from pages.shared.visitor import browser

MAX_SESSIONS = 10_000
PROTOCOLS = b"sec-websocket-protocol"  # "streamlit, XSRF token, session to come back to"
UPLOADS = "/_stcore/upload_file/"

_owners: OrderedDict[str, str] = OrderedDict()


def claim() -> None:
    """Note whose session runs this page."""
    if context := get_script_run_ctx():
        _owners[context.session_id] = browser()
        _owners.move_to_end(context.session_id)
        if len(_owners) > MAX_SESSIONS:
            _owners.popitem(last=False)


def is_foreign(session: str, who: str) -> bool:
    """Return whether a session is known to be somebody else's."""
    return _owners.get(session, who) != who


class OwnSession:
    """ASGI middleware; needs VisitorCookie before it. Whoever asks for another's session gets a new one."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "websocket":
            scope = {**scope, "headers": [_own(name, text, visitor(scope)) for name, text in scope["headers"]]}
        elif scope["type"] == "http" and UPLOADS in scope["path"]:
            session = scope["path"].partition(UPLOADS)[2].partition("/")[0]
            if is_foreign(session, visitor(scope)):
                await PlainTextResponse("This session is somebody else's.", 403)(scope, receive, send)
                return
        await self.app(scope, receive, send)


def _own(name: bytes, text: bytes, who: str) -> tuple[bytes, bytes]:
    """Return a header, without the session in it if that is somebody else's."""
    if name == PROTOCOLS:
        protocols = [part.strip() for part in text.decode("latin-1").split(",")]
        if len(protocols) > 2 and is_foreign(protocols[2], who):
            return name, ", ".join(protocols[:2]).encode("latin-1")
    return name, text
