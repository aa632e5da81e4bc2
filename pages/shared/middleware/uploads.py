"""A budget for uploads that no page has read yet: Streamlit keeps them in memory for as long as their session lives.

A page reads a file within moments, and empties its widget.
"""

import time
from collections.abc import MutableMapping
from typing import Any

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from streamlit import runtime

from pages.shared.middleware.sessions import UPLOADS

FILE_BYTES = 26 << 20  # a file of 25 MB and what is around it, as in .streamlit/config.toml and nginx.conf
SERVER_BYTES = 100 << 20
SESSION_BYTES = 52 << 20
ABANDONED_SECONDS = 60

_came: dict[tuple[str, str], float] = {}  # (session, file) -> when


def sweep() -> None:
    """Let go of what no page has read for ABANDONED_SECONDS."""
    for name, when in list(_came.items()):
        if time.monotonic() - when >= ABANDONED_SECONDS:
            del _came[name]
            runtime.get_instance().uploaded_file_mgr.remove_file(*name)


class UploadBudget:
    """ASGI middleware: refuses an upload for which there is no room, before its body is read."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.coming: dict[object, int] = {}

    async def __call__(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http" or scope["method"] != "PUT" or UPLOADS not in scope["path"]:
            await self.app(scope, receive, send)
            return
        session, _, file = scope["path"].partition(UPLOADS)[2].partition("/")
        length = Headers(scope=scope).get("content-length", "")
        size = min(int(length), FILE_BYTES) if length.isascii() and length.isdigit() else FILE_BYTES
        if not self._has_room(session, size):
            refusal = PlainTextResponse(
                "The server holds too many uploads. Try again soon.", 503, {"retry-after": "60"}
            )
            await refusal(scope, receive, send)
            return
        self.coming[request := object()] = size
        try:
            await self.app(scope, receive, send)
        finally:
            del self.coming[request]
            _came[session, file] = time.monotonic()

    def _has_room(self, session: str, size: int) -> bool:
        kept = _kept()
        of_session = sum(length for owner, length in kept if owner == session)
        of_server = sum(length for _, length in kept) + sum(self.coming.values())
        return of_session + size <= SESSION_BYTES and of_server + size <= SERVER_BYTES


def _kept() -> list[tuple[str, int]]:
    """Return session and bytes of every file that Streamlit keeps."""
    storage = runtime.get_instance().uploaded_file_mgr.file_storage
    sessions = [(session, list(files.values())) for session, files in list(storage.items())]  # other threads change it
    return [(session, len(file.data)) for session, files in sessions for file in files]
