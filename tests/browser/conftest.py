"""A real Chromium in front of a real server."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from digits.storage.home import ROOT

CHROMIUM = shutil.which("chromium")
FLAGS = [
    "--no-sandbox",  # tests often run as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",  # a camera that shows a green picture
    "--use-fake-ui-for-media-stream",  # to which the visitor has agreed
]


def pytest_collection_modifyitems(items):
    """Without Chromium these tests are skipped with the reason, except in CI, where they must run."""
    if CHROMIUM is None and not os.environ.get("CI"):
        for item in items:
            if "tests/browser/" in item.path.as_posix():
                item.add_marker(pytest.mark.skip(reason="no chromium on the PATH; apt-get install chromium"))


@pytest.fixture(scope="session")
def chromium():
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=30_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium):
    """visit(url, width=..., **context) opens a page as a new visitor; no visitor may ask for anything from outside."""
    contexts, outside = [], []

    def visit(url, *, width=1280, height=900, **options):
        context = chromium.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: outside.append(request.url) if _is_outside(request.url) else None)
        page.set_default_timeout(30_000)
        page.goto(url)
        page.wait_for_selector("h1")
        return page

    yield visit
    for context in contexts:
        context.close()
    assert not outside


def settle(page):
    """Wait until the script behind the page has run to its end, however slow the machine is."""
    page.wait_for_function(
        "document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'", timeout=30_000
    )


def _is_outside(url):
    return not url.startswith(("http://127.0.0.1", "ws://127.0.0.1", "data:", "blob:"))


@contextlib.contextmanager
def serving(home, script="app.py"):
    """`streamlit run app.py` as the README says, on a free port; yields the address."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", script, "--server.port", str(port)],
        cwd=ROOT,
        env={**os.environ, "DIGITS_HOME": str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until_up(f"http://127.0.0.1:{port}/_stcore/health", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def wait_until_up(url, process):
    end = time.monotonic() + 60
    while time.monotonic() < end:
        assert process.poll() is None, "the server ended"
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=1):
            return
        time.sleep(0.1)
    raise AssertionError("the server did not come up")


@pytest.fixture
def server(with_sample):
    with serving(with_sample) as address:
        yield address
