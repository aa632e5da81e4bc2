"""Measure sweeps: real trials against the sum of their own seconds, and what a trial costs that does nothing but wait.

A trial that waits is a stub (tests/sweeps/quick_trials.py): it loads no library and trains nothing. All else is real,
its process, its run with weights, its study. So what it takes beyond its waiting is the sweep's own work.
"""

import argparse
import contextlib
import importlib
import os
import platform
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import psutil

from digits import tasks
from digits.data.dataset import ensure_prepared
from digits.storage.home import ROOT
from digits.sweeps import search, store
from digits.sweeps.plan import Plan
from digits.sweeps.trial import COMPLETE, RUNNING
from tests.benchmarks.machine import machine

RANGES = {
    "architecture": "cnn",
    "epochs": 4,
    "schedule": "one-cycle",
    "augmentation": False,
    "batch_size": [32, 64],
    "learning_rate": {"low": 0.002, "high": 0.02, "log": True},
    "dropout": {"low": 0.0, "high": 0.4},
}
"""Of real trials: a few seconds each."""
SITE = """import sys
if "work" in sys.orig_argv or "default_worker.py" in " ".join(sys.orig_argv):
    sys.path.insert(0, {root!r})
    from tests.sweeps.quick_trials import take_over
    take_over()
"""
HEAD = ("gcs_server", "raylet")


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--trials", type=int, default=12, metavar="N", help="real trials, one at a time (%(default)s)")
    parser.add_argument("--waiting", type=int, default=40, metavar="N", help="trials that wait (%(default)s)")
    parser.add_argument("--seconds", type=float, default=1.0, help="that each of them waits (%(default)s)")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4], help="at once (%(default)s)")
    parser.add_argument("--nodes", type=int, default=0, help="of Ray, on this machine; 0: the app's own queue")


def run(options: argparse.Namespace) -> None:
    here = machine()
    print(f"{here['date']}, commit {here['commit']}: {here['cores']} cores, Python {platform.python_version()}; "
          f"load average before: {os.getloadavg()[0]:.1f}\n")  # fmt: skip
    if options.trials:
        with _home():
            plan = Plan(space=RANGES, trials=options.trials, seeds=0, parallel=1)
            sweep, seconds, _ = _do(plan)
            trials = sum(trial.seconds for trial in store.trials(sweep.id))
            bar = 1.25 * trials + 10
            print(f"{options.trials} trials of cnn: {seconds:.0f} s, their trainings {trials:.0f} s, bar {bar:.0f} s\n")
    if not options.waiting:
        return
    importlib.import_module("optuna")  # now, so that it does not count as work for the trials
    print(f"Trials of {options.seconds:g} s, at once\n")
    print("| workers | trials | trials/s | overhead a trial | search: processor, memory | head |", flush=True)
    print("| ---: | ---: | ---: | ---: | ---: | --- |", flush=True)
    for workers in options.workers:
        with _home(), _stubs(options.seconds), _cluster(options.nodes, workers) as address:
            space = {"architecture": "cnn", "epochs": 1, "dropout": {"low": 0.0, "high": 0.5}}
            how = {"sampler": "random", "pruner": "none", "parallel": workers, "ray": address}
            me, before = psutil.Process(), sum(psutil.Process().cpu_times()[:2])
            sweep, _, ended = _do(Plan(space=space, trials=options.waiting, seeds=0, **how))
            states = {trial.state for trial in store.trials(sweep.id)}
            assert states <= {COMPLETE, RUNNING}, states  # some still run if somebody has ended this with SIGTERM
            pace = (ended[-1] - ended[workers - 1]) / (len(ended) - workers)  # the first ones started the workers
            busy = 1000 * (sum(me.cpu_times()[:2]) - before) / len(ended)
            memory = me.memory_info().rss / 2**20
            cells = f"{1 / pace:.2f} | {workers * pace - options.seconds:.2f} s | {busy:.0f} ms, {memory:.0f} MB"
            print(f"| {workers} | {len(ended)} | {cells} | {_head() if options.nodes else ''} |", flush=True)


def _do(plan: Plan) -> tuple[store.Sweep, float, list[float]]:
    """Do a sweep here. Return it with the seconds that it took, and when each of its trials ended."""
    sweep, began, ended, note = store.create(plan, queued=False), time.monotonic(), [], store.update_trial

    def update(trial, connection=None, **values):
        if "state" in values and connection is None:
            ended.append(time.monotonic())
        return note(trial, connection, **values)

    with mock.patch.object(store, "update_trial", update):
        tasks.do_now(store.KIND, sweep.id, "", search.run, lane=tasks.TRAINING)
    return store.get(sweep.id), time.monotonic() - began, ended


@contextlib.contextmanager
def _home() -> Iterator[None]:
    """Inside, DIGITS_HOME is a new one with the sample. Workers that still wait for trials end with it."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        with mock.patch.dict(os.environ, {"DIGITS_HOME": folder}):
            ensure_prepared("sample")
            yield
        for process in psutil.process_iter(["cmdline", "environ"]):
            if (process.info["environ"] or {}).get("DIGITS_HOME") == folder and "work" in process.info["cmdline"]:
                process.terminate()


@contextlib.contextmanager
def _stubs(seconds: float) -> Iterator[None]:
    """Inside, trials do nothing but wait."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "sitecustomize.py").write_text(SITE.format(root=str(ROOT)))
        with mock.patch.dict(os.environ, {"PYTHONPATH": folder, "EPOCH_SECONDS": str(seconds)}):
            yield


@contextlib.contextmanager
def _cluster(nodes: int, workers: int) -> Iterator[str]:
    """Yield the address of a cluster on this machine, nothing without nodes."""
    if not nodes:
        yield ""
        return
    from ray.cluster_utils import Cluster

    short = tempfile.mkdtemp(prefix="ray-", dir="/tmp")  # the path of a socket has at most 107 bytes
    own = {"TMPDIR": short, "RAY_USAGE_STATS_ENABLED": "0", "RAY_AUTH_MODE": "disabled"}
    with mock.patch.dict(os.environ, own):
        each = [workers // nodes + (place < workers % nodes) for place in range(nodes)]
        cluster = Cluster()
        try:
            started(cluster, num_cpus=each[0], include_dashboard=False)
            for num_cpus in each[1:]:
                started(cluster, num_cpus=num_cpus)
            yield cluster.address
        finally:
            cluster.shutdown()
            shutil.rmtree(short, ignore_errors=True)


def started(cluster: Any, attempts: int = 5, **options: Any) -> Any:
    """Start another node of a Ray cluster, the first one as its head, and return it.

    Ray gives up after 30 s, a number that cannot be changed; on a busy machine the next attempt is quicker.
    """
    for attempt in range(1, attempts + 1):
        try:
            return cluster.add_node(**options)
        except Exception:  # Ray has no kind of its own for it
            if attempt == attempts:
                raise


def _head() -> str:
    """Return what the processes of Ray's head take."""
    found = {}
    for process in psutil.process_iter(["name", "memory_info"]):
        if process.info["name"] in HEAD and process.info["memory_info"]:
            found[process.info["name"]] = max(found.get(process.info["name"], 0), process.info["memory_info"].rss)
    return ", ".join(f"{name} {taken / 2**20:.0f} MB" for name, taken in found.items())
