"""What the verbs about a run and one of its test sets share: which run, which digits, and doing it as a task."""

import argparse

from digits import tasks
from digits.commands.progress import bar
from digits.commands.worker import HANDLERS
from digits.data.dataset import ensure_prepared
from digits.data.splits import SPLITS
from digits.errors import DigitsError
from digits.evaluation.test_sets import TestSet, test_set
from digits.runs import models, transfer
from digits.runs import store as runs
from digits.runs.run import Run


def add_run_and_test(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", nargs="?", metavar="RUN", help="the chosen model by default")
    parser.add_argument("--test", metavar="SET", help=f"{', '.join(SPLITS)}; the run's own split by default")


def named_run(run_id: str | None) -> Run:
    """Return the run of that id, or the chosen model. Raises UnknownRun."""
    return transfer.ensure_built(runs.get(run_id) if run_id else models.chosen())


def run_and_test(options: argparse.Namespace) -> tuple[Run, TestSet]:
    """Return what the options name. Raises UnknownRun, BadConfig."""
    run = named_run(options.run)
    return run, test_set(options.test or run.settings.split, run.settings)


def compute(kind: str, subject: str, part: str, source: str) -> None:
    """Do a task here and now, with a progress bar, its digits prepared first. Raises DigitsError."""
    with bar() as on_tell:
        ensure_prepared(source, lambda phase: on_tell(0.0, phase))
        task = tasks.do_now(kind, subject, part, HANDLERS[kind], on_tell=on_tell)
    if task.state != tasks.TaskState.DONE:
        raise DigitsError(f"It was {task.state} before it was done. {task.cause}".strip())
