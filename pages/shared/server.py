"""What the server does beside its pages: it answers at once, looks after the tasks, and predicts for programs."""

import asyncio
import ctypes
import logging
import os
import socket
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager, suppress
from functools import cache

import cv2
import psutil
import uvicorn.config
from starlette.routing import Route

from digits import tasks
from digits.data import adding
from digits.errors import DigitsError
from digits.runs import store as runs
from digits.storage import database
from pages.shared.middleware import uploads

LOOK_SECONDS = 1.0
LOG_RECORDS = 60  # a minute, of one logger
LOG = logging.getLogger(__name__)
LOGGERS = "asyncio", "uvicorn.error", "pages.shared.errors", "digits.service.endpoint", __name__


@cache
def service_routes() -> list[Route]:
    """Return the routes of the prediction service, where DIGITS_API asks for it.

    Kept, because every rerun runs app.py, which hands them to a new `st.App`.
    """
    if os.environ.get("DIGITS_API") != "1":
        return []
    from digits import service  # which few installations need

    return service.routes()


@asynccontextmanager
async def lifespan(app) -> AsyncIterator[None]:
    """Of the `st.App`: runs when the server listens already, and before it lets anybody in."""
    # A second thread wins 0.07 ms of a prediction, and loses a tenth where two networks predict at once.
    cv2.setNumThreads(1)
    raise_open_files()
    give_memory_back()
    cap_logs()
    with suppress(OSError, psutil.Error):  # a system that does not show its sockets only answers later
        send_at_once()
    with suppress(DigitsError, OSError):  # the pages say it
        runs.sweep()
        if os.environ.get("DIGITS_WARM") == "1":
            tasks.warm_up()
    caring = asyncio.create_task(_look_after())
    yield
    caring.cancel()


def believe_named_proxies() -> None:
    """Let uvicorn believe X-Forwarded-For and -Proto of nobody but the proxies that FORWARDED_ALLOW_IPS names.

    By itself it believes all that comes from this machine, where any program could invent an address for each of its
    requests. `streamlit run` hands it no setting, and imports app.py just before it puts this layer around it.
    """
    if not os.environ.get("FORWARDED_ALLOW_IPS", "").strip():
        uvicorn.config.ProxyHeadersMiddleware = lambda app, trusted_hosts: app


async def _look_after() -> None:
    """Start what waits, end what hangs, say what was lost, let go of old uploads, every second.

    Keep the database open once there is one.
    """
    with ExitStack() as kept:
        is_kept = False
        while True:
            try:
                if not is_kept and (is_kept := database.file().exists()):
                    kept.enter_context(database.kept_open())
                await asyncio.to_thread(tasks.look_after)
                adding.sweep()
                uploads.sweep()
            except DigitsError:  # the pages say it, and the next second may be better
                pass
            except Exception:  # whatever it is, the queue must not stand still for as long as the server runs
                LOG.exception("Looking after the tasks failed.")
            await asyncio.sleep(LOOK_SECONDS)


def raise_open_files() -> None:
    """Let this process open as many files and connections as the system allows it; often that is 1,024 of a million."""
    with suppress(ImportError, OSError, ValueError):
        import resource  # Windows has none

        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def give_memory_back() -> None:
    """Let blocks of 4 MB and more go back to the system when they are freed.

    By itself glibc keeps blocks as large as the largest one freed so far, up to 32 MB (mallopt(3)), so an upload
    of 9 MB left room behind in which smaller things then lay.
    """
    with suppress(AttributeError, OSError, TypeError):  # another C library
        ctypes.CDLL(None).mallopt(-3, 4 << 20)  # M_MMAP_THRESHOLD


def cap_logs() -> None:
    """Let nobody fill the disk by what goes wrong, whoever sends it; and write a fault of a page down once.

    Streamlit writes down everything that a page raises, also what `errors.show_error` says in a sentence.
    """
    for name in LOGGERS:
        logging.getLogger(name).addFilter(Seldom())
    logging.getLogger("streamlit.error_util").addFilter(lambda record: record.msg != "Uncaught app execution")


class Seldom(logging.Filter):
    """Lets LOG_RECORDS a minute through: who opens connections until none is left must not fill the disk as well."""

    def __init__(self) -> None:
        super().__init__()
        self.minute, self.count = 0, 0

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether a record is written; the last one of a minute says that more are left out."""
        minute = int(time.monotonic() // 60)
        self.minute, self.count = minute, self.count + 1 if minute == self.minute else 1
        if self.count == LOG_RECORDS:
            record.msg, record.args = f"{record.getMessage()} (what follows in this minute is left out)", ()
        return self.count <= LOG_RECORDS


def send_at_once() -> None:
    """Switch off Nagle's algorithm for every visitor: it holds each second message of a rerun back for 40 ms.

    asyncio does so for sockets that name their protocol; Streamlit 1.67 makes its own without. What the listening
    socket has set, those of the visitors inherit. Halves the time of a stroke (docs/serving.md).
    """
    for connection in psutil.Process().net_connections("tcp"):
        if connection.status == psutil.CONN_LISTEN:
            with socket.socket(fileno=os.dup(connection.fd)) as listening:
                listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
