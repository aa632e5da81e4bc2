"""python -m digits runs: list, show, name, choose, stop, pause, move and delete runs."""

import json
import sys

from digits.errors import DigitsError
from digits.runs import models, queue, runs
from digits.runs.run import Run


def add_to(verbs) -> None:
    parser = verbs.add_parser("runs", help="list the runs; show, name, choose, stop, pause, move or delete one")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(command=list_runs)
    actions = parser.add_subparsers(title="actions", metavar="ACTION")
    for command in (show, rename, choose, stop, pause, move, delete):
        name = command.__name__
        action = actions.add_parser(name, help=command.__doc__)
        action.add_argument("run", metavar="RUN")
        if name == "rename":
            action.add_argument("name", metavar="NAME")
        if name == "move":
            action.add_argument("place", metavar="PLACE", type=int, help="1 is the next to start")
        if name == "show":
            action.add_argument("--json", action="store_true", help="print JSON")
        action.set_defaults(command=command)


def list_runs(options) -> int:
    queue.advance()
    places = {run.id: place for place, run in enumerate(queue.waiting(), start=1)}
    rows = [_row(run) | {"place": places.get(run.id)} for run in runs.all_runs()]
    if options.json:
        print(json.dumps(rows))
    for row in [] if options.json else rows:
        accuracy = f"{row['val_accuracy']:.2%}" if row["val_accuracy"] is not None else ""
        state = f"{row['state']} {row['place'] or ''}" if row["responding"] else "not responding"
        print(f"{row['run']:32} {state:9} {accuracy:8} {row['name'] if row['name'] != row['run'] else ''}".rstrip())
    for run in runs.all_runs():
        _tell_damage(run)
    if not rows and not options.json:
        print("No runs yet. Train one: python -m digits train")
    return 0


def show(options) -> int:
    """everything about one run"""
    run = runs.find(options.run)
    value = _row(run) | {"config": run.config.as_dict(), "status": run.status(), "epochs": run.epochs()}
    print(json.dumps(value, indent=None if options.json else 2))
    _tell_damage(run)
    return 0


def rename(options) -> int:
    """give a run a name"""
    runs.find(options.run).rename(options.name)
    return 0


def choose(options) -> int:
    """make a run the model that reads drawings"""
    run = runs.find(options.run)
    run.model_file()  # a damaged one is said now
    models.choose(run)
    return 0


def stop(options) -> int:
    """end a training early, keeping its model so far, or take a run out of the queue"""
    runs.find(options.run).ask_to_stop()
    queue.advance()
    return 0


def pause(options) -> int:
    """let a training leave the device; go on with: train --resume"""
    runs.find(options.run).ask_to_pause()
    queue.advance()
    return 0


def move(options) -> int:
    """give a queued run another place in the queue"""
    run = runs.find(options.run)
    if queue.place(run) is None:
        raise DigitsError(f"The run {run.id} is {run.state}; only a queued one has a place in the queue.")
    queue.move(run, options.place)
    return 0


def delete(options) -> int:
    """remove a run for ever"""
    runs.delete(runs.find(options.run))
    return 0


def _tell_damage(run: Run) -> None:
    if damage := run.damage():
        print(f"{run.id}: {damage}", file=sys.stderr)


def _row(run: Run) -> dict:
    epochs, status = run.epochs(), run.status()
    return {
        "run": run.id,
        "name": run.name,
        "notes": run.notes,
        "tags": run.tags,
        "state": status["state"],
        "responding": status["responding"],
        "epochs": len(epochs),
        "val_accuracy": epochs[-1]["val_accuracy"] if epochs else None,
    }
