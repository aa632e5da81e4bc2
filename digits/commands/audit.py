"""python -m digits audit [SOURCE]: which labels of the training digits are doubtful?"""

import json
import sys

from digits import tasks
from digits.commands.progress import bar, stderr_into
from digits.commands.worker import HANDLERS
from digits.data.dataset import ensure_prepared
from digits.data.sources import SOURCES, check_source
from digits.evaluation import audit
from digits.storage.home import logs_folder

SHOWN = 20


def add_to(verbs) -> None:
    parser = verbs.add_parser("audit", help="find doubtful labels among the training digits")
    parser.add_argument("source", nargs="?", default="sample", metavar="SOURCE", help=", ".join(SOURCES))
    parser.add_argument(
        "--plant", type=int, metavar="N", help="instead, make N labels wrong and tell how many of them are found"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.set_defaults(command=run)


def run(options) -> int:
    check_source(options.source)
    ensure_prepared(options.source, lambda phase: print(f"{phase} ...", file=sys.stderr))
    with stderr_into(logs_folder() / "audit.log") as terminal, bar(terminal) as on_tell:
        if options.plant is not None:
            found, table = audit.plant(options.source, options.plant, on_tell), _planted
        else:
            tasks.do_now("audit", options.source, "", HANDLERS["audit"], lane=tasks.TRAINING, on_tell=on_tell)
            found, table = audit.stored(options.source), _table
    print(json.dumps(found) if options.json else "\n".join(table(found)))
    return 0


def _planted(found: dict) -> list[str]:
    return [
        f"{found['planted']} of {found['n']:,} labels were made wrong; {found['found_early']} of these are among the "
        f"first {found['planted'] * 3 // 2} doubtful ones, {found['found']} among all {found['doubtful']:,}."
    ]


def _table(found: dict) -> list[str]:
    issues = found["issues"]
    lines = [f"{len(issues):,} of {found['n']:,} labels of {SOURCES[found['source']].title} are doubtful."]
    lines += [f"Networks that had not learned from a digit predicted {found['accuracy']:.2%} as labelled."]
    lines += ["", "rank   index  label  predicted  confidence"]
    for rank, row in enumerate(issues[:SHOWN], start=1):
        lines.append(f"{rank:4}  {row['index']:6}  {row['label']:5}  {row['predicted']:9}  {row['confidence']:10.1%}")
    return [*lines, f"... and {len(issues) - SHOWN:,} more"] if len(issues) > SHOWN else lines
