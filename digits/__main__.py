"""python -m digits VERB: the same engine as the pages, without a browser.

Human-readable by default; with --json, one JSON document (or JSON lines) on stdout. Messages go to stderr. Exit code 0
only on success, 2 for bad arguments, 1 for anything else, with one sentence and no traceback.
"""

import argparse
import io
import os
import signal
import sys

try:
    from digits.commands import (
        architectures,
        backup,
        classes,
        data,
        doctor,
        drawings,
        ensemble,
        evaluation,
        export,
        fine_tune,
        form,
        predict,
        runs,
        serve,
        sweep,
        train,
        worker,
    )
except ModuleNotFoundError as error:  # the doctor cannot tell either where its own packages are missing
    sys.exit(f"python -m digits: the package {error.name} is missing. Run: pip install -r requirements.txt")
from digits.errors import BadConfig, DigitsError
from digits.networks.backends import check_chosen

VERBS = (
    data, train, sweep, evaluation, predict, drawings, form, fine_tune, ensemble, runs, export, serve, classes,
    architectures, backup, doctor, worker,
)  # fmt: skip
# These build networks with Keras; all other verbs need neither it nor the library it runs on.
NEED_KERAS = {"train", "fine-tune", "audit"}


class OneSentenceParser(argparse.ArgumentParser):
    """Bad arguments get one sentence instead of the whole usage."""

    def error(self, message: str):
        self.exit(2, f"{self.prog}: {message}. See {self.prog} --help.\n")


def main(arguments: list[str] | None = None) -> int:
    """Run one verb; returns the exit code."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow's log lines are not for the user
    os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")  # nor is the whole card for TensorFlow
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # names of files need not be text
    parser = OneSentenceParser(prog="python -m digits", description=__doc__.split("\n")[0])
    verbs = parser.add_subparsers(title="verbs", dest="verb", required=True, metavar="VERB")
    for verb in VERBS:
        verb.add_to(verbs)
    options = parser.parse_args(arguments)
    try:
        if options.verb in NEED_KERAS:
            check_chosen()
        return options.command(options) or 0
    except DigitsError as error:
        print(f"{parser.prog}: {error.with_hint}", file=sys.stderr)
        return 2 if isinstance(error, BadConfig) else 1
    except KeyboardInterrupt:
        print(f"{parser.prog}: ended by Ctrl-C.", file=sys.stderr)
        return 128 + signal.SIGINT
    except BrokenPipeError:  # the reader, `head` for one, has seen enough
        sys.stdout = None
        return 0


if __name__ == "__main__":
    sys.exit(main())
