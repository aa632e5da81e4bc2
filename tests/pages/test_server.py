import asyncio
import logging
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest
import streamlit as st
import uvicorn
from streamlit import error_util
from streamlit.testing.v1 import AppTest
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from digits import tasks
from digits.errors import StoreUnavailable
from digits.storage.home import ROOT
from pages.shared import classroom, errors, server
from pages.shared.middleware.rates import address
from pages.shared.server import believe_named_proxies, send_at_once
from tests.conftest import PATIENCE


def run(coroutine):
    """Run a coroutine to its end, in a thread: a browser test before this one may have left its loop in this thread."""
    with ThreadPoolExecutor(1) as threads:
        threads.submit(asyncio.run, coroutine).result()


@pytest.fixture
def looks(monkeypatch):
    """Counts how often the server has looked after the tasks; the first two looks fail."""
    looks = []

    def look_after():
        looks.append(1)
        if len(looks) == 1:
            raise StoreUnavailable("Somebody else is writing.")
        if len(looks) == 2:
            raise ZeroDivisionError("what nobody foresaw")

    monkeypatch.setattr(tasks, "look_after", look_after)
    monkeypatch.setattr(server, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(server.cv2, "setNumThreads", lambda number: None)  # of this process, for all other tests
    return looks


def test_the_server_looks_after_the_tasks_as_long_as_it_runs_even_after_a_failure(digits_home, looks):
    async def serve():
        async with server.lifespan(None):
            while len(looks) < 3:
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.02)  # a look that had begun
        seen = len(looks)
        await asyncio.sleep(0.1)
        assert len(looks) == seen

    run(asyncio.wait_for(serve(), 20))


@pytest.mark.parametrize(("value", "times"), [("1", 1), ("0", 0), ("", 0)])
def test_a_worker_is_warmed_up_at_the_start_only_where_it_is_asked_for(digits_home, looks, monkeypatch, value, times):
    asked = []
    monkeypatch.setenv("DIGITS_WARM", value)
    monkeypatch.setattr(tasks, "warm_up", lambda: asked.append(1))

    async def serve():
        async with server.lifespan(None):
            pass

    run(serve())
    assert len(asked) == times


@pytest.mark.parametrize(("named", "seen"), [("", "127.0.0.1"), ("127.0.0.1", "10.0.0.9"), ("10.0.0.1", "127.0.0.1")])
def test_only_a_proxy_that_was_named_says_which_address_asks(monkeypatch, named, seen):
    monkeypatch.setattr(uvicorn.config, "ProxyHeadersMiddleware", ProxyHeadersMiddleware)  # other tests ran app.py
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", named)
    places = []

    async def app(scope, receive, send):
        places.append(address(scope))

    believe_named_proxies()
    config = uvicorn.Config(app, ws="none", log_config=None)
    config.load()
    headers = [(b"x-forwarded-for", b"10.0.0.9")]
    run(config.loaded_app({"type": "http", "client": ("127.0.0.1", 1), "headers": headers}, None, None))
    assert places == [seen]


def test_a_fault_of_a_page_is_written_down_once_and_faults_without_end_seldom(monkeypatch):
    written = []
    monkeypatch.setattr(server, "LOGGERS", ("pages.shared.errors",))
    for name in ("pages.shared.errors", "streamlit.error_util"):
        logger = logging.getLogger(name)
        monkeypatch.setattr(logger, "filters", [])
        monkeypatch.setattr(logger, "callHandlers", lambda record: written.append(record.name))
    server.cap_logs()
    for _ in range(3 * server.LOG_RECORDS):
        error_util._log_uncaught_app_exception(ValueError("a fault"))
        errors.LOG.error("A page failed.")
    assert server.LOG_RECORDS <= len(written) <= 2 * server.LOG_RECORDS and set(written) == {"pages.shared.errors"}


def test_a_visitor_who_closes_the_page_while_it_runs_leaves_no_fault_in_the_log(monkeypatch):
    def close(address):
        st.session_state.clear()
        return False

    monkeypatch.setattr(classroom, "lets_in", close)
    assert not AppTest.from_file(str(ROOT / "app.py"), default_timeout=PATIENCE).run().exception


def test_what_is_sent_to_a_visitor_is_not_held_back():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        send_at_once()
        with socket.create_connection(listening.getsockname()), listening.accept()[0] as visitor:
            assert visitor.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_what_it_found_still_listens_afterwards():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        send_at_once()
        with socket.create_connection(listening.getsockname()) as visitor, listening.accept()[0] as accepted:
            visitor.sendall(b"7")
            assert accepted.recv(1) == b"7"


TWO_UPLOADS = """
import ctypes
from pages.shared.server import give_memory_back

class Heap(ctypes.Structure):  # mallinfo2(3)
    _fields_ = [(name, ctypes.c_size_t) for name in ("arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks",
                "fsmblks", "uordblks", "fordblks", "keepcost")]

mallinfo2 = ctypes.CDLL(None).mallinfo2
mallinfo2.restype = Heap
give_memory_back()
for _ in range(2):
    before = mallinfo2().hblkhd
    upload = bytes(9 << 20)
    print(mallinfo2().hblkhd - before >= len(upload))
    del upload
"""


def test_what_an_upload_took_goes_back_to_the_system_every_time(python):
    """By itself glibc takes the second one from the heap. In a process that has no such block on its heap yet."""
    assert python(TWO_UPLOADS).stdout.read() == "True\nTrue\n"
