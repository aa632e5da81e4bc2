"""Trials on a Ray cluster.

The digits go once to each node, by way of Ray's object store; no disk is shared. A trial comes back as a zip and is
published in one step.
"""

import time
from contextlib import suppress
from dataclasses import replace
from typing import Any

from digits.data.dataset import open_dataset
from digits.data.sources import SOURCES
from digits.errors import DigitsError
from digits.networks.backends import versions
from digits.runs import transfer
from digits.runs.run import RunState
from digits.storage import database
from digits.sweeps import node, store
from digits.sweeps.cluster import ANSWER_SECONDS, connected
from digits.sweeps.local import TrialProgress, of_run
from digits.sweeps.store import Sweep
from digits.sweeps.trial import Trial

MAX_RETRIES = 3  # of a trial whose node vanishes
REPORT_SECONDS = 0.2  # between two reports of a trial
MOST_REPORTS = 500  # a second, of all trials together: one process of the cluster hears them all
FETCH_SECONDS = 60.0  # within which a node must hand over what a trial gave back, or say its versions


class RayTrials:
    """What `digits.sweeps.local.LocalTrials` does, on a cluster."""

    def __init__(self, sweep: Sweep):
        self.sweep, self.plan = sweep, sweep.plan
        self.begun: dict[str, Any] = {}
        """What Ray has promised for each trial that this process has begun, by the trial's key."""
        self.reached: dict[str, list[float]] = {}
        self.asked = 0.0
        self.pause = max(REPORT_SECONDS, sweep.plan.parallel / MOST_REPORTS)

    def __enter__(self) -> "RayTrials":
        if self.plan.source not in SOURCES:
            raise DigitsError("A cluster cannot train on your own data set. Choose the 5,000 or the 70,000 digits.")
        self.ray = ray = connected(self.plan.ray)
        dataset = open_dataset(self.plan.source)
        self.digits = [ray.put(dataset.images[:]), ray.put(dataset.labels[:])]
        self.board = ray.remote(num_cpus=0, max_restarts=-1, max_task_retries=-1)(node.Board).remote()
        num_gpus = 1 if ray.cluster_resources().get("GPU") else 0
        self.train = ray.remote(num_cpus=1, num_gpus=num_gpus, max_retries=MAX_RETRIES)(node.train)
        return self

    def __exit__(self, *_: Any) -> None:
        self.ray.shutdown()

    def check_nodes(self) -> None:
        """Raise DigitsError if a node cannot train as this machine would. Nodes that join later are not asked."""
        library, place = self.plan.library, self.ray.util.scheduling_strategies.NodeAffinitySchedulingStrategy
        nodes = [each["NodeID"] for each in self.ray.nodes() if each["Alive"] and each["Resources"].get("CPU")]
        check = self.ray.remote(num_cpus=0)(node.other_versions)
        asked = [check.options(scheduling_strategy=place(each, soft=True)) for each in nodes]
        try:
            said = self.ray.get([each.remote(versions(library), library) for each in asked], timeout=FETCH_SECONDS)
        except self.ray.exceptions.GetTimeoutError as error:
            raise DigitsError("A node did not say which versions it has. Look whether it is overloaded.") from error
        except self.ray.exceptions.RayError as error:
            raise DigitsError("A node lacks packages. Install those in requirements-sweep.txt on all nodes.") from error
        if problem := next(filter(None, said), ""):
            raise DigitsError(problem)

    def room(self, running: list[Trial], begun: int) -> int:
        """Return how many trials may begin now. begun: how many have begun so far."""
        return self.plan.parallel - len(running)

    def begin(self, trials: list[Trial]) -> list[Trial]:
        """Store some trials and hand them to the cluster."""
        with database.writing() as connection:
            for trial in trials:
                store.add_trial(connection, trial)
        for trial in trials:
            self.again(trial)
        return trials

    def again(self, trial: Trial) -> None:
        """Hand a trial to the cluster again, from its beginning: its checkpoints went with the node."""
        settings = trial.settings.as_dict()
        self.begun[trial.key] = self.train.remote(
            trial.key, f"{self.sweep.title}, {trial.label}", settings, *self.digits, versions(settings["backend"]),
            self.board, self.pause,
        )  # fmt: skip

    def look(self, trial: Trial) -> TrialProgress:
        """Return how far a trial is. One that has come back is published first."""
        if trial.run:  # published before this process was killed or its worker vanished
            return of_run(trial)
        promise = self.begun.get(trial.key)
        if promise is None:
            return TrialProgress(trial.accuracies, RunState.PAUSED)
        ready, _ = self.ray.wait([promise], timeout=0)
        if not ready:
            return TrialProgress(max(self._reached(trial), trial.accuracies, key=len))
        del self.begun[trial.key]
        self.reached.pop(trial.key, None)
        try:
            told = self.ray.get(promise, timeout=FETCH_SECONDS)
        except self.ray.exceptions.RayError as error:
            return TrialProgress(trial.accuracies, RunState.LOST, cause=f"Its node vanished: {type(error).__name__}.")
        if "zip" not in told:
            return TrialProgress(trial.accuracies, RunState.FAILED, cause=told["cause"], node=told["node"])
        return of_run(self._published(trial, told))

    def end(self, trial: Trial, what: str, *, is_poor: bool) -> None:
        """Let a trial `stop` at its next report, or take it from the cluster until it is begun again.

        is_poor: whether the pruner decided it.
        """
        if what == "stop":
            self.board.end.remote(trial.key)
        elif promise := self.begun.pop(trial.key, None):
            self.ray.cancel(promise, force=True)

    def _reached(self, trial: Trial) -> list[float]:
        """Return what a trial has reached. The board is read a few times a second, for all trials together."""
        if time.monotonic() - self.asked > self.pause:
            self.asked = time.monotonic()
            with suppress(self.ray.exceptions.RayError):  # the board moves to another node; the next look may be better
                self.reached |= self.ray.get(self.board.read.remote(), timeout=ANSWER_SECONDS)
        return self.reached.get(trial.key, [])

    def _published(self, trial: Trial, told: dict[str, Any]) -> Trial:
        """Store the run of a trial, and which one it is, in one step."""

        def along(connection, ids: list[str]) -> None:
            store.update_trial(trial, connection, run=ids[0], node=told["node"])

        [run_id] = transfer.import_zips([told["zip"]], as_copies=True, owner=self.sweep.owner, along=along)
        return replace(trial, run=run_id, node=told["node"])
