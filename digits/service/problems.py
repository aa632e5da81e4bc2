"""What a client is told when a request fails: problem+json (RFC 9457)."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from starlette.responses import Response


class Problem(Exception):
    """A request that is answered with an error."""

    def __init__(self, status: int, detail: str, headers: Mapping[str, str] | None = None):
        """detail: what happened, why, and what to do, for the person who wrote the client."""
        super().__init__(detail)
        self.status, self.detail, self.headers = status, detail, headers

    def response(self) -> Response:
        """Return the problem as a response. Its `error` is what clients of the Open Inference Protocol read."""
        title = HTTPStatus(self.status).phrase
        body = {"type": "about:blank", "title": title, "status": self.status, "detail": self.detail}
        return json_response({**body, "error": self.detail}, self.status, self.headers, "application/problem+json")


def busy() -> Problem:
    """Return the problem of a server that has as much to do as it can bear."""
    return Problem(HTTPStatus.SERVICE_UNAVAILABLE, "The server is busy. Try again in a second.", {"Retry-After": "1"})


def json_response(
    value: Any, status: int = 200, headers: Mapping[str, str] | None = None, media_type: str = "application/json"
) -> Response:
    """Return a value as JSON in plain ASCII: what a client sent may hold half a character, which has no UTF-8."""
    return Response(dump(value), status, headers, media_type)


def dump(value: Any) -> bytes:
    """Return a value as compact JSON."""
    return json.dumps(value, separators=(",", ":"), allow_nan=False).encode("ascii")
