"""What the verbs about a run and one of its test sets share: which run, and which digits."""

import argparse

from digits.data.splits import SPLITS
from digits.evaluation.test_sets import TestSet, test_set
from digits.runs import models, runs
from digits.runs.run import Run


def add_run_and_test(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", nargs="?", metavar="RUN", help="the chosen model by default")
    parser.add_argument("--test", metavar="SET", help=f"{', '.join(SPLITS)}; the run's own split by default")


def run_and_test(options: argparse.Namespace) -> tuple[Run, TestSet]:
    """What the options name. Raises UnknownRun, BadConfig, or DigitsError when there is no model at all."""
    run = runs.find(options.run) if options.run else models.chosen()
    return run, test_set(options.test or run.config.split, run.config)
