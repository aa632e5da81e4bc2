"""python -m digits runs: list, show, name, choose, stop, pause, move, delete, export and import runs."""

import contextlib
import json
import sys
import time
from pathlib import Path

from digits import tasks
from digits.commands.printing import print_result
from digits.errors import DigitsError, RunBusy
from digits.exports.trackers import export as trackers
from digits.exports.trackers.export import TRACKERS
from digits.runs import models, store, transfer
from digits.runs.run import Run

END_SECONDS = 90.0  # a worker of another container counts as gone after a minute


def add_to(verbs) -> None:
    parser = verbs.add_parser("runs", help="list the runs; show, name, choose, stop, pause, move, delete or copy some")
    parser.set_defaults(command=list_runs)
    actions = parser.add_subparsers(title="actions", metavar="ACTION")
    for command in (show, rename, choose, stop, pause, move, delete, export):
        action = actions.add_parser(command.__name__, help=command.__doc__)
        action.add_argument("run", metavar="RUN")
        action.set_defaults(command=command)
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
    action.set_defaults(command=import_runs)


def list_runs(options) -> None:
    with contextlib.suppress(DigitsError):  # a home that cannot be written can still be listed
        tasks.look_after()
    places = {task.id: place for place, task in enumerate(tasks.waiting(), start=1)}
    rows = [_row(run) | {"place": places.get(run.task_id)} for run in store.page(limit=-1)]
    lines = []
    for row in rows:
        accuracy = f"{row['val_accuracy']:.2%}" if row["val_accuracy"] is not None else ""
        state = f"{row['state']} {row['place'] or ''}" if row["responding"] else "not responding"
        lines.append(f"{row['run']:32} {state:11} {accuracy:8} {row['title']}")
    print_result(options, rows, lines or ["No runs yet. Train one: python -m digits train"])


def show(options) -> None:
    """show everything about one run"""
    run = store.get(options.run)
    value = _row(run) | {
        "config": run.settings.as_dict(),
        "status": {
            "state": run.state, "phase": run.phase, "error": run.cause, "responding": run.is_responding, **run.details
        },
        "epochs": store.epochs(run.id),
    }  # fmt: skip
    print_result(options, value, [json.dumps(value, indent=2)])


def rename(options) -> None:
    """give a run a name"""
    store.rename(_own(options).id, options.name)
    _say(options)


def choose(options) -> None:
    """make a run the model that predicts drawings"""
    run = transfer.ensure_built(store.get(options.run))
    if run.model:
        run.model.file("model.tflite")  # which reports a damaged file now
    models.choose(run)
    _say(options)


def stop(options) -> None:
    """end a training early, keeping its model so far, or take a run out of the queue"""
    _end(options, "stop")


def pause(options) -> None:
    """let a training leave the device; continue it with: train --resume"""
    _end(options, "pause")


def move(options) -> None:
    """give a queued run another place among those of its person"""
    run = _own(options)
    if not run.is_queued:
        raise DigitsError(f"This run is {run.state}; only a queued one has a place in the queue.", f"It is {run.id}.")
    store.move(run, options.place)
    _say(options)


def delete(options) -> None:
    """remove a run for ever"""
    store.delete(options.run)
    print_result(options, {"deleted": options.run})


def export(options) -> None:
    """write a run as plain data to a zip, for another machine; or into a tracker of trainings"""
    run = store.get(options.run)
    if options.to:
        trackers.export(run, options.to, options.target, options.python)
    else:
        transfer.export(run, options.target)
    print_result(options, {"run": run.id, "path": str(options.target)}, [f"{run.id} is in {options.target}."])


def import_runs(options) -> None:
    """import runs that were exported on this machine or another"""
    ids = transfer.import_zips(options.files, as_copies=options.as_copies)
    print_result(options, ids, (f"Imported {run_id}." for run_id in ids))


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
    tasks.look_after()  # it may have ended since the last look, and others wait for its place
    _say(options)


def _say(options) -> None:
    """Print nothing for people, whom nothing has surprised; the run as it is now for programs."""
    print_result(options, _row(store.get(options.run)))


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
