"""Connect to a Ray cluster. It runs whatever code it is given, so it must never be open to others (docs/sweeps.md)."""

import os
import signal
import socket
import threading
from typing import Any

from digits.errors import DigitsError
from digits.networks.backends import is_installed
from digits.storage.home import ROOT
from digits.sweeps.plan import LOCAL_RAY

ANSWER_SECONDS = 5.0  # within which a cluster must answer


def check(address: str) -> None:
    """Raise DigitsError, with what to do, if Ray is missing or nothing answers at an address."""
    if not is_installed("ray"):
        raise DigitsError(
            "Ray is not installed. Install what requirements-sweep.txt lists.",
            "Run: pip install -r requirements-sweep.txt",
        )
    if address != LOCAL_RAY:
        _check_answers(address)


def connected(address: str) -> Any:
    """Connect to a cluster, or start one that only this machine can reach. Raises DigitsError."""
    check(address)
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"  # nothing is sent to anybody
    os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    import ray

    options: dict[str, Any] = {"log_to_driver": False, "configure_logging": False}
    if address == LOCAL_RAY:
        options |= {"address": "local", "_node_ip_address": "127.0.0.1", "include_dashboard": False}
    else:
        options |= {"address": address, "runtime_env": {"py_modules": [str(ROOT / "digits")]}}
    heard = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        ray.init(**options)
    except Exception as error:  # Ray raises many kinds, also RuntimeError for other versions
        raise DigitsError(
            "The Ray cluster could not be used: it does not answer, refuses this machine's token, "
            "or has another version of Ray or Python.",
            str(error).strip().split("\n")[0][:200],
        ) from error
    if threading.current_thread() is threading.main_thread():
        for number, handler in heard.items():  # Ray's own would end this process at once
            signal.signal(number, handler)
    return ray


def _check_answers(address: str) -> None:
    """Raise DigitsError unless something answers there; Ray itself would wait for minutes."""
    host, _, port = address.rpartition("://")[2].rpartition(":")
    if address == "auto":
        return
    try:
        with socket.create_connection((host, int(port)), timeout=ANSWER_SECONDS):
            return
    except (OSError, ValueError) as error:
        raise DigitsError(
            "No Ray cluster answers at this address. Check the address and that the cluster runs.",
            f"It is {address}; expected HOST:PORT, such as 10.0.0.1:6379.",
        ) from error
