"""python -m digits VERB: the same engine as the pages, without a browser.

Human-readable by default; with --json, one JSON document (or JSON lines) on stdout. Messages go to stderr. Exit code 0
only on success, 2 for bad arguments, 1 for anything else, with one sentence and no traceback.
"""

import argparse
import contextlib
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
except KeyboardInterrupt:
    sys.exit(128 + signal.SIGINT)
from digits.commands.printing import one_line
from digits.errors import BadConfig, DigitsError
from digits.networks.backends import check_chosen
from digits.storage.home import logs_folder
from digits.tasks.work import cause_of

VERBS = (
    data, train, sweep, evaluation, predict, drawings, form, fine_tune, ensemble, runs, export, serve, classes,
    architectures, backup, doctor, worker,
)  # fmt: skip
# These build networks with Keras; all other verbs need neither it nor the library it runs on.
NEED_KERAS = {"train", "fine-tune", "audit"}


class OneSentenceParser(argparse.ArgumentParser):
    """Every verb and action knows --json; bad arguments get one sentence instead of the whole usage."""

    def __init__(self, **how):
        super().__init__(**how)
        # Suppressed, because the default of an action would undo what stands before it: drawings --json export.
        self.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print JSON instead of text")

    def error(self, message: str):
        self.exit(2, f"{self.prog}: {one_line(message)}. See {self.prog} --help.\n")


def main(arguments: list[str] | None = None) -> int:
    """Run one verb; returns the exit code."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow's log lines are not for the user
    os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")  # nor is the whole card for TensorFlow
    _open_streams()
    parser = OneSentenceParser(prog="python -m digits", description=__doc__.split("\n")[0])
    parser.set_defaults(json=False)
    verbs = parser.add_subparsers(title="verbs", dest="verb", required=True, metavar="VERB")
    for verb in VERBS:
        verb.add_to(verbs)
    code, said = 1, ""
    try:
        try:
            options = parser.parse_args(arguments)
            if options.verb in NEED_KERAS:
                check_chosen()
            return options.command(options) or 0
        finally:
            sys.stdout.flush()  # now, because nobody hears of what fails when Python ends
    except DigitsError as error:
        code, said = 2 if isinstance(error, BadConfig) else 1, error.with_hint
    except KeyboardInterrupt:
        code, said = 128 + signal.SIGINT, "ended by Ctrl-C."
    except BrokenPipeError:  # the reader, `head` for one, has seen enough
        code = 0
    except Exception as error:  # a fault of the system, or of ours
        said = _unforeseen(error)
    with contextlib.suppress(OSError):
        if said:
            print(f"{parser.prog}: {one_line(said)}", file=sys.stderr)
        sys.stdout.flush()
        return code
    # What could not be written would fail once more when Python ends.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return code


def _open_streams() -> None:
    """Let all three streams be open, also where whoever started this process has closed some.

    Otherwise the next file that is opened would get the number of one of them, and what is printed would go there.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    sys.stdin = sys.stdin or os.fdopen(0, closefd=False)
    sys.stdout = sys.stdout or os.fdopen(1, "w", closefd=False)
    sys.stderr = sys.stderr or os.fdopen(2, "w", closefd=False)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # names of files need not be text


def _unforeseen(error: Exception) -> str:
    """Return an error that nobody foresaw as a sentence. A fault of ours is written down in a log."""
    with contextlib.redirect_stderr(io.StringIO()) as traceback:
        said = cause_of(error)
    if found := traceback.getvalue():
        log = logs_folder() / "commands.log"
        with contextlib.suppress(OSError):
            log.parent.mkdir(parents=True, exist_ok=True)
            with log.open("a", encoding="utf-8") as file:
                file.write(found)
            said = f"{said}. The log has more: {log}"
    return said


if __name__ == "__main__":
    sys.exit(main())
