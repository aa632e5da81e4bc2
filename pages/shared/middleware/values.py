"""What a component sends is JSON; Streamlit reads it before any page runs, and fails where it is none.

Read by Python, 4 MB of small lists take 100 MB and 0.2 s, in which the server does nothing else. So what is more than
any page takes is refused before it is read.
"""

import json
from collections.abc import MutableMapping
from typing import Any

from google.protobuf.message import DecodeError
from streamlit.proto.BackMsg_pb2 import BackMsg

ASKED = "rerun_script", "stop_script", "app_heartbeat", "file_urls_request", "backend_operation_request"
"""What a page may ask. Streamlit also takes orders of developers, such as to empty every cache of everybody."""
JSON = "json_value", "json_trigger_value"
MAX_PARTS = 150_000  # of one value; a drawing of 20,000 points, with four numbers each, has 125,000


class ReadableValues:
    """ASGI middleware: in the place of a value that cannot be read a page gets null, and says so in its own words."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        async def receive_readable() -> MutableMapping[str, Any]:
            message = await receive()
            return {**message, "bytes": readable(message["bytes"])} if message.get("bytes") else message

        await self.app(scope, receive_readable if scope["type"] == "websocket" else receive, send)


def readable(data: bytes) -> bytes:
    """Return a browser's message, a BackMsg, with null for each value of a widget that is no JSON or too much.

    Of what no page asks nothing is left.
    """
    message = BackMsg()
    try:
        message.ParseFromString(data)
    except DecodeError:
        return data  # Streamlit ends the session
    if message.WhichOneof("type") not in ASKED:
        return BackMsg(app_heartbeat=True).SerializeToString()  # which does nothing
    kinds = [(widget, widget.WhichOneof("value")) for widget in message.rerun_script.widget_states.widgets]
    unreadable = [(widget, kind) for widget, kind in kinds if kind in JSON and not _is_json(getattr(widget, kind))]
    for widget, kind in unreadable:
        setattr(widget, kind, "null")
    return message.SerializeToString() if unreadable else data


def _is_json(text: str) -> bool:
    if sum(map(text.count, ",[{")) > MAX_PARTS:
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
