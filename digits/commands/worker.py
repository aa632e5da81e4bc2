"""python -m digits work: serve a lane of the queue, with the function that does each kind of task.

Pages and the server start it; people need not.
"""

import os
from collections.abc import Callable

from digits import pipeline
from digits.classroom import errands
from digits.data import adding
from digits.data.dataset import is_prepared, prepare_task
from digits.evaluation import audit, embedding_map, evaluate, features, robustness
from digits.exports import downloads
from digits.networks.settings import make_settings
from digits.runs import store as runs
from digits.runs import transfer
from digits.sweeps import race, race_worker, search
from digits.tasks import TRAINING, TRIALS, Work, serve
from digits.training import threads


def add_to(verbs) -> None:
    parser = verbs.add_parser("work", help="do queued tasks (started by the pages)")
    parser.add_argument("worker", type=int, metavar="ID")
    parser.add_argument("lane", metavar="LANE")
    parser.add_argument("--warm", action="store_true", help="load the library for trainings ahead")
    parser.set_defaults(command=run)


def run(options) -> None:
    if options.lane == TRIALS:  # trials of all kinds follow each other here; each has one core, as on a cluster
        os.environ.setdefault(threads.VARIABLE, "1")
    warm = warm_up if options.warm and options.lane == TRAINING else None
    serve(options.worker, options.lane, HANDLERS, warm=warm)


def warm_up() -> None:
    """Load the library for trainings and compile what the default network needs, ahead of the first task."""
    settings = make_settings(source="mnist" if is_prepared("mnist") else "sample")  # as the Train page chooses
    os.environ["KERAS_BACKEND"] = settings.backend  # read when Keras is imported, which is now
    from digits.training import warm_engine

    threads.use(settings)
    warm_engine.warm_up(settings)


def _of_run(compute: Callable) -> Callable:
    """Return a handler that computes a result of a run and stores it."""

    def handle(work: Work, run_id: str, part: str) -> None:
        compute(runs.get(run_id), part, work.report)

    return handle


HANDLERS = {
    "train": pipeline.run,
    "complete": pipeline.complete,
    "sweep": search.run,
    race.KIND: race_worker.run,
    "prepare": prepare_task,
    adding.READ: adding.read_task,
    "evaluate": _of_run(evaluate.evaluate),
    "features": _of_run(features.compute),
    "robustness": _of_run(robustness.measure),
    "map": _of_run(embedding_map.compute),
    "audit": lambda work, source, part: audit.audit(source, work.report),
    "export": _of_run(downloads.compute),
    errands.EXPORT: errands.export_task,
    errands.CLEAR: errands.clear_task,
    errands.REMOVE: errands.remove_task,
    "build": lambda work, run_id, part: transfer.build(run_id, work.report),
}
