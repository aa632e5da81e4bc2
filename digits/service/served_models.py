"""The models that the service serves: the chosen one under a fixed name, and every run with a model under its id."""

import re
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from functools import cached_property

from digits.errors import DigitsError, UnknownRun
from digits.inference.detector import Detector
from digits.inference.path_network import PathNetwork
from digits.inference.recognizer import Recognizer
from digits.runs import models
from digits.runs import store as runs
from digits.runs.run import Run
from digits.service.problems import Problem

CHOSEN = "digits"
"""The name of the model that the machine's owner chose; it follows their choice."""
LOOK_SECONDS = 1.0  # how old a choice may be
KEPT = 8  # models in memory


@dataclass(frozen=True, eq=False)
class ServedModel:
    """A model that is loaded. A request keeps the one that it began with."""

    name: str
    run: Run
    recognizer: Recognizer
    detector: Detector
    path_network: PathNetwork | None
    """Counts in predictions of strokes beside the starter, as in the app; None with a model that somebody trained."""

    @property
    def version(self) -> str:
        """What changes with the network: the beginning of its sha256."""
        return self.run.model.sha256[:12]


class ServedModels:
    """Loads models and replaces them; threads can share it.

    A new model is loaded by one thread, while the others go on with the old one.
    """

    def __init__(self, run_id: str | None = None) -> None:
        """run_id: serve this run under CHOSEN, whatever is chosen later."""
        self._run_id = run_id
        self._loaded: OrderedDict[str, tuple[float, ServedModel]] = OrderedDict()
        self._loading = threading.Lock()

    @cached_property
    def _detector(self) -> Detector:
        return Detector.bundled()

    @cached_property
    def _path_network(self) -> PathNetwork:
        return PathNetwork.bundled()

    def get(self, name: str, version: str | None = None) -> ServedModel:
        """Return a model, at most LOOK_SECONDS after it was published or chosen.

        Raises Problem: 404 for an unknown name or version, 503 where the model cannot be loaded.
        """
        served = self._current(name)
        if version not in (None, served.version):
            raise Problem(404, f"The model {name} has version {served.version} now, not the one you asked for.")
        return served

    def names(self) -> list[str]:
        """Return the names of the models that can be asked for, the newest runs first."""
        return [CHOSEN, *(run.id for run in models.usable() if run.model)]  # an imported one is made at its first use

    def _current(self, name: str) -> ServedModel:
        looked, served = self._loaded.get(name, (0.0, None))
        if served and time.monotonic() < looked + LOOK_SECONDS:
            return served
        if not self._loading.acquire(blocking=served is None):
            return served
        try:
            served = self._look(name, self._loaded.get(name, (0.0, None))[1])
            self._loaded[name] = time.monotonic(), served
            self._loaded.move_to_end(name)
            while len(self._loaded) > KEPT:
                self._loaded.popitem(last=False)
            return served
        finally:
            self._loading.release()

    def _look(self, name: str, served: ServedModel | None) -> ServedModel:
        """Return the model of that name as the database has it now, or `served` where that cannot be had."""
        try:
            run = self._run(name)
            if served and (served.run.id, served.run.model) == (run.id, run.model):
                return served
            path_network = self._path_network if run.is_starter else None
            return ServedModel(name, run, models.recognizer(run), self._detector, path_network)
        except UnknownRun as error:
            self._loaded.pop(name, None)
            raise Problem(404, f"There is no model of this name. {CHOSEN} is the chosen one.") from error
        except DigitsError as error:
            if served:
                return served
            raise Problem(503, str(error), {"Retry-After": "5"}) from error

    def _run(self, name: str) -> Run:
        if name != CHOSEN and not re.fullmatch("[a-z0-9-]{1,64}", name):
            raise UnknownRun
        if name == CHOSEN and not self._run_id:
            return models.chosen()
        run = runs.get(self._run_id if name == CHOSEN else name)
        if run.model is None:
            raise UnknownRun
        return run
