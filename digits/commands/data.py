"""python -m digits data: list the sources and their state, prepare one, add one's own digits, remove them."""

import sys
from pathlib import Path

from digits import tasks
from digits.commands.printing import one_line, print_result
from digits.commands.progress import bar
from digits.data import own_sources
from digits.data.arranging import FEW, arrange, count_in_mnist, is_labelled
from digits.data.dataset import facts, is_prepared, open_dataset, prepare_task
from digits.data.reading import read, reasons
from digits.data.sources import FIXED, SOURCES, check_source
from digits.errors import BadConfig, DigitsError
from digits.runs import store as runs

USAGE = """python -m digits data                      list the sources
       python -m digits data SOURCE               prepare one, or tell about your own
       python -m digits data add NAME PATH...     add your own: pictures in folders named 0 to 9, a zip of them,
                                                  a CSV table such as Kaggle's, idx files
       python -m digits data remove NAME          remove your own"""


def add_to(verbs) -> None:
    parser = verbs.add_parser("data", help="list the data sources, prepare one, or add your own", usage=USAGE)
    parser.add_argument("words", nargs="*", metavar="SOURCE | add NAME PATH... | remove NAME", help=", ".join(FIXED))
    parser.add_argument("--licence", metavar="TEXT", help="add: under which licence these digits may be used")
    parser.add_argument("--origin", metavar="TEXT", help="add: where they are from: an address, a paper, a class")
    parser.add_argument("--test-only", action="store_true", help="add: no network learns from them")
    parser.add_argument("--replace", action="store_true", help="add: put them in place of digits of this name")
    parser.set_defaults(command=run)


def run(options) -> None:
    match options.words:
        case [] | ["list"]:
            _list(options)
        case ["add", name, _, *_]:
            _add(options, name, [Path(word) for word in options.words[2:]])
        case ["remove", name]:
            _remove(options, name)
        case [source] if source not in ("add", "remove"):
            _prepare(options, source)
        case _:
            raise BadConfig("Expected one of: data, data SOURCE, data add NAME PATH, data remove NAME.")


def _list(options) -> None:
    states = {name: _state(name) for name in SOURCES}
    width = max(map(len, states))
    lines = (
        f"{name:{width}} {state['state']:10} {SOURCES[name].about} {state['error']}".rstrip()
        for name, state in states.items()
    )
    print_result(options, states, lines)


def _prepare(options, source: str) -> None:
    check_source(source)
    if not SOURCES[source].is_own:
        with bar() as on_progress:
            task = tasks.do_now("prepare", source, "", prepare_task, on_progress=on_progress)
        if task.state != tasks.TaskState.DONE:
            raise DigitsError(f"Preparing {SOURCES[source].title} was {task.state}.")
    _tell(options, source)


def _add(options, name: str, paths: list[Path]) -> None:
    own_sources.check_name(name, replace=options.replace)
    with bar() as on_progress:
        found = read(paths, on_progress)
        on_progress(0.99, "Comparing with MNIST")
        digits = arrange(found, test_only=options.test_only, num_in_mnist=count_in_mnist(found.images))
        on_progress(1.0, "Done")
    for why, n, first in reasons(found.passed_over):
        more = f" and {n - 1:,} more" if n > 1 else ""
        print(one_line(f"Passed over: {first}{more}: {why}"), file=sys.stderr)
    if is_labelled(found) and not options.test_only and not digits.num_train:
        print(f"With fewer than {FEW} of one digit to learn from, they are for testing only.", file=sys.stderr)
    licence, origin = (_ask(what, getattr(options, what)) for what in ("licence", "origin"))
    own_sources.publish(name, digits, licence=licence, origin=origin, owner=tasks.LOCAL, replace=options.replace)
    _tell(options, name)


def _remove(options, name: str) -> None:
    learned = [run.id for run in runs.learned_from(name)]
    own_sources.remove(name)
    lines = [f"{name} was removed."]
    if learned:
        lines.append(f"These runs learned from it and stay: {', '.join(learned)}.")
    print_result(options, {"removed": name, "runs": learned}, lines)


def _tell(options, source: str) -> None:
    known = SOURCES[source]
    total = f"{known.title}: {known.num_digits:,} digits are ready."
    print_result(options, facts(source), [f"{total} {known.about}" if known.is_own else total])


def _ask(what: str, given: str | None) -> str:
    """Return what was given, or what somebody answers at a terminal."""
    if given is None and sys.stdin.isatty():
        # Not input(), which asks on stdout and fails where somebody presses Ctrl-D.
        print(f"The {what} of these digits (Enter: {own_sources.NOT_STATED}): ", end="", file=sys.stderr, flush=True)
        given = sys.stdin.readline()
    elif given is None:
        print(f"The {what} of these digits is {own_sources.NOT_STATED}. Name it with --{what}.", file=sys.stderr)
    return given or ""


def _state(source: str) -> dict:
    task, known = tasks.find("prepare", source), SOURCES[source]
    if known.is_bundled:
        open_dataset(source)  # prepares itself on first use
    state = "ready" if is_prepared(source) else "absent"
    if task and task.state in (tasks.TaskState.QUEUED, tasks.TaskState.RUNNING):
        state = "preparing"
    elif task and state == "absent":
        state = "failed"
    return {
        "state": state,
        "error": task.cause if task and state == "failed" else "",
        "num_train": known.num_train,
        "num_test": known.num_test,
        "num_unlabelled": known.num_unlabelled,
        "origin": known.origin,
        "licence": known.licence,
    }
