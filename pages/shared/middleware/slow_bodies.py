"""No body of a request keeps its connection for ever: each part of it, and all of it, has its time."""

import asyncio
import time
from collections.abc import MutableMapping
from typing import Any

from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse

PART_SECONDS = 40.0  # from one part of a body to the next; the prediction service gives up before, in its own words
BODY_SECONDS = 300.0  # 25 MB by a slow telephone


class TimelyBodies:
    """ASGI middleware."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        end = time.monotonic() + BODY_SECONDS
        is_whole = is_answered = False

        async def receive_in_time() -> MutableMapping[str, Any]:
            nonlocal is_whole
            if is_whole:  # what is still awaited is the end of the connection
                return await receive()
            try:
                async with asyncio.timeout(min(PART_SECONDS, end - time.monotonic())):
                    message = await receive()
            except TimeoutError:
                return {"type": "http.disconnect"}
            is_whole = not message.get("more_body")
            return message

        async def send_noted(message: MutableMapping[str, Any]) -> None:
            nonlocal is_answered
            is_answered = True
            await send(message)

        try:
            await self.app(scope, receive_in_time, send_noted)
        except ClientDisconnect:
            if not is_answered:  # uvicorn sends it to nobody who has gone
                headers = {"connection": "close"}
                refusal = PlainTextResponse("The request came too slowly. Try again.", 408, headers)
                await refusal(scope, receive, send)
