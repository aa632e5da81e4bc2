"""Where the app lies on the server is nobody's business: Streamlit tells every browser so when a page begins to run."""

from collections.abc import MutableMapping
from typing import Any

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from digits.storage.home import ROOT

PLACE = str(ROOT).encode()


class NoOwnPath:
    """ASGI middleware: takes the path of the app out of what a page sends."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        async def send_without(message: MutableMapping[str, Any]) -> None:
            if PLACE in (message.get("bytes") or b""):
                message = {**message, "bytes": without_path(message["bytes"])}
            await send(message)

        await self.app(scope, receive, send_without if scope["type"] == "websocket" else send)


def without_path(data: bytes) -> bytes:
    """Return a message to a browser, a ForwardMsg, with the name of the app's script instead of its path."""
    message = ForwardMsg.FromString(data)
    if message.WhichOneof("type") != "new_session":
        return data
    message.new_session.main_script_path = "app.py"
    return message.SerializeToString()
