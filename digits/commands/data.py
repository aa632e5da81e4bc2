"""python -m digits data [SOURCE]: list the sources and their state, or prepare one."""

import json

from digits import tasks
from digits.commands.progress import bar
from digits.data.dataset import facts, is_prepared, open_dataset, prepare_task
from digits.data.sources import SOURCES, check_source
from digits.errors import DigitsError


def add_to(verbs) -> None:
    parser = verbs.add_parser("data", help="list the data sources, or prepare one")
    parser.add_argument("source", nargs="?", metavar="SOURCE", help=", ".join(SOURCES))
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(command=run)


def run(options) -> int:
    if options.source:
        check_source(options.source)
        with bar() as on_tell:
            task = tasks.do_now("prepare", options.source, "", prepare_task, on_tell=on_tell)
        if task.state != tasks.TaskState.DONE:
            raise DigitsError(f"Preparing {SOURCES[options.source].title} was {task.state}.")
        known = facts(options.source)
        total = known["num_train"] + known["num_test"]
        print(json.dumps(known) if options.json else f"{SOURCES[options.source].title}: {total:,} digits are ready.")
        return 0
    states = {name: _state(name) for name in SOURCES}
    if options.json:
        print(json.dumps(states))
    else:
        for name, state in states.items():
            print(f"{name:9} {state['state']:10} {SOURCES[name].about} {state['error']}".rstrip())
    return 0


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
        "origin": known.origin,
        "licence": known.licence,
    }
