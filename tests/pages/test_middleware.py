"""Each layer alone, without a server: a scope goes in, messages come out."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from starlette.requests import Request
from starlette.websockets import WebSocketDisconnected
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from digits import classes
from digits.classes import keys
from digits.inference.strokes import MAX_POINTS, MAX_STROKES
from digits.storage.home import ROOT
from pages.shared.middleware import headers, limits, own_path, sessions, slow_bodies, standing, uploads, values
from pages.shared.middleware.rates import Buckets, Rate, address


def run(coroutine):
    """Run a coroutine to its end, in a thread: a browser test before this one may have left its loop in this thread."""
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(asyncio.run, coroutine).result()


async def answer(app, scope, receive=None):
    """Return what an ASGI app sends."""
    sent = []

    async def send(message):
        sent.append(message)

    await app({"headers": [], "client": ("10.0.0.1", 1), "digits.visitor": "ada"} | scope, receive, send)
    return sent


async def page(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": [(b"x-frame-options", b"SAMEORIGIN")]})
    await send({"type": "http.response.body", "body": b"page"})


def http(path="/", *, method="GET", host=b"localhost", **more):
    return {"type": "http", "path": path, "method": method, "headers": [(b"host", host)]} | more


def test_a_bucket_lets_a_burst_through_and_then_the_rate_and_one_name_does_not_pay_for_another():
    buckets = Buckets(Rate(per_second=10, burst=5))
    assert [round(buckets.take("ada", now=100), 6) for _ in range(7)] == [0, 0, 0, 0, 0, 0.1, 0.2]
    assert buckets.take("bob", now=100) == 0
    assert round(buckets.take("ada", now=100.5), 6) == 0
    assert buckets.take("ada", cost=25, now=200) == 2


def test_addresses_are_told_apart_but_those_of_one_ipv6_network_are_not():
    first, second = (address({"client": (f"2001:db8::{end}", 1)}) for end in "12")
    assert first == second == "2001:db8::/64"
    assert address({"client": ("10.0.0.1", 5)}) == "10.0.0.1" and address({}) == ""


def test_every_answer_has_the_headers_that_keep_a_page_to_itself():
    start, _ = run(answer(headers.SafeHeaders(page), http()))
    found = dict(start["headers"])
    assert b"frame-ancestors 'none'" in found[b"content-security-policy"]
    assert (found[b"x-content-type-options"], found[b"referrer-policy"]) == (b"nosniff", b"same-origin")
    assert [value for name, value in start["headers"] if name == b"x-frame-options"] == [b"DENY"]


def test_a_school_may_show_the_app_in_a_frame_of_its_own(monkeypatch):
    monkeypatch.setenv(headers.EMBEDDED_IN, "https://lms.example.org")
    found = dict(run(answer(headers.SafeHeaders(page), http()))[0]["headers"])
    assert found[b"content-security-policy"].endswith(b"frame-ancestors https://lms.example.org")
    assert b"DENY" not in found.values()


@pytest.mark.parametrize(
    ("scope", "status"),
    [
        (http(host=b"localhost:8501"), 200),
        (http(host=b"evil.example"), 421),
        ({"type": "http", "path": "/", "method": "GET", "headers": []}, 421),
        (http("/_stcore/metrics", client=("127.0.0.1", 1)), 200),
        (http("/_stcore/metrics", client=("10.0.0.1", 1)), 404),
        (http("/_stcore/metrics/", client=("10.0.0.1", 1)), 404),
        (http("/digits/_stcore/metrics", client=("10.0.0.1", 1)), 404),
    ],
)
def test_a_foreign_name_and_a_stranger_who_asks_for_figures_are_refused(monkeypatch, scope, status):
    monkeypatch.setattr(headers, "is_host_allowed", lambda host: host is not None and host.startswith("localhost"))
    assert run(answer(headers.SafeHeaders(page), scope))[0]["status"] == status


@pytest.mark.parametrize("by", [b"x-forwarded-for", b"forwarded", b"x-real-ip", b"via"])
def test_a_proxy_on_this_machine_shows_the_figures_to_nobody(monkeypatch, by):
    monkeypatch.setattr(headers, "is_host_allowed", lambda host: True)
    scope = http("/_stcore/metrics", client=("127.0.0.1", 1), headers=[(by, b"10.0.0.1")])
    assert run(answer(headers.SafeHeaders(page), scope))[0]["status"] == 404


def test_a_hasty_address_is_refused_while_another_is_served_and_static_files_count_apart(monkeypatch):
    monkeypatch.setattr(limits, "REQUESTS", Rate(per_second=0.001, burst=3))
    monkeypatch.setattr(limits, "REFUSAL_SECONDS", 0.0)

    async def ask():
        app = limits.Limits(page)
        statuses = [(await answer(app, http()))[0]["status"] for _ in range(5)]
        other = (await answer(app, http(client=("10.0.0.2", 1))))[0]["status"]
        monkeypatch.setattr(limits, "base_path", lambda: "/digits")
        return statuses, other, (await answer(app, http("/digits/static/js/index.js")))[0]["status"]

    assert run(ask()) == ([200, 200, 200, 429, 429], 200, 200)


@pytest.mark.parametrize(
    ("path", "statuses", "waits"),
    [("/", [200, 429, 429], [1, 1]), ("/static/js/index.js", [200] * 3, [0, 2, 4]), ("/v2/models", [200] * 3, [])],
)
def test_who_asks_without_pause_waits_for_refusals_and_for_static_files(monkeypatch, path, statuses, waits):
    for rate in ("REQUESTS", "FILES"):
        monkeypatch.setattr(limits, rate, Rate(per_second=0.5, burst=1))
    waited = []

    async def sleep(seconds):
        waited.append(round(seconds))

    async def ask():
        app = limits.Limits(page)
        return [(await answer(app, http(path)))[0]["status"] for _ in range(3)]

    monkeypatch.setattr(asyncio, "sleep", sleep)
    assert (run(ask()), waited) == (statuses, waits)


async def form(scope, receive, send):
    """Answer once the body is there, and go on until the visitor has gone."""
    assert await Request(scope, receive).body() == b"code"
    await page(scope, receive, send)
    assert (await receive())["type"] == "http.disconnect"


@pytest.mark.parametrize(
    ("parts", "status"),
    [
        ([(b"co", True), (b"de", False)], 200),
        ([(b"co", True)], 408),  # and then nothing
        ([(b"c", True)] * 1000, 408),  # a drop now and then
    ],
)
def test_a_body_that_never_comes_to_its_end_is_not_waited_for(monkeypatch, parts, status):
    monkeypatch.setattr(slow_bodies, "PART_SECONDS", 0.05)
    monkeypatch.setattr(slow_bodies, "BODY_SECONDS", 0.2)
    left = iter(parts)

    async def receive():
        if part := next(left, None):
            await asyncio.sleep(0.001)
            return dict(zip(("type", "body", "more_body"), ("http.request", *part), strict=True))
        await asyncio.sleep(0.1)  # longer than one waits for a part; after the answer nobody hurries
        return {"type": "http.disconnect"}

    app = slow_bodies.TimelyBodies(form)
    assert run(answer(app, http("/class/join", method="POST"), receive))[0]["status"] == status


def test_no_browser_is_told_where_the_app_lies():
    begun, other = ForwardMsg(), ForwardMsg()
    begun.new_session.main_script_path, begun.new_session.name = str(ROOT / "app.py"), "app"
    other.page_info_changed.query_string = str(ROOT)  # a visitor's own words

    async def tell(scope, receive, send):
        for message in (begun, other):
            await send({"type": "websocket.send", "bytes": message.SerializeToString()})

    first, second = run(answer(own_path.NoOwnPath(tell), {"type": "websocket"}))
    read = ForwardMsg.FromString(first["bytes"]).new_session
    assert (read.main_script_path, read.name) == ("app.py", "app") and second["bytes"] == other.SerializeToString()


class Stream:
    """A WebSocket: `heard` counts the messages that the page has got of it."""

    def __init__(self, app, messages=(), **scope):
        self.heard, self.sent = 0, []
        self.messages = asyncio.Queue()
        for message in messages:
            self.messages.put_nowait({"type": "websocket.receive", "bytes": message})
        scope = {"type": "websocket", "path": "/", "client": ("10.0.0.1", 1), "digits.visitor": "ada"} | scope
        self.task = asyncio.create_task(app(scope | {"stream": self}, self.messages.get, self._send))

    async def _send(self, message):
        self.sent.append(message)


async def listen(scope, receive, send):
    while (await receive())["type"] != "websocket.disconnect":
        scope["stream"].heard += 1


@pytest.fixture
def no_class(monkeypatch):
    """Nobody is asked whether they are in a class, which takes a moment."""

    async def place(limits, scope):
        return address(scope), 1

    monkeypatch.setattr(limits.Limits, "place", place)


def test_a_flood_of_messages_is_read_slowly_and_nothing_is_lost(monkeypatch, no_class):
    monkeypatch.setattr(limits, "MESSAGES_OF_VISITOR", Rate(per_second=0.001, burst=10))

    async def flood():
        app = limits.Limits(listen)
        stream, other = Stream(app, [b"rerun"] * 14), Stream(app, [b"rerun"], **{"digits.visitor": "bob"})
        await asyncio.sleep(0.05)
        for one in (stream, other):
            one.task.cancel()
        return stream.heard, stream.messages.qsize(), other.heard

    assert run(flood()) == (10, 3, 1)  # one is on its way


def test_running_a_whole_page_counts_as_more_than_a_stroke(monkeypatch, no_class):
    monkeypatch.setattr(limits, "MESSAGES_OF_VISITOR", Rate(per_second=0.001, burst=4 * limits.WHOLE_PAGE))
    stroke, click = BackMsg(), BackMsg()
    stroke.rerun_script.fragment_id = "canvas"
    click.rerun_script.page_name = "draw"

    async def heard(message):
        stream = Stream(limits.Limits(listen), [message.SerializeToString()] * 20)
        await asyncio.sleep(0.05)
        stream.task.cancel()
        return stream.heard

    assert (run(heard(click)), run(heard(stroke))) == (4, 4 * limits.WHOLE_PAGE)


def test_a_flood_from_the_address_of_a_school_holds_no_member_of_a_class_back(monkeypatch):
    monkeypatch.setitem(keys.SCRYPT, "n", 2)
    monkeypatch.setattr(limits, "MESSAGES_OF_ADDRESS", Rate(per_second=0.001, burst=3 * limits.STRANGE))
    monkeypatch.setattr(limits, "CONNECTIONS", Rate(per_second=0.001, burst=5))
    monkeypatch.setattr(limits, "REQUESTS", Rate(per_second=0.001, burst=1))
    monkeypatch.setattr(limits, "REFUSAL_SECONDS", 0.0)
    classes.join(classes.create("7b", "123456"), "Anna", "anna")

    async def flood():
        app = limits.Limits(listen)
        others = [Stream(app, [b"rerun"], **{"digits.visitor": f"invented {number}"}) for number in range(20)]
        while sum(one.heard for one in others) < 3:
            await asyncio.sleep(0.01)
        anna = Stream(app, [b"rerun"] * 3, **{"digits.visitor": "anna"})
        app_of_pages = limits.Limits(page)
        statuses = [(await answer(app_of_pages, http() | {"digits.visitor": who}))[0]["status"] for who in "aab"]
        statuses.append((await answer(app_of_pages, http() | {"digits.visitor": "anna"}))[0]["status"])
        while anna.heard < 3:
            await asyncio.sleep(0.01)
        for one in (*others, anna):
            one.task.cancel()
        return sum(one.heard for one in others), statuses

    assert run(asyncio.wait_for(flood(), 20)) == (3, [200, 429, 429, 200])


def test_who_has_not_joined_while_a_class_is_open_is_heard_less_often(monkeypatch):
    monkeypatch.setitem(keys.SCRYPT, "n", 2)
    monkeypatch.setattr(limits, "MESSAGES_OF_ADDRESS", Rate(per_second=0.001, burst=2 * limits.STRANGE))

    async def flood(most):
        one = Stream(limits.Limits(listen), [b"rerun"] * 20)
        async with asyncio.timeout(20):
            while one.heard < most:
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)
        one.task.cancel()
        return one.heard

    assert run(flood(2 * limits.STRANGE)) == 2 * limits.STRANGE  # no class is open
    classes.create("7b", "123456")
    assert run(flood(2)) == 2


def test_who_has_gone_before_streamlit_refuses_them_leaves_no_fault_in_the_log():
    async def refuse(scope, receive, send):
        raise WebSocketDisconnected("Cannot send once a close message has been sent.")

    assert run(answer(limits.Limits(refuse), {"type": "websocket", "path": "/"})) == []


def test_large_messages_count_as_many(monkeypatch, no_class):
    monkeypatch.setattr(limits, "MESSAGES_OF_VISITOR", Rate(per_second=0.01, burst=10))

    async def send():
        stream = Stream(limits.Limits(listen), [bytes(4 * limits.MESSAGE_BYTES)] * 4)
        await asyncio.sleep(0.05)
        stream.task.cancel()
        return stream.heard

    assert run(send()) == 2


def test_a_connection_that_says_nothing_ends_and_a_place_is_made_for_a_new_one(monkeypatch, no_class):
    monkeypatch.setattr(limits, "MAX_OPEN_OF_ADDRESS", 2)

    async def crowd():
        app = limits.Limits(listen)
        streams = [
            Stream(app, [b"rerun"] if number == 1 else [], **{"digits.visitor": str(number)}) for number in range(3)
        ]
        await asyncio.sleep(0.05)
        silent, talking, new = [one.task.done() for one in streams]
        refused = Stream(app, [b"rerun"], **{"digits.visitor": "3"})
        await asyncio.sleep(0.05)
        made_room = streams[2].task.done()  # again the silent one
        full = Stream(app, **{"digits.visitor": "4"})
        await asyncio.sleep(0.05)
        for one in (*streams, refused, full):
            one.task.cancel()
        return silent, talking, new, streams[0].sent, made_room, full.sent

    silent, talking, new, sent, made_room, full = run(crowd())
    assert (silent, talking, new, made_room) == (True, False, False, True)
    assert sent == [{"type": "websocket.close", "code": 1001}]
    assert full == [{"type": "websocket.close", "code": 1013}]


def test_an_idle_connection_ends_by_itself(monkeypatch):
    monkeypatch.setattr(limits, "SILENT_SECONDS", 0.01)

    async def wait():
        stream = Stream(limits.Limits(listen))
        await asyncio.wait_for(stream.task, 10)
        return stream.sent

    assert run(wait()) == [{"type": "websocket.close", "code": 1001}]


def test_text_in_a_websocket_ends_it_before_streamlit_fails_on_it():
    async def write():
        stream = Stream(limits.Limits(listen))
        stream.messages.put_nowait({"type": "websocket.receive", "text": "rerun"})
        await asyncio.wait_for(stream.task, 10)
        return stream.heard, stream.sent

    assert run(write()) == (0, [{"type": "websocket.close", "code": 1003}])


def test_a_session_can_only_be_opened_again_by_whoever_opened_it(monkeypatch):
    monkeypatch.setattr(sessions, "_owners", {"mine": "ada", "other": "bob"})

    async def protocols(scope, receive, send):
        await send(dict(scope["headers"])[sessions.PROTOCOLS])

    def asked(session):
        named = [(sessions.PROTOCOLS, f"streamlit, token, {session}".encode())]
        return run(answer(sessions.OwnSession(protocols), {"type": "websocket", "headers": named}))

    assert asked("mine") == [b"streamlit, token, mine"] and asked("unknown") == [b"streamlit, token, unknown"]
    assert asked("other") == [b"streamlit, token"]


def test_nobody_uploads_into_the_session_of_another(monkeypatch):
    monkeypatch.setattr(sessions, "_owners", {"mine": "ada", "other": "bob"})
    statuses = [
        run(answer(sessions.OwnSession(page), http(f"/_stcore/upload_file/{name}/1", method="PUT")))[0]["status"]
        for name in ("mine", "other")
    ]
    assert statuses == [200, 403]


@pytest.fixture
def kept(monkeypatch):
    """What Streamlit keeps of uploads: {session: {file: ...}}."""
    kept = {}
    manager = SimpleNamespace(file_storage=kept, remove_file=lambda session, file: kept[session].pop(file))
    monkeypatch.setattr(uploads.runtime, "get_instance", lambda: SimpleNamespace(uploaded_file_mgr=manager))
    monkeypatch.setattr(uploads, "SERVER_BYTES", 100)
    monkeypatch.setattr(uploads, "SESSION_BYTES", 50)
    monkeypatch.setattr(uploads, "FILE_BYTES", 30)
    monkeypatch.setattr(uploads, "_came", {})
    return kept


def upload(app, kept, session, file, size):
    """The status of an upload that Streamlit keeps if it is let through."""

    async def store(scope, receive, send):
        kept.setdefault(session, {})[file] = SimpleNamespace(data=bytes(size))
        await page(scope, receive, send)

    app.app = store
    named = [] if size is None else [(b"content-length", str(size).encode())]
    scope = http(f"{uploads.UPLOADS}{session}/{file}", method="PUT", headers=named)
    return run(answer(app, scope))[0]["status"]


def test_uploads_have_a_budget_by_session_and_by_server(kept):
    app = uploads.UploadBudget(page)
    assert [upload(app, kept, "a", number, 25) for number in "123"] == [200, 200, 503]
    assert [upload(app, kept, "b", number, 25) for number in "12"] == [200, 200]
    assert upload(app, kept, "c", "1", 1) == 503
    kept["b"].clear()  # the page has read them
    assert upload(app, kept, "c", "1", 25) == 200


def test_what_no_page_has_read_for_long_goes_by_itself(kept, monkeypatch):
    app = uploads.UploadBudget(page)
    assert [upload(app, kept, session, "1", 25) for session in "ab"] == [200, 200]
    uploads.sweep()
    assert kept["a"] and kept["b"]
    monkeypatch.setattr(uploads, "ABANDONED_SECONDS", 0)
    uploads.sweep()
    assert not kept["a"] and not kept["b"]


def test_an_upload_that_does_not_say_how_long_it_is_counts_as_a_whole_file(kept):
    app = uploads.UploadBudget(page)
    kept["a"] = {"1": SimpleNamespace(data=bytes(25))}
    scope = http(f"{uploads.UPLOADS}a/2", method="PUT", headers=[(b"content-length", b"-5")])
    assert run(answer(app, scope))[0]["status"] == 503


@pytest.mark.parametrize("value", ["{", "", "[" * 100_000 + "]" * 100_000, "1" * 5000, f"[{'[],' * 80_000}1]"])
def test_a_value_that_cannot_be_read_reaches_the_page_as_null_and_the_others_as_they_were_sent(value):
    message = BackMsg()
    message.rerun_script.widget_states.widgets.add(id="canvas", json_value=value)
    message.rerun_script.widget_states.widgets.add(id="other", json_value='{"drawing": [1e400]}')
    message.rerun_script.widget_states.widgets.add(id="events", json_trigger_value=value)
    canvas, other, events = BackMsg.FromString(
        values.readable(message.SerializeToString())
    ).rerun_script.widget_states.widgets
    assert (canvas.json_value, other.json_value) == ("null", '{"drawing": [1e400]}')
    assert events.json_trigger_value == "null"


def test_the_largest_drawing_of_a_hand_reaches_the_page():
    path = [["M", 1, 1], *([["Q", 5.123456789, 7.123456789, 5.123456789, 7.123456789]] * (MAX_POINTS - MAX_STROKES))]
    stroke = {"type": "Path", "strokeWidth": 24, **dict.fromkeys(map(str, range(40)))}
    text = json.dumps(
        {"drawing": {"raw": {"objects": [stroke | {"path": path}, *[stroke | {"path": path[:1]}] * (MAX_STROKES - 1)]}}}
    )
    message = BackMsg()
    message.rerun_script.widget_states.widgets.add(id="canvas", json_value=text)
    assert values.readable(message.SerializeToString()) == message.SerializeToString()


@pytest.mark.parametrize("order", ["clear_cache", "set_run_on_save", "load_git_info", "debug_shutdown_runtime"])
def test_no_browser_empties_the_caches_of_all_or_gives_other_orders_of_developers(order):
    assert BackMsg.FromString(values.readable(BackMsg(**{order: True}).SerializeToString())).WhichOneof("type") == (
        "app_heartbeat"
    )


@pytest.mark.parametrize("asked", [{"stop_script": True}, {"file_urls_request": {"request_id": "1"}}])
def test_what_a_page_asks_reaches_streamlit(asked):
    assert values.readable(BackMsg(**asked).SerializeToString()) == BackMsg(**asked).SerializeToString()


def test_a_page_that_is_open_runs_whole_once_its_visitor_has_another_role(digits_home, monkeypatch):
    monkeypatch.setitem(keys.SCRYPT, "n", 2)
    message, opened = BackMsg(), classes.create("7b", "123456")
    message.rerun_script.fragment_id = "watch"
    monkeypatch.setattr(standing, "SECONDS", 0.05)
    asked = []

    async def until_whole(scope, receive, send):
        asked.append(BackMsg.FromString((await receive())["bytes"]).rerun_script.fragment_id)
        classes.remove(classes.member("ada"))
        async with asyncio.timeout(20):
            while asked[-1]:
                asked.append(BackMsg.FromString((await receive())["bytes"]).rerun_script.fragment_id)
                await asyncio.sleep(0.01)
        asked.append(BackMsg.FromString((await receive())["bytes"]).rerun_script.fragment_id)

    async def receive():
        return {"type": "websocket.receive", "bytes": message.SerializeToString()}

    classes.join(opened, "Ada", "ada")
    run(answer(standing.Standing(until_whole), {"type": "websocket"}, receive))
    assert set(asked[:-2]) == {"watch"} and asked[-2:] == ["", "watch"]
    assert standing.whole(b"\xff\xff") == b"\xff\xff"


def test_the_first_click_after_a_long_silence_meets_the_role_of_now(digits_home, monkeypatch):
    monkeypatch.setitem(keys.SCRYPT, "n", 2)
    monkeypatch.setattr(standing, "SECONDS", 0.0)
    monkeypatch.setattr(standing, "STALE", 0.0)
    opened = classes.create("7b", "123456")
    places = standing.Places()

    async def asked():
        before = await places.all()
        classes.join(opened, "Ada", "ada")
        await asyncio.sleep(0.01)
        return before, await places.all()

    assert run(asked()) == ({}, {"ada": (opened.id, "pupil")})


def test_what_is_no_message_is_left_to_streamlit_which_ends_the_session():
    assert values.readable(b"\xff\xff") == b"\xff\xff"
