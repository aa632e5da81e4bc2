"""Token buckets: how much may come in a second on average, and how much at once."""

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from streamlit.config import get_option
from streamlit.url_util import make_url_path

ROUNDING = 1e-6  # s; a bucket that is empty to the last drop asks nobody to wait
MAX_KEYS = 10_000  # of the names seen last; one forgotten begins again with a full bucket


@dataclass(frozen=True)
class Rate:
    """`per_second` on average, `burst` at once."""

    per_second: float
    burst: float


class Buckets:
    """One bucket for each name, an address or a visitor, all of the same rate."""

    def __init__(self, rate: Rate) -> None:
        self.rate = rate
        self._full_at: OrderedDict[str, float] = OrderedDict()  # the moment at which the bucket is full again

    def take(self, name: str, cost: float = 1.0, now: float | None = None) -> float:
        """Take `cost` out of a bucket, which may go below empty; return the seconds until that is made good."""
        now = time.monotonic() if now is None else now
        full_at = max(self._full_at.pop(name, now), now) + cost / self.rate.per_second
        self._full_at[name] = full_at
        if len(self._full_at) > MAX_KEYS:
            self._full_at.popitem(last=False)
        wait = full_at - now - self.rate.burst / self.rate.per_second
        return wait if wait > ROUNDING else 0.0

    def give_back(self, name: str, cost: float = 1.0) -> None:
        """Undo a `take` of something that was refused."""
        self._full_at[name] -= cost / self.rate.per_second


def base_path() -> str:
    """Return what every path of the app begins with: empty, or "/digits" with `server.baseUrlPath`."""
    return make_url_path(get_option("server.baseUrlPath"), "").rstrip("/")


def address(scope: Mapping[str, Any]) -> str:
    """Return the address that a request came from, as `network` has it; see `server.believe_named_proxies`."""
    return network((scope.get("client") or ("",))[0])


def network(client: str) -> str:
    """Return an address; of IPv6 the network, of which everybody has 2^64 addresses."""
    try:
        found = ipaddress.ip_address(client)
    except ValueError:
        return client
    return str(ipaddress.ip_network((found, 64), strict=False)) if found.version == 6 else client
