"""What each kind of task does: the function that a worker calls for it."""

import os

from digits import pipeline
from digits.data.dataset import is_prepared, prepare_task
from digits.evaluation import audit, embedding_map, evaluate, features, robustness
from digits.evaluation.test_sets import test_set
from digits.networks.settings import make_settings
from digits.runs import store as runs
from digits.runs import transfer
from digits.tasks import Work


def _features(work: Work, run_id: str, part: str) -> None:
    features.compute(runs.get(run_id), part, work.report)


def _evaluate(work: Work, run_id: str, test: str) -> None:
    evaluate.evaluate(runs.get(run_id), test, work.report)


def _robustness(work: Work, run_id: str, test: str) -> None:
    run = runs.get(run_id)
    robustness.measure(run, test_set(test, run.settings), work.report)


def _map(work: Work, run_id: str, test: str) -> None:
    run = runs.get(run_id)
    embedding_map.compute(run, test_set(test, run.settings), work.report)


def _audit(work: Work, source: str, part: str) -> None:
    audit.audit(source, work.report)


def _build(work: Work, run_id: str, part: str) -> None:
    transfer.build(run_id, work.report)


HANDLERS = {
    "train": pipeline.run,
    "prepare": prepare_task,
    "evaluate": _evaluate,
    "features": _features,
    "robustness": _robustness,
    "map": _map,
    "audit": _audit,
    "build": _build,
}


def warm_up() -> None:
    """Load the library for trainings and compile what the default network needs, ahead of the first task."""
    settings = make_settings(source="mnist" if is_prepared("mnist") else "sample")  # as the Train page chooses
    os.environ["KERAS_BACKEND"] = settings.backend  # read when Keras is imported, which is now
    from digits.training import device, warm_engine

    warm_engine.warm_up(settings, device.choose().name)
