"""Measure what a hostile visitor does to the others: floods, large values, uploads, bad links, idle connections.

Everything goes to the server of this measurement, over the loopback device. The attacks come from another process.
"""

import argparse
import asyncio
import contextlib
import json
import multiprocessing
import re
import time
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable
from pathlib import Path

import numpy as np
import psutil
from streamlit.proto.WidgetStates_pb2 import WidgetState

from pages.shared.visitor import COOKIE, signed
from tests.benchmarks.load.server import Rows, report
from tests.benchmarks.load.visitor import PAGES, Visitor, megabytes, warm_up
from tests.benchmarks.load.visitors import use

NUM_USERS = 30
NUM_SOCKETS = 20  # of the flood
NUM_IDLE = 300


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add none: this part has no options."""


def run(options: argparse.Namespace) -> None:
    report(hostile)


async def hostile(address: str, process: psutil.Process, home: Path) -> Rows:
    """30 visitors with a rerun every 2 s: a minute alone, then a minute beside each attack."""
    await warm_up(address)
    users = [await Visitor.open(address, *PAGES[number % len(PAGES)]) for number in range(NUM_USERS)]
    rows, before = [], megabytes(process)
    hostile_cookie = f"{COOKIE}={signed('f' * 16)}"  # one visitor
    for what, attack in (
        (f"{NUM_USERS} users, a rerun every 2 s, alone", None),
        (f"beside {NUM_SOCKETS} WebSockets that send reruns without pause", _flood),
        ("beside drawings of 4 MB, one after the other", _large_values),
        ("beside uploads of 9 MB, one after the other", _uploads),
        ("beside requests of bad links and files without pause", _requests),
        (f"beside {NUM_IDLE} connections that say nothing", _idle),
    ):
        arguments = attack, address, hostile_cookie
        attacking = attack and multiprocessing.get_context("spawn").Process(target=_run, args=arguments)
        if attacking:
            attacking.start()
        answers = await asyncio.gather(*(use(visitor, number / 15) for number, visitor in enumerate(users)))
        newcomer = await _newcomer(address)
        if attacking:
            attacking.kill()
            attacking.join()
        failures = sum(failed for failed, _ in answers)
        middle, most = np.percentile([second for _, times in answers for second in times], [50, 95]) * 1000
        measured = f"p95 {most:.0f} ms (median {middle:.0f}), {failures} failures, a newcomer waits {newcomer:.1f} s, "
        measured += f"{megabytes(process) - before:+.0f} MB"
        rows.append((what, measured, "p95 300 ms, no failure, 2 s, 150 MB" if attack else "p95 150 ms, no failure"))
    for visitor in users:
        await visitor.close()
    return rows


def _run(attack: Callable[[str, str], Awaitable[None]], address: str, cookie: str) -> None:
    asyncio.run(attack(address, cookie))


async def _newcomer(address: str) -> float:
    began = time.monotonic()
    await (await Visitor.open(address, "draw")).close()
    return time.monotonic() - began


async def _flood(address: str, cookie: str) -> None:
    async def flood() -> None:
        while True:
            with contextlib.suppress(Exception):  # the server may end the session: the next one follows
                visitor = await Visitor.open(address, "draw", cookie=cookie)
                message = visitor.message().SerializeToString()
                async with asyncio.TaskGroup() as group:
                    group.create_task(_read(visitor))
                    while True:
                        await visitor.socket.send(message)

    await asyncio.gather(*(flood() for _ in range(NUM_SOCKETS)))


async def _read(visitor: Visitor) -> None:
    async for _ in visitor.socket:
        pass


async def _large_values(address: str, cookie: str) -> None:
    path = [["M", 1, 1], *([["L", 5.123456789, 7.123456789]] * 150_000)]
    drawing = json.dumps({"drawing": {"raw": {"objects": [{"type": "Path", "path": path, "strokeWidth": 24}]}}})
    while True:
        with contextlib.suppress(Exception):  # the server may end the session: the next one follows
            visitor = await Visitor.open(address, "draw", "model=starter", cookie)
            fragment, canvas = visitor.canvas
            visitor.widgets[canvas] = WidgetState(id=canvas, json_value=drawing)
            async with asyncio.TaskGroup() as group:
                group.create_task(_read(visitor))
                while True:
                    message = visitor.message()
                    message.rerun_script.fragment_id = fragment
                    await visitor.socket.send(message.SerializeToString())


async def _uploads(address: str, cookie: str) -> None:
    visitor = await Visitor.open(address, "draw", cookie=cookie)
    number = 0
    while True:
        number += 1
        await asyncio.to_thread(_upload, address, cookie, visitor.session, number)


def _upload(address: str, cookie: str, session: str, number: int) -> None:
    with contextlib.suppress(urllib.error.URLError):  # refused
        with urllib.request.urlopen(f"{address}/_stcore/health") as answer:
            token = answer.headers["Set-Cookie"].partition("=")[2].partition(";")[0]
        body = (
            b"--x\r\nContent-Disposition: form-data; name=f; filename=f.png\r\n\r\n" + bytes(9 << 20) + b"\r\n--x--\r\n"
        )
        headers = {"Content-Type": "multipart/form-data; boundary=x", "X-Xsrftoken": token}
        headers["Cookie"] = f"_streamlit_xsrf={token}; {cookie}"
        url = f"{address}/_stcore/upload_file/{session}/{number}"
        urllib.request.urlopen(urllib.request.Request(url, data=body, method="PUT", headers=headers)).close()


async def _requests(address: str, cookie: str) -> None:
    with urllib.request.urlopen(address) as page:
        script = re.search(r"/static/js/index[^\"]*", page.read().decode())[0]

    def ask(number: int) -> None:
        path = f"/evaluate?model={'%00' * 50}{number}" if number % 2 else script
        with contextlib.suppress(urllib.error.URLError):
            urllib.request.urlopen(address + path).close()

    async def ask_on() -> None:
        number = 0
        while True:
            number += 1
            await asyncio.to_thread(ask, number)

    async with asyncio.TaskGroup() as group:
        for _ in range(4):
            group.create_task(ask_on())


async def _idle(address: str, cookie: str) -> None:
    host, port = address.removeprefix("http://").split(":")
    writers = [(await asyncio.open_connection(host, int(port)))[1] for _ in range(NUM_IDLE)]
    try:
        await asyncio.sleep(3600)
    finally:
        for writer in writers:
            writer.close()
