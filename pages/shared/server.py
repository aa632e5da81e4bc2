"""What the server does once, before its first visitor."""

import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import cv2
import psutil


@asynccontextmanager
async def lifespan(app) -> AsyncIterator[None]:
    """Of the `st.App`: runs when the server listens already, and before it lets anybody in."""
    # Digits are small: a second thread wins 0.07 ms of a reading, and loses a tenth where two networks read at once.
    cv2.setNumThreads(1)
    with suppress(OSError, psutil.Error):  # a system that does not show its sockets only answers later
        send_at_once()
    yield


def send_at_once() -> None:
    """Switch off Nagle's algorithm for every visitor: it holds each second message of a rerun back for 40 ms.

    asyncio does so for sockets that name their protocol; Streamlit 1.67 makes its own without. What the listening
    socket has set, those of the visitors inherit. Halves the time of a stroke (docs/serving.md).
    """
    for connection in psutil.Process().net_connections("tcp"):
        if connection.status == psutil.CONN_LISTEN:
            with socket.socket(fileno=os.dup(connection.fd)) as listening:
                listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
