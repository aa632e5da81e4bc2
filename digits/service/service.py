"""What all requests share: the models, the limits, the counters, and the threads that predict."""

import hmac
import os
from collections.abc import Callable, Sequence
from typing import TypeVar
from urllib.parse import urlsplit

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request

from digits.service.bodies import Bodies
from digits.service.metrics import Metrics
from digits.service.problems import Problem, busy
from digits.service.served_models import ServedModels

WAITING = 256  # requests for a thread; more are asked to come back

T = TypeVar("T")


class Service:
    """The state of the service in one process."""

    def __init__(self, run_id: str | None = None, token: str = "", hosts: Sequence[str] = ()) -> None:
        """run_id: the run to serve as the chosen model; None: the one that is chosen, as it changes.

        token: what clients must show; empty: they need none. hosts: the names that the service answers to, also as
        *.example.org; none: to any.
        """
        self.models, self.bodies, self.metrics = ServedModels(run_id), Bodies(), Metrics()
        self._token, self._hosts = token, hosts
        self._threads = CapacityLimiter(os.cpu_count() or 1)

    def authorize(self, request: Request) -> None:
        """Raise Problem for a name that isn't ours, and where a token is needed and the request doesn't carry it."""
        # Another site may point its own name at this address (DNS rebinding), and its pages would read what we answer.
        if self._hosts and not any(_is_named(_host(request), name) for name in self._hosts):
            raise Problem(421, "The server doesn't answer to this host name. Use one that it was told.")
        shown = f"Bearer {self._token}".encode()
        if self._token and not hmac.compare_digest(request.headers.get("authorization", "").encode(), shown):
            raise Problem(401, "Send the header `Authorization: Bearer TOKEN`.", {"WWW-Authenticate": "Bearer"})

    async def work(self, function: Callable[..., T], *arguments: object) -> T:
        """Run what computes in a thread, as many at a time as there are cores. Raises Problem where too many wait."""
        if self._threads.statistics().tasks_waiting >= WAITING:
            raise busy()
        return await to_thread.run_sync(function, *arguments, limiter=self._threads)


def _host(request: Request) -> str:
    try:
        return urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
    except ValueError:  # brackets around what is no address
        return ""


def _is_named(host: str, name: str) -> bool:
    return host == name or (name.startswith("*.") and host.endswith(name[1:]))
