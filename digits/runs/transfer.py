"""Runs as plain data, to travel between machines: a zip of settings, numbers and weights without any code.

An import only stores the run. A task makes its model files from the weights when somebody first uses it.
"""

import io
import json
import sqlite3
import zipfile
from collections.abc import Callable, Iterable
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from digits import permissions, tasks
from digits.data.sources import SOURCES
from digits.errors import DigitsError
from digits.networks import architectures
from digits.networks.weights import read as read_weights
from digits.permissions import Action
from digits.progress import Progress, to_nobody
from digits.runs import exported_run, store, updates
from digits.runs.exported_run import FORMAT, ExportedRun
from digits.runs.run import FINISHED, MAX_TAGS, STARTER, Run
from digits.runs.updates import WEIGHTS
from digits.storage import database, files
from digits.storage.files import StoredFile
from digits.storage.home import run_folder


def export(run: Run, target: Path) -> None:
    """Write a run to a zip file. Raises DigitsError for a run without a model."""
    content = pack(run)
    files.atomic_write(target.absolute(), lambda part: part.write_bytes(content))


def pack(run: Run) -> bytes:
    """Return a run as a zip. Raises DigitsError for a run without a model."""
    arrays = io.BytesIO()
    np.savez_compressed(arrays, *weights(run))
    described = FORMAT | {name: getattr(run, name) for name in ("id", "created", "name", "notes", "tags", "num_epochs")}
    described |= {
        "settings": run.settings.as_dict(),
        "ended": store.how_it_ended(run.id) if not run.is_starter else "done",
        "details": run.details,
        "temperature": run.model.temperature if run.model else run.details.get("temperature"),
        "epochs": store.epochs(run.id),
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("run.json", json.dumps(described, indent=1))
        archive.writestr("weights.npz", arrays.getvalue())
    return packed.getvalue()


def weights(run: Run) -> list[np.ndarray]:
    """Return the weights of a run, in Keras' order. Raises DigitsError for a run without a model, DamagedFile."""
    if is_unbuilt(run):
        return _stored_weights(run, WEIGHTS)
    return read_weights(run.demand_model("export").file("model.keras"), run.settings)


def _stored_weights(run: Run, kind: str) -> list[np.ndarray]:
    arrays = files.read_arrays(run_folder(run.id), store.files(run.id, kind)[0])
    return [arrays[f"arr_{number}"] for number in range(len(arrays))]


def import_zips(zips: Iterable[Path | bytes], **options: Any) -> list[str]:
    """Store runs that `export` or `pack` made, all or none, with the options of `add`. Return their ids."""
    return add([exported_run.read(source) for source in zips], **options)


def add(
    runs: list[ExportedRun],
    *,
    as_copies: bool = False,
    owner: str = tasks.LOCAL,
    along: Callable[[sqlite3.Connection, list[str]], None] = lambda connection, ids: None,
) -> list[str]:
    """Store runs that were trained elsewhere, all or none. Return their ids.

    as_copies: give a run whose id is taken a new id, instead of refusing it. along: called with the connection and the
    ids, to store something else in the same step. Raises DigitsError.
    """
    permissions.demand(Action.CREATE, owner)
    ids = _free_ids([run.described["id"] for run in runs], as_copies)
    stored: dict[str, StoredFile] = {}
    try:
        for run_id, run in zip(ids, runs, strict=True):
            stored[run_id] = files.write_new(
                run_folder(run_id), "weights.npz", lambda part, weights=run.weights: np.savez(part, *weights)
            )
        with database.writing() as connection:
            for run_id, run in zip(ids, runs, strict=True):
                if not store.is_free(connection, run_id):
                    raise DigitsError("Another process has just imported this run or is deleting it. Try again.")
                _insert(connection, run_id, run, stored[run_id], owner)
            along(connection, ids)
    except BaseException:
        for run_id, file in stored.items():
            (run_folder(run_id) / file.name).unlink(missing_ok=True)
        raise
    return ids


def is_unbuilt(run: Run) -> bool:
    """Return whether a run was imported and nobody has used it yet."""
    return run.model is None and run.state.is_final and bool(store.files(run.id, WEIGHTS))


def ensure_built(run: Run) -> Run:
    """Return the run with its model files; they are made here and now if they are missing."""
    if not is_unbuilt(run):
        return run
    tasks.do_now("build", run.id, "", lambda work, run_id, part: build(run_id, work.tell))
    return store.get(run.id)


def build(run_id: str, on_progress: Progress = to_nobody) -> None:
    """Make the model files of an imported run. Worker side: imports Keras. Raises DamagedFile."""
    run = store.get(run_id)
    if not is_unbuilt(run):
        return
    publish(run, WEIGHTS, on_progress, ended=store.how_it_ended(run_id))
    if temperature := run.details.get("temperature"):
        updates.set_temperature(store.get(run_id), temperature)
    updates.set_stage(run_id, FINISHED)


def publish(run: Run, kind: str, on_progress: Progress, *, ended: str) -> None:
    """Make the model files of a run from its file of weights of that kind, and publish them. Imports Keras."""
    on_progress(0.0, "Loading TensorFlow")
    from digits.training import export as model_files

    arrays = _stored_weights(run, kind)
    on_progress(0.5, "Making the model files")
    model = architectures.build(run.settings)
    model.set_weights(arrays)
    updates.publish_model(run.id, *model_files.export(model, run_folder(run.id)), ended=ended)


def _free_ids(wanted: list[str], as_copies: bool) -> list[str]:
    """Return an id for each run, its own unless another run has it. Raises DigitsError."""
    taken = {row["id"] for row in database.rows("SELECT id FROM runs")} | {STARTER, *SOURCES}
    found = []
    for run_id in wanted:
        if run_id in taken and not as_copies:
            raise DigitsError(
                "This run exists already. Import it as a copy, or delete the other one.", f"It is {run_id}."
            )
        others = (f"{run_id[:56]}-{number}" for number in range(2, 100_000))
        found.append(next(each for each in chain([run_id], others) if each not in taken))
        taken.add(found[-1])
    return found


def _insert(connection, run_id: str, run: ExportedRun, file: StoredFile, owner: str) -> None:
    described = run.described
    tags = [store.plain(tag, 30) for tag in described["tags"]][:MAX_TAGS]
    store.insert(
        connection,
        run_id,
        run.settings,
        described["ended"],
        owner=owner,
        name=store.plain(described["name"]),
        notes=store.plain(described["notes"], 500),
        tags=json.dumps(tags, ensure_ascii=False),
        stage=FINISHED,
        details=json.dumps(described["details"] | {"temperature": described["temperature"], "imported": True}),
        **{name: described[name] for name in ("created", "num_epochs", "ended")},
    )
    for row in described["epochs"]:
        updates.add_epoch_within(connection, run_id, row)
    updates.add_file_within(connection, run_id, WEIGHTS, 0, file)
