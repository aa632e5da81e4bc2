"""One path of the service: who may ask, which methods it has, what is counted, and how errors are answered."""

import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from digits.errors import BlankDrawing, DigitsError, UnreadablePicture
from digits.service.problems import Problem
from digits.service.service import Service

Handler = Callable[[Service, Request], Awaitable[Response]]


class Endpoint:
    """An ASGI app, so that a route passes it every method: Streamlit's own routes would answer the others."""

    def __init__(self, service: Service, path: str, handlers: Mapping[str, Handler], *, is_open: bool = False) -> None:
        """handlers: by method; none where there is nothing. is_open: whether it needs no token."""
        self._service, self._path, self._handlers, self._is_open = service, path, handlers, is_open

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        request, metrics = Request(scope, receive), self._service.metrics
        began = time.perf_counter()
        metrics.in_flight += 1
        try:
            response = await self._answer(request)
            method = request.method if request.method in ("GET", "HEAD", "POST") else "other"
            metrics.count(self._path, method, response.status_code, time.perf_counter() - began)
            await response(scope, receive, send)
        except ClientDisconnect:
            pass
        finally:
            metrics.in_flight -= 1

    async def _answer(self, request: Request) -> Response:
        try:
            if not self._is_open:
                self._service.authorize(request)
            if not self._handlers:
                raise Problem(404, "There is nothing here. /api lists what there is.")
            handler = self._handlers.get("GET" if request.method == "HEAD" else request.method)
            if handler is None:
                allowed = ", ".join(self._handlers)
                raise Problem(405, f"Use {allowed} here, not {request.method}.", {"Allow": allowed})
            return await handler(self._service, request)
        except Problem as problem:
            return problem.response()
        except (UnreadablePicture, BlankDrawing) as error:
            return Problem(422, str(error)).response()
        except DigitsError as error:
            return Problem(503, str(error), {"Retry-After": "5"}).response()
        except ClientDisconnect:
            raise
        except Exception:
            logging.getLogger(__name__).exception("A request failed: %s", self._path)
            return Problem(500, "Something went wrong on the server, which wrote down what. Try again.").response()
