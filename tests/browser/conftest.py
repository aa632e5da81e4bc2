"""A real Chromium in front of a real server."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
import weakref

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from digits.evaluation import evaluate, features
from digits.runs import store as runs
from digits.storage.home import ROOT
from pages.shared.visitor import COOKIE
from tests.pages.conftest import copy_run

PATIENCE = 60  # s, for whatever a page is to show; on a busy machine some things take twenty times as long as here
TRAINED = 300_000  # ms, for a training, which gives way to every page and every other program
CHROMIUM = shutil.which("chromium")
FLAGS = [
    "--no-sandbox",  # tests often run as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # The first two: a menu of the address bar, which takes as long as a page of ours, for each visitor. The others are
    # those of Playwright's own list that matter here; this list takes its place.
    "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup,"
    "DestroyProfileOnBrowserClose,HttpsUpgrades,LensOverlay,MediaRouter,OptimizationHints,PaintHolding",
    "--use-fake-device-for-media-stream",  # a camera that shows a green picture
    "--use-fake-ui-for-media-stream",  # to which the visitor has agreed
]


def pytest_collection_modifyitems(items):
    """Give these tests their time; without Chromium skip them with the reason, except in CI, where they must run."""
    for item in items:
        if "tests/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.timeout(600))  # s
            if CHROMIUM is None and not os.environ.get("CI"):
                item.add_marker(pytest.mark.skip(reason="no chromium on the PATH; apt-get install chromium"))


@pytest.fixture(scope="session")
def chromium():
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=1000 * PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium):
    """visit(url, width=..., **context) opens a page as a new visitor; no visitor may ask for anything from outside.

    Who has gone leaves the next one their tab, in which the scripts of the pages are compiled, and nothing else: to
    open a tab takes as long as a page.
    """
    visitors = []
    outside.clear()

    def visit(url, *, width=1280, height=900, **options):
        idle = _idle.setdefault(repr(options), [])
        page = idle.pop() if idle else new_tab(chromium, options)
        visitors.append((page, idle, "/".join(url.split("/")[:3])))
        page.set_viewport_size({"width": width, "height": height})
        page.goto(url)
        page.wait_for_selector("h1")
        return page

    yield visit
    for page, idle, origin in visitors:
        if page.is_closed():
            page.context.close()
        else:
            forget(page, origin)
            idle.append(page)
    assert not outside


# Tabs that nobody uses, by the options of their contexts; and what pages have asked for that is not here.
_idle, outside = {}, []


def new_tab(chromium, options):
    """Return a tab of a new visitor. options: of their context."""
    context = chromium.new_context(**options)
    context.set_default_timeout(1000 * PATIENCE)
    context.on("request", lambda request: outside.append(request.url) if _is_outside(request.url) else None)
    context.on("page", _follow_script)
    return context.new_page()


def forget(page, origin):
    """Let nothing be left of a visitor but an empty tab: no cookie, and nothing that pages have stored."""
    for other in page.context.pages:
        if other != page:
            other.close()
    page.evaluate("sessionStorage.clear()")
    page.goto("about:blank")
    session = page.context.new_cdp_session(page)
    session.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": "all"})
    session.detach()
    page.context.clear_cookies()
    page.emulate_media(color_scheme="null", reduced_motion="null")
    page.mouse.move(0, 0)
    _runs.pop(page, None)


def go(page, path):
    """Lead an open page to another address of the app, as its own links do: a third of the work of loading it anew."""
    _runs[page] = False
    page.evaluate("path => { history.pushState({}, '', path); dispatchEvent(new PopStateEvent('popstate')); }", path)
    settle(page)


def settle(page):
    """Wait until the script has run to its end with all that the page has asked of it, and nothing glides any more.

    What the page itself says of the script does not tell: for a moment after a click, it has not heard of the new run.
    """
    _wait_here(page, lambda: page not in _runs)
    page.wait_for_function(
        "document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'", polling=50
    )
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    page.wait_for_function(
        "document.getAnimations().every(one => !(one instanceof CSSTransition) || one.playState === 'finished')"
    )


def box_at_rest(locator):
    """Return where an element is, {x, y, width, height} in px, as soon as it is there and no longer moves."""
    locator.wait_for()
    boxes = [None]

    def is_at_rest():
        boxes.append(locator.bounding_box())
        return boxes[-1] and boxes[-1] == boxes[-2]

    _wait_here(locator.page, is_at_rest)
    return boxes[-1]


def plots_drawn(page):
    """Wait until every figure of the page is drawn."""
    page.wait_for_function(
        "[...document.querySelectorAll('[data-testid=stPlotlyChart]')].every(one => one.querySelector('.main-svg'))"
        " && !document.querySelector('[data-testid=stSkeleton]')"
    )


def _wait_here(page, condition):
    """Wait for a condition while Playwright hears of what happens in the page."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "the page did not come to rest"
        page.wait_for_timeout(50)


