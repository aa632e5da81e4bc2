"""python -m digits data [SOURCE]: list the sources and their state, or prepare one."""

import json
import sys

from digits.data import preparing
from digits.data.dataset import open_dataset
from digits.data.sources import SOURCES


def add_to(verbs) -> None:
    parser = verbs.add_parser("data", help="list the data sources, or prepare one")
    parser.add_argument("source", nargs="?", metavar="SOURCE", help=", ".join(SOURCES))
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(command=run)


def run(options) -> int:
    if options.source:
        manifest = preparing.run(options.source, lambda phase: print(f"{phase} ...", file=sys.stderr))
        total = manifest["num_train"] + manifest["num_test"]
        print(json.dumps(manifest) if options.json else f"{SOURCES[options.source].title}: {total:,} digits are ready.")
        return 0
    states = {name: _state(name) for name in SOURCES}
    if options.json:
        print(json.dumps(states))
    else:
        for name, state in states.items():
            print(f"{name:8} {state['state']:10} {SOURCES[name].about} {state['error']}".rstrip())
    return 0


def _state(source: str) -> dict:
    if source == "sample":
        open_dataset(source)  # prepares itself on first use
    progress = preparing.progress(source)
    known = SOURCES[source]
    return {
        "state": progress.state,
        "error": progress.error,
        "num_train": known.num_train,
        "num_test": known.num_test,
        "origin": known.origin,
        "licence": known.licence,
    }
