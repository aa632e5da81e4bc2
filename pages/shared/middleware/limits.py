"""Nobody keeps the others waiting: requests, WebSockets and their messages are limited by address and by visitor.

What comes too fast over a WebSocket is not refused, it is read more slowly, so that a hasty visitor loses nothing.
Static files wait for the same reason: a page without one of them stays blank.
"""

import asyncio
import time
from collections.abc import MutableMapping
from contextlib import suppress
from typing import Any

from google.protobuf.message import DecodeError
from starlette.responses import PlainTextResponse
from starlette.websockets import WebSocketDisconnect, WebSocketDisconnected
from streamlit.proto.BackMsg_pb2 import BackMsg

from pages.shared.middleware.cookie import visitor
from pages.shared.middleware.rates import Buckets, Rate, address, base_path
from pages.shared.middleware.standing import Places

REQUESTS = Rate(40, 400)  # of an address, without static files; opening a page makes about ten
FILES = Rate(200, 1000)  # static files of an address; a browser that opens its first page asks for about eighty
REFUSAL_SECONDS = 1.0  # before a request is refused: whoever asks on without pause is not answered without pause
CONNECTIONS = Rate(20, 150)  # WebSockets that an address opens; a class that reloads opens thirty
MESSAGES_OF_VISITOR = Rate(10, 40)  # a pen sends three a second, a training that is watched four
MESSAGES_OF_ADDRESS = Rate(360, 1200)  # a school has one address, in which whole pages are opened
WHOLE_PAGE = 3  # messages, as which one counts that runs a page again; strokes and what is watched run a part of it
STRANGE = 2  # times as much counts who has not joined while a class is open; they see three small pages
MESSAGE_BYTES = 50_000  # more of them in one message count as more messages
MAX_OPEN_OF_VISITOR = 40
MAX_OPEN_OF_ADDRESS = 400
SILENT_SECONDS = 30.0  # a browser sends its first message at once
IDLE_SECONDS = 3600.0  # afterwards; a browser whose page is shown connects again
QUIET_SECONDS = 10.0  # a WebSocket that was quiet for so long gives its place to a new one
STATIC = "/static/", "/component/", "/_stcore/bidi-components/"  # files that never change
SERVICE = "/v2/", "/api/"  # the prediction service is for programs and has other limits


def _path(scope: MutableMapping[str, Any]) -> str:
    return scope["path"].removeprefix(base_path())


def _cost(data: bytes) -> int:
    """Return as how many messages a browser's message counts, by its size and by what it makes the server do."""
    if len(data) > MESSAGE_BYTES:
        return 1 + len(data) // MESSAGE_BYTES
    message = BackMsg()
    with suppress(DecodeError):  # Streamlit ends the session
        message.ParseFromString(data)
    return WHOLE_PAGE if message.HasField("rerun_script") and not message.rerun_script.fragment_id else 1


class Connection:
    """One open WebSocket."""

    def __init__(self, place: str, who: str) -> None:
        self.place, self.who = place, who
        self.heard = time.monotonic()
        self.is_silent = True  # no message has come yet
        self.timeout: asyncio.Timeout | None = None

    def end(self) -> None:
        """End the connection at once."""
        if self.timeout:
            self.timeout.reschedule(0)


class Limits:
    """ASGI middleware; needs VisitorCookie before it."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.requests, self.files, self.connections = Buckets(REQUESTS), Buckets(FILES), Buckets(CONNECTIONS)
        self.by_visitor, self.by_address = Buckets(MESSAGES_OF_VISITOR), Buckets(MESSAGES_OF_ADDRESS)
        self.open: list[Connection] = []
        self.places = Places()

    async def __call__(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        elif scope["type"] == "http" and await self._is_refused(scope):
            refusal = PlainTextResponse(
                "Too many requests from your address. Try again soon.", 429, {"retry-after": "1"}
            )
            await refusal(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def place(self, scope: MutableMapping[str, Any]) -> tuple[str, int]:
        """Return what a request counts for, its address, and how much a message counts there.

        A member of a class has a name of their own: whoever floods from the address of a school slows strangers alone.
        A class has few members, while anybody can have cookies by the thousand.
        """
        places = await self.places.all()
        if places and visitor(scope) in places:
            return f"member {visitor(scope)}", 1
        return address(scope), 1 if places is None else STRANGE

    async def _is_refused(self, scope: MutableMapping[str, Any]) -> bool:
        """Return whether a request is one too many, after the seconds that it waits for that answer."""
        path = _path(scope)
        if path.startswith(SERVICE):
            return False
        place, _ = await self.place(scope)
        if path.startswith(STATIC):
            await asyncio.sleep(self.files.take(place))
            return False
        if is_refused := self.requests.take(place) > 0:
            self.requests.give_back(place)
            await asyncio.sleep(REFUSAL_SECONDS)
        return is_refused

    async def _websocket(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        place, weight = await self.place(scope)
        connection = Connection(place, visitor(scope))
        await asyncio.sleep(self.connections.take(connection.place))
        if not self._has_room(connection):
            await send({"type": "websocket.close", "code": 1013})  # before it is accepted: the browser sees a 403
            return

        async def receive_limited() -> MutableMapping[str, Any]:
            try:
                async with asyncio.timeout(SILENT_SECONDS if connection.is_silent else IDLE_SECONDS) as timeout:
                    connection.timeout = timeout
                    message = await receive()
            except TimeoutError:
                await send({"type": "websocket.close", "code": 1001})
                return {"type": "websocket.disconnect", "code": 1001}
            if message["type"] == "websocket.receive":
                if message.get("bytes") is None:  # text, which no page of ours sends, and which Streamlit raises on
                    await send({"type": "websocket.close", "code": 1003})
                    return {"type": "websocket.disconnect", "code": 1003}
                connection.is_silent, connection.heard = False, time.monotonic()
                cost = _cost(message["bytes"])
                waits = self.by_visitor.take(connection.who, cost), self.by_address.take(place, weight * cost)
                await asyncio.sleep(max(waits))
            return message

        self.open.append(connection)
        try:
            await self.app(scope, receive_limited, send)
        except (WebSocketDisconnect, WebSocketDisconnected):
            pass  # who sent something that Streamlit refuses has gone before it says so
        finally:
            self.open.remove(connection)

    def _has_room(self, new: Connection) -> bool:
        """Whether the address and the visitor may have one more; the one that was quiet the longest makes room."""
        for most, theirs in (
            (MAX_OPEN_OF_VISITOR, [one for one in self.open if one.who == new.who]),
            (MAX_OPEN_OF_ADDRESS, [one for one in self.open if one.place == new.place]),
        ):
            if len(theirs) >= most:
                quietest = min(theirs, key=lambda one: (not one.is_silent, one.heard))
                if not quietest.is_silent and time.monotonic() - quietest.heard < QUIET_SECONDS:
                    return False
                quietest.end()
        return True
