"""A visitor without a browser, in Streamlit's own messages (streamlit/proto/BackMsg.proto and ForwardMsg.proto)."""

import asyncio
import json
import time

import psutil
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect

PATIENCE_SECONDS = 60
PAGES = [
    ("", ""),
    ("explore", ""),
    ("train", ""),
    ("train", "train_view=Watch"),
    ("evaluate", ""),
    ("compare", ""),
    ("draw", ""),
]
"""All pages, each with its query."""


class Visitor:
    """One open page.

    `buttons` maps what is written on a button to its widget id, `radios` the label of a choice to its widget; `canvas`
    has the ids of its fragment and its widget; `texts` is what the page says in Markdown since it was last run.
    """

    def __init__(self, socket: ClientConnection, page: str, query: str) -> None:
        self.socket, self.page, self.query = socket, page, query
        self.page_hash, self.buttons, self.radios, self.widgets = "", {}, {}, {}
        self.texts: list[str] = []
        self.canvas = "", ""
        self.session = ""

    @classmethod
    async def open(cls, address: str, page: str = "", query: str = "", cookie: str = "") -> "Visitor":
        """Connect to the server at `address` (http://...) and wait until the page is drawn."""
        stream = f"ws{address.removeprefix('http')}/_stcore/stream"
        socket = await connect(
            stream, origin=address, subprotocols=["streamlit"], max_size=None,
            additional_headers={"Cookie": cookie} if cookie else None,
        )  # fmt: skip
        visitor = cls(socket, page, query)
        await visitor.rerun()
        return visitor

    async def rerun(self, press: str | None = None) -> float:
        """Run the page again, with a button pressed if one is named; returns the seconds until its last element came.

        Raises RuntimeError when the page shows an exception, TimeoutError after PATIENCE_SECONDS.
        """
        message = self.message()
        if press:
            widget = message.rerun_script.widget_states.widgets.add()
            widget.id, widget.trigger_value = self.buttons[press], True
        return await self._answered(message)

    async def draw(self, drawing: dict) -> float:
        """Send the drawing, {raw, data}, that the canvas sends after a stroke; returns the seconds of its answer."""
        fragment, canvas = self.canvas
        self.widgets[canvas] = WidgetState(id=canvas, json_value=json.dumps({"drawing": drawing}))
        message = self.message()
        message.rerun_script.fragment_id = fragment
        return await self._answered(message)

    def choose(self, label: str, part: str) -> None:
        """Choose the option that contains `part`; the next rerun sends it."""
        radio = self.radios[label]
        option = next(option for option in radio.options if part in option)
        self.widgets[radio.id] = WidgetState(id=radio.id, string_value=option)

    async def close(self) -> None:
        await self.socket.close()

    def message(self) -> BackMsg:
        """Return the message that a browser sends to run the page again."""
        message = BackMsg()
        state = message.rerun_script
        state.page_name, state.page_script_hash, state.query_string = self.page, self.page_hash, self.query
        state.widget_states.widgets.extend(self.widgets.values())
        return message

    async def _answered(self, message: BackMsg) -> float:
        began = time.perf_counter()
        await self.socket.send(message.SerializeToString())
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self._drawn()
        return time.perf_counter() - began

    async def _drawn(self) -> None:
        """Read messages until the script has come to its end."""
        message, problem = ForwardMsg(), None
        while True:
            message.ParseFromString(await self.socket.recv())
            kind = message.WhichOneof("type")
            if kind == "navigation":
                self.page_hash = message.navigation.page_script_hash
            elif kind == "new_session":
                self.session, self.texts = message.new_session.initialize.session_id, []
            elif kind == "page_not_found":
                problem = f"there is no page {self.page!r}"
            elif kind == "delta":
                element = message.delta.new_element
                if element.WhichOneof("type") == "exception":
                    problem = f"{element.exception.type}: {element.exception.message}"
                elif element.WhichOneof("type") == "button":
                    self.buttons[element.button.label] = element.button.id
                elif element.WhichOneof("type") == "radio":
                    self.radios[element.radio.label] = element.radio
                elif element.WhichOneof("type") in ("markdown", "progress"):
                    shown = getattr(element, element.WhichOneof("type"))
                    self.texts.append(shown.body if element.WhichOneof("type") == "markdown" else shown.text)
                elif element.WhichOneof("type") == "bidi_component":
                    self.canvas = message.delta.fragment_id, element.bidi_component.id
                elif value := _shown(element):
                    self.widgets[value.id] = value
            # A script that ends early does so to begin again (st.rerun): its end is still to come.
            elif kind == "script_finished" and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                if message.script_finished == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
                    problem = "the page does not compile"
                if problem:
                    raise RuntimeError(problem)
                return


async def warm_up(address: str) -> None:
    """Open each page a few times, so that imports, caches and the allocator's first growth are not counted."""
    for page in PAGES * 3:
        await (await Visitor.open(address, *page)).close()


def megabytes(process: psutil.Process) -> float:
    """Return the memory that a process takes, in MB."""
    return process.memory_info().rss / 1e6


def _shown(element: Element) -> WidgetState | None:
    """What a widget of the Train page shows, as a browser sends it with every rerun."""
    kind = element.WhichOneof("type")
    if kind not in ("number_input", "slider", "checkbox", "button_group"):
        return None
    widget = getattr(element, kind)
    value = WidgetState(id=widget.id)
    if kind == "number_input":
        value.double_value = widget.value if widget.set_value else widget.default
    elif kind == "slider":
        value.double_array_value.data.extend(widget.value if widget.set_value else widget.default)
    elif kind == "checkbox":
        value.bool_value = widget.value if widget.set_value else widget.default
    else:
        chosen = [widget.options[position].content for position in widget.default]
        value.string_array_value.data.extend(widget.raw_values if widget.set_value else chosen)
    return value