# Pages that have asked for a run of the script that has not ended: whether it has begun.
_runs = weakref.WeakKeyDictionary()


def _follow_script(page):
    """Note in _runs what the page asks of its script; the messages on its WebSocket say it."""

    def sent(payload):
        if BackMsg.FromString(payload).WhichOneof("type") == "rerun_script":
            _runs[page] = False

    def received(payload):
        message = ForwardMsg.FromString(payload)
        kind = message.WhichOneof("type")
        if kind == "new_session" and page in _runs:
            _runs[page] = True
        is_over = kind == "script_finished" and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN
        if is_over and _runs.get(page):
            del _runs[page]

    def connected(socket):
        _runs[page] = False  # the first thing that a page asks for
        socket.on("framesent", sent)
        socket.on("framereceived", received)

    page.on("websocket", connected)


def _is_outside(url):
    return not url.startswith(("http://127.0.0.1", "ws://127.0.0.1", "data:", "blob:", "about:"))


@contextlib.contextmanager
def serving(home, script="app.py"):
    """`streamlit run app.py` as the README says, on a free port; yields the address."""
    port = _free_port()
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


_ports = []


def _free_port():
    """Return a free port, where possible one of an earlier server, from which browsers have the scripts already."""
    for port in _ports:
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    with socket.create_server(("127.0.0.1", 0)) as probe:
        _ports.append(probe.getsockname()[1])
    return _ports[-1]


def wait_until_up(url, process):
    end = time.monotonic() + 60
    while time.monotonic() < end:
        assert process.poll() is None, "the server ended"
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=1):
            return
        time.sleep(0.1)
    raise AssertionError("the server did not come up")


@pytest.fixture(scope="session")
def _served(sample_data, tmp_path_factory):
    home = tmp_path_factory.mktemp("browser") / "home"
    shutil.copytree(sample_data, home / "data")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DIGITS_HOME", str(home))
        evaluate.evaluate(runs.get("starter"), "optdigits")
    with serving(home) as address:
        yield home, address


@pytest.fixture
def shared_server(_served, monkeypatch):
    """The address of a server with the sample, on which the starter was evaluated.

    DIGITS_HOME is its home. Tests share it that leave nothing behind but a visitor's own drawings.
    """
    home, address = _served
    monkeypatch.setenv("DIGITS_HOME", str(home))
    return address


@pytest.fixture(scope="session")
def two_runs_home(shared_home, trained_home):
    """A DIGITS_HOME with two finished runs of the same network, the newer one with the features of its map."""

    def make(home):
        shutil.copytree(trained_home, home, dirs_exist_ok=True)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("DIGITS_HOME", str(home))
            [run] = runs.page()
            features.compute(run, "tutorial")
            copy_run(run)

    return shared_home("two_runs_home", make)


@pytest.fixture(scope="session")
def _served_runs(two_runs_home, tmp_path_factory):
    home = tmp_path_factory.mktemp("browser") / "home"
    shutil.copytree(two_runs_home, home)
    with serving(home) as address:
        yield home, address


@pytest.fixture(scope="session")
def address_with_runs(_served_runs):
    """The address of `server_with_runs`."""
    return _served_runs[1]


@pytest.fixture
def server_with_runs(_served_runs, monkeypatch):
    """The address of a server with two finished runs, shared by tests that leave them as they were.

    DIGITS_HOME is its home.
    """
    home, address = _served_runs
    monkeypatch.setenv("DIGITS_HOME", str(home))
    return address


@pytest.fixture
def server(with_sample):
    """The address of a server with the sample for this test alone."""
    with serving(with_sample) as address:
        yield address


def visitor_of(page):
    """Return the id in the page's cookie."""
    [cookie] = [cookie for cookie in page.context.cookies() if cookie["name"] == COOKIE]
    return cookie["value"].split(".")[0]
