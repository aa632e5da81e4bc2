"""python -m digits runs: list, show, name, choose, stop, pause, move, delete, export and import runs."""

import contextlib
import json
import sys
import time
from pathlib import Path

from digits import tasks
from digits.errors import DigitsError, RunBusy
from digits.exports.trackers import export as trackers
from digits.exports.trackers.export import TRACKERS
from digits.runs import models, store, transfer
from digits.runs.run import Run

END_SECONDS = 90.0  # a worker of another container counts as gone after a minute


def add_to(verbs) -> None:
    parser = verbs.add_parser("runs", help="list the runs; show, name, choose, stop, pause, move, delete or copy some")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(command=list_runs)
    actions = parser.add_subparsers(title="actions", metavar="ACTION")
    for command in (show, rename, choose, stop, pause, move, delete, export):
        action = actions.add_parser(command.__name__, help=command.__doc__)
        action.add_argument("run", metavar="RUN")
        action.set_defaults(command=command)
    actions.choices["show"].add_argument("--json", action="store_true", help="print JSON")
    actions.choices["rename"].add_argument("name", metavar="NAME")
    actions.choices["move"].add_argument("place", metavar="PLACE", type=int, help="1 is the next to start")
    action = actions.choices["export"]
    action.add_argument(
        "target", metavar="FILE", type=Path, help="a zip; with --to a folder, which may hold other runs"
    )
    action.add_argument("--to", choices=TRACKERS, metavar="TRACKER", help=f"one of {', '.join(TRACKERS)}")
    action.add_argument("--python", default=sys.executable, help="an interpreter that has MLflow, for --to mlflow")
    action = actions.add_parser("import", help=import_runs.__doc__)
    action.add_argument("files", nargs="+", type=Path, metavar="FILE", help="zips that `runs export` made")
    action.add_argument("--as-copies", action="store_true", help="give a run whose id is taken a new id")
    action.add_argument("--json", action="store_true", help="print a JSON list of the new ids")
    action.set_defaults(command=import_runs)


def list_runs(options) -> int:
    with contextlib.suppress(DigitsError):  # a home that cannot be written can still be listed
        tasks.look_after()
    places = {task.id: place for place, task in enumerate(tasks.waiting(), start=1)}
    rows = [_row(run) | {"place": places.get(run.task_id)} for run in store.page(limit=-1)]
    if options.json:
        print(json.dumps(rows))
        return 0
    for row in rows:
        accuracy = f"{row['val_accuracy']:.2%}" if row["val_accuracy"] is not None else ""
        state = f"{row['state']} {row['place'] or ''}" if row["responding"] else "not responding"
        print(f"{row['run']:32} {state:11} {accuracy:8} {row['title']}")
    if not rows:
        print("No runs yet. Train one: python -m digits train")
    return 0


def show(options) -> int:
    """show everything about one run"""
    run = store.get(options.run)
    value = _row(run) | {
        "config": run.settings.as_dict(),
        "status": {
            "state": run.state, "phase": run.phase, "error": run.cause, "responding": run.is_responding, **run.details
        },
        "epochs": store.epochs(run.id),
    }  # fmt: skip
    print(json.dumps(value, indent=None if options.json else 2))
    return 0


def rename(options) -> int:
    """give a run a name"""
    store.rename(_own(options).id, options.name)
    return 0


def choose(options) -> int:
    """make a run the model that predicts drawings"""
    run = transfer.ensure_built(store.get(options.run))
    if run.model:
        run.model.file("model.tflite")  # which reports a damaged file now
    models.choose(run)
    return 0


def stop(options) -> int:
    """end a training early, keeping its model so far, or take a run out of the queue"""
    _end(options, "stop")
    return 0


def pause(options) -> int:
    """let a training leave the device; continue it with: train --resume"""
    _end(options, "pause")
    return 0


def move(options) -> int:
    """give a queued run another place among those of its person"""
    run = _own(options)
    if not run.is_queued:
        raise DigitsError(f"This run is {run.state}; only a queued one has a place in the queue.", f"It is {run.id}.")
    store.move(run, options.place)
    return 0


def delete(options) -> int:
    """remove a run for ever"""
    store.delete(options.run)
    return 0


def export(options) -> int:
    """write a run as plain data to a zip, for another machine; or into a tracker of trainings"""
    run = store.get(options.run)
    if options.to:
        trackers.export(run, options.to, options.target, options.python)
    else:
        transfer.export(run, options.target)
    print(f"{run.id} is in {options.target}.")
    return 0


def import_runs(options) -> int:
    """import runs that were exported on this machine or another"""
    ids = transfer.import_zips(options.files, as_copies=options.as_copies)
    print(json.dumps(ids) if options.json else "\n".join(f"Imported {run_id}." for run_id in ids))
    return 0


def _own(options) -> Run:
    run = store.get(options.run)
    if run.is_starter:
        raise DigitsError("The starter model comes with Digits and cannot be changed.")
    return run


def _end(options, what: str) -> None:
    """Ask a run to end. If its worker does not respond, wait until it has been ended. Raises RunBusy if that fails."""
    run = _own(options)
    if run.state.is_final:
        raise DigitsError(f"This run is {run.state}; there is nothing to end.", f"It is {run.id}.")
    store.stop(run, what)
    end = time.monotonic() + END_SECONDS
    while not store.get(run.id).is_responding:
        if time.monotonic() > end:
            raise RunBusy("Its worker cannot be ended. It may wait for a disk: check that and try again.", run.id)
        time.sleep(0.5)
        tasks.look_after()


def _row(run: Run) -> dict:
    return {
        "run": run.id,
        "name": run.name,
        "title": run.title,
        "notes": run.notes,
        "tags": run.tags,
        "state": run.state,
        "responding": run.is_responding,
        "epochs": run.epochs_done,
        "val_accuracy": run.val_accuracy,
    }
