"""Request bodies, read within limits: of one request, of all of them together, and of time."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import numpy as np
from starlette.requests import Request

from digits.service.problems import Problem, busy

HELD = 128 << 20  # bytes of all requests together
SECONDS = 30  # until a body must be complete
MAX_DEPTH = 4  # of lists of numbers
DISCARDED = 64 << 20  # bytes of a body that is too large: read and dropped, so that the client hears why


class Bodies:
    """Reads bodies, and knows how many bytes all of them hold. It belongs to one event loop."""

    def __init__(self) -> None:
        self.held = 0

    @asynccontextmanager
    async def read(self, request: Request, limit: int) -> AsyncIterator[bytes]:
        """Hold the body of a request while inside. limit: bytes. Raises Problem, before it keeps what is too much."""
        if request.headers.get("content-encoding", "identity") != "identity":
            raise Problem(415, "This body is compressed, which we don't read. Send it as it is.")
        body = bytearray()
        try:
            try:
                await asyncio.wait_for(self._fill(body, request, limit), SECONDS)
            except TimeoutError:
                raise Problem(408, f"The body wasn't complete after {SECONDS} s. Send less, or faster.") from None
            yield bytes(body)
        finally:
            self.held -= len(body)

    async def _fill(self, body: bytearray, request: Request, limit: int) -> None:
        is_too_large = int(request.headers.get("content-length", 0)) > limit
        num_discarded = 0
        async for chunk in request.stream():
            if is_too_large := is_too_large or len(body) + len(chunk) > limit:
                # Many clients listen only when they have sent everything.
                num_discarded += len(chunk)
                if num_discarded > DISCARDED:
                    break
            elif self.held + len(chunk) > HELD:
                raise busy()
            else:
                self.held += len(chunk)
                body += chunk
        if is_too_large:
            raise Problem(413, f"The body is larger than {limit >> 20} MB, which is the limit. Send several requests.")


def read_json(data: bytes) -> dict[str, Any]:
    """Return the JSON object in a body. Raises Problem for anything else."""
    try:
        value = json.loads(data, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:  # RecursionError: [[[[[[...
        raise Problem(400, "The body isn't JSON in UTF-8. Compare it with the examples.") from error
    if not isinstance(value, dict):
        raise Problem(400, "The body must be a JSON object: {...}.")
    return value


def read_numbers(value: Any) -> np.ndarray:
    """Return JSON's numbers, flat or nested, as float64; of anything else an array without any.

    Left to itself NumPy gives every text the width of the longest one: 2 MB of JSON would take 8 GB.
    """
    found = np.array(value, object)
    if found.ndim <= MAX_DEPTH and {*map(type, found.flat)} <= {int, float}:
        with suppress(OverflowError):  # an integer of 400 digits
            return found.astype(float)
    return np.empty(0)


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")
