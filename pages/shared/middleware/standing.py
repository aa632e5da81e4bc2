"""Who is taken out of a class, or whose class has closed, sees nothing of it any more in a page that is still open.

app.py asks who may see a page. A fragment of it runs without app.py, each second or at a click.
"""

import asyncio
from collections.abc import MutableMapping
from contextlib import suppress
from typing import Any

from google.protobuf.message import DecodeError
from streamlit.proto.BackMsg_pb2 import BackMsg

from digits import permissions
from digits.errors import StoreUnavailable
from pages.shared.middleware.cookie import visitor


class Standing:
    """ASGI middleware; needs VisitorCookie before it. Runs all of a page again where the visitor's role has changed."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        before = None

        async def receive_whole() -> MutableMapping[str, Any]:
            nonlocal before
            message = await receive()
            if message.get("bytes"):
                with suppress(StoreUnavailable):  # the page says it
                    now = await asyncio.to_thread(_standing, visitor(scope))
                    if before not in (None, now):
                        message = {**message, "bytes": whole(message["bytes"])}
                    before = now
            return message

        await self.app(scope, receive_whole if scope["type"] == "websocket" else receive, send)


def whole(data: bytes) -> bytes:
    """Return a browser's message, a BackMsg, that runs all of the page where it asked for a fragment."""
    message = BackMsg()
    try:
        message.ParseFromString(data)
    except DecodeError:
        return data
    if not message.rerun_script.fragment_id:
        return data
    message.rerun_script.ClearField("fragment_id")
    return message.SerializeToString()


def _standing(visitor_id: str) -> tuple[permissions.Role, int | None]:
    who = permissions.identify(visitor_id)
    return who.role, who.within and who.within.id
