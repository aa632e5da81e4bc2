"""Who is taken out of a class, or whose class has closed, sees nothing of it any more in a page that is still open.

app.py asks who may see a page. A fragment of it runs without app.py, each second or at a click.
"""

import asyncio
import time
from collections.abc import MutableMapping
from contextlib import suppress
from typing import Any

from google.protobuf.message import DecodeError
from streamlit.proto.BackMsg_pb2 import BackMsg

from digits import classes
from digits.errors import StoreUnavailable
from pages.shared.middleware.cookie import visitor

SECONDS = 1.0  # from one question to the next
STALE = 3.0  # s; an older answer is waited for, where nobody has asked for a while


class Places:
    """Who is in an open class, as it was a moment ago.

    Nobody waits while others ask: beside pages that compute, a thread that asks the database waits for Python's lock
    again and again, which held every message back by 0.1 s and more.
    """

    def __init__(self) -> None:
        self.found: dict[str, tuple[int, str]] | None = None
        self.asking: asyncio.Task | None = None
        self.asked = self.answered = float("-inf")

    async def all(self) -> dict[str, tuple[int, str]] | None:
        """Return {visitor: (class id, role)}; None where no class is open."""
        now = time.monotonic()
        if now - self.asked > SECONDS and (self.asking is None or self.asking.done()):
            self.asked, self.asking = now, asyncio.create_task(self._ask())
        if now - self.answered > STALE:
            await asyncio.wait([self.asking])
        return self.found

    async def _ask(self) -> None:
        with suppress(StoreUnavailable):  # the page says it
            self.found = await asyncio.to_thread(classes.places)
        self.answered = time.monotonic()


class Standing:
    """ASGI middleware; needs VisitorCookie before it. Runs all of a page again where the visitor's role has changed."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.places = Places()

    async def __call__(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        before = [await self._place(scope)] if scope["type"] == "websocket" else []

        async def receive_whole() -> MutableMapping[str, Any]:
            message = await receive()
            if message.get("bytes") and (now := await self._place(scope)) != before[0]:
                message, before[0] = {**message, "bytes": whole(message["bytes"])}, now
            return message

        await self.app(scope, receive_whole if before else receive, send)

    async def _place(self, scope: MutableMapping[str, Any]) -> tuple[int, str] | None:
        return (await self.places.all() or {}).get(visitor(scope))


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
