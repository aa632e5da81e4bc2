"""Measure the prediction service over loopback with wrk (apt-get install wrk), and what bad requests leave behind."""

import argparse
import json
import os
import platform
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import cv2
import numpy as np
import psutil
from anyio.from_thread import start_blocking_portal

from digits import service
from digits.data.dataset import open_dataset
from digits.errors import DigitsError
from tests.benchmarks.machine import machine
from tests.commands.test_serve import serving
from tests.service.bad_requests import bad_requests
from tests.service.conftest import SEVEN, png, tensor

INFER, PREDICT = "/v2/models/digits/infer", "/api/predict"
SCRIPT = """wrk.method = "POST"
local file = io.open("{body}", "rb")
wrk.body = file:read("*a")
file:close()
"""
SETTLED = 0.2  # of the bad requests: caches are full then


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seconds", type=int, default=10, help="of each measurement (%(default)s)")
    parser.add_argument("--connections", type=int, default=2, help="that ask at a time (%(default)s)")
    parser.add_argument("--bad", type=int, default=10_000, metavar="N", help="bad requests (%(default)s); 0: none")


def run(options: argparse.Namespace) -> None:
    if not shutil.which("wrk"):
        raise DigitsError("This needs wrk.", "Run: apt-get install wrk")
    here = machine()
    print(f"{here['date']}, commit {here['commit']}: {here['cores']} cores, Python {platform.python_version()}; "
          f"load average before: {os.getloadavg()[0]:.1f}\n")  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DIGITS_HOME"] = folder
        images = np.asarray(open_dataset("sample").images[:64])
        print(
            "| what, each request | predictions/s | median | p99 | server, for each prediction |\n"
            "| --- | ---: | ---: | ---: | ---: |",
            flush=True,
        )
        with serving(folder) as (server, address):
            process = psutil.Process(server.pid)
            for what, number, path, body, headers in cases(images):
                before = sum(process.cpu_times()[:2])
                total, measured = wrk(address + path, body, headers, number, Path(folder), options)
                busy = 1000 * (sum(process.cpu_times()[:2]) - before) / total
                print(f"| {what} | {measured} | {busy:.2f} ms |", flush=True)
        if options.bad:
            print(f"\n{options.bad:,} bad requests: {ask_badly(images, options.bad)}")


def cases(images: np.ndarray) -> list[tuple[str, int, str, bytes, dict[str, object]]]:
    """Return what is measured: its name, the predictions of a request, the path, the body, and the headers."""
    drawn = cv2.resize(np.pad(images[7], 6), (280, 280), interpolation=cv2.INTER_CUBIC)
    clear = cv2.imencode(".png", np.dstack([np.zeros((280, 280, 3), np.uint8), drawn]))[1].tobytes()
    as_picture, as_json = {"content-type": "image/png"}, {"content-type": "application/json"}
    return [
        *((f"a tensor of {n}, as bytes", n, INFER, *tensor(images[:n])) for n in (1, 8, 32)),
        ("a PNG of 28 × 28", 1, PREDICT, png(images[7]), as_picture),
        ("a PNG of 112 × 112, black on white", 1, PREDICT, png(255 - np.pad(images[7], 6), 112), as_picture),
        ("a PNG of 280 × 280, a canvas without ground", 1, PREDICT, clear, as_picture),
        ("a PNG of 280 × 280, black on white", 1, PREDICT, png(255 - np.pad(images[7], 6), 280), as_picture),
        ("a drawing as JSON", 1, PREDICT, json.dumps(SEVEN).encode(), as_json),
    ]


def wrk(
    url: str, body: bytes, headers: dict[str, object], number: int, folder: Path, options: argparse.Namespace
) -> tuple[int, str]:
    """Send one request again and again. Raises DigitsError where one fails.

    number: the predictions of a request. Returns how many were made, and how many a second with median and p99.
    """
    (folder / "body").write_bytes(body)
    (folder / "post.lua").write_text(SCRIPT.format(body=folder / "body"))
    named = [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
    often = ["-t1", f"-c{options.connections}", f"-d{options.seconds}s", "--timeout", "30s", "--latency"]
    command = ["wrk", *often, "-s", folder / "post.lua", *named, url]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in said or "Socket errors" in said:
        raise DigitsError(f"Some requests failed:\n{said}")
    per_second = number * float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1])
    median, p99 = (re.search(rf"^\s+{part}%\s+(\S+)", said, re.MULTILINE)[1] for part in (50, 99))
    total = number * int(re.search(r"(\d+) requests in", said)[1])
    return total, f"{per_second:,.0f} | {median} | {p99}"


def ask_badly(images: np.ndarray, number: int) -> str:
    """Ask the service in this process. Returns the statuses, and how much memory came after the first of them."""
    statuses: dict[str, int] = {}
    process = psutil.Process()
    with start_blocking_portal() as portal:
        for place, (_, answer, *_) in enumerate(bad_requests(portal, service.app(), images, number)):
            group = f"{answer.status // 100}xx"
            statuses[group] = statuses.get(group, 0) + 1
            if place == int(SETTLED * number):
                before = process.memory_info().rss
    grown = (process.memory_info().rss - before) / (1 << 20)
    return f"{', '.join(f'{count:,} × {group}' for group, count in statuses.items())}; memory {grown:+.1f} MB"
