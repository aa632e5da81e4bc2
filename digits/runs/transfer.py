"""Runs as plain data, to travel between machines: a zip of settings, numbers and weights, in which there is no code.

Taking one in only stores it. Its model files are made from the weights by a task, when somebody first uses it.
"""

import io
import json
import math
import re
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from digits import tasks
from digits.data.sources import SOURCES
from digits.errors import BadConfig, DigitsError
from digits.networks import architectures
from digits.networks.backends import BACKENDS
from digits.networks.settings import Settings, read_settings
from digits.runs import store, updates
from digits.runs.run import FINISHED, MAX_EPOCHS, MAX_TAGS, STARTER, Run
from digits.storage import database, files
from digits.storage.files import StoredFile, atomic_write
from digits.storage.home import run_folder
from digits.tasks import store as task_store

FORMAT = {"format": "digits run", "version": 1}
NAMES = {"run.json", "weights.npz"}
MAX_BYTES = 64 << 20  # of a zip, and of all that it holds; cnn-large has 0.9 MB
NUMBERS = ("seconds", "loss", "accuracy", "val_loss", "val_accuracy", "learning_rate")
WEIGHTS = "weights"


def export(run: Run, target: Path) -> None:
    """Write a run to a zip. Loads Keras, to read the weights. Raises DigitsError where it has no model."""
    if run.model is None:
        raise DigitsError(f"This run has no model to export: it is {run.state}.", f"It is {run.id}.")
    import keras

    weights = keras.models.load_model(run.model.file("model.keras"), compile=False).get_weights()
    described = FORMAT | {
        "id": run.id,
        "created": run.created,
        "name": run.name,
        "notes": run.notes,
        "tags": run.tags,
        "settings": run.settings.as_dict(),
        "num_epochs": run.num_epochs,
        "ended": store.how_it_ended(run.id) if not run.is_starter else "done",
        "details": run.details,
        "temperature": run.model.temperature,
        "epochs": store.epochs(run.id),
    }
    packed = io.BytesIO()
    np.savez_compressed(packed, *weights)

    def write(part: Path) -> None:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("run.json", json.dumps(described, indent=1))
            archive.writestr("weights.npz", packed.getvalue())

    atomic_write(target.absolute(), write)


def import_zips(paths: Iterable[Path], *, as_copies: bool = False, owner: str = tasks.LOCAL) -> list[str]:
    """Take in runs that `export` wrote, all or none; returns their ids.

    as_copies: give a run that is here already a new id, instead of refusing it. Raises DigitsError.
    """
    read = [_read(path) for path in paths]
    ids = _free_ids([described["id"] for described, _, _ in read], as_copies)
    stored: dict[str, StoredFile] = {}
    try:
        for run_id, (_, _, weights) in zip(ids, read, strict=True):
            stored[run_id] = files.write_new(
                run_folder(run_id), "weights.npz", lambda part, w=weights: np.savez(part, *w)
            )
        with database.writing() as connection:
            for run_id, (described, settings, _) in zip(ids, read, strict=True):
                if not store.is_free(connection, run_id):
                    raise DigitsError("Another process took in the same run just now, or is deleting it. Try again.")
                _insert(connection, run_id, described, settings, stored[run_id], owner)
    except BaseException:
        for run_id, file in stored.items():
            (run_folder(run_id) / file.name).unlink(missing_ok=True)
        raise
    return ids


def is_unbuilt(run: Run) -> bool:
    """Return whether a run came as plain data and nobody has used it yet."""
    return run.model is None and run.state.is_final and bool(store.files(run.id, WEIGHTS))


def ensure_built(run: Run) -> Run:
    """Return the run with its model files, made here and now where they are not there yet."""
    if not is_unbuilt(run):
        return run
    tasks.do_now("build", run.id, "", lambda work, run_id, part: build(run_id, work.tell))
    return store.get(run.id)


def build(run_id: str, on_progress: Callable[[float, str], None] = lambda fraction, phase: None) -> None:
    """Make the model files of a run that came as plain data. Worker side: imports Keras. Raises DamagedFile."""
    run = store.get(run_id)
    if not is_unbuilt(run):
        return
    on_progress(0.0, "Loading TensorFlow")
    from digits.training import export as model_files

    arrays = files.read_arrays(run_folder(run_id), store.files(run_id, WEIGHTS)[0])
    on_progress(0.5, "Making the model files")
    model = architectures.build(run.settings)
    model.set_weights([arrays[f"arr_{number}"] for number in range(len(arrays))])
    temperature = run.details.get("temperature")
    updates.publish_model(run_id, *model_files.export(model, run_folder(run_id)), ended=store.how_it_ended(run_id))
    if temperature:
        updates.set_temperature(store.get(run_id), temperature)
    updates.set_stage(run_id, FINISHED)


def _read(path: Path) -> tuple[dict[str, Any], Settings, list[np.ndarray]]:
    """Read and check all of a zip, without believing any of it. Raises DigitsError."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise DigitsError(
                f"This file is too large for a run: expected at most {MAX_BYTES >> 20} MB.", f"It is {path}."
            )
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            if {entry.filename for entry in entries} != NAMES or len(entries) != len(NAMES):
                raise DigitsError(
                    "This zip is no exported run. Choose one that `runs export` has made.", f"It is {path}."
                )
            if sum(entry.file_size for entry in entries) > MAX_BYTES:
                raise DigitsError(
                    f"This zip holds more than {MAX_BYTES >> 20} MB, too much for a run.", f"It is {path}."
                )
            described = json.loads(_inflated(archive, "run.json"))
            packed = _inflated(archive, "weights.npz")
        known, settings = _check(described)
        return known, settings, _weights(packed, settings)
    except DigitsError:
        raise
    except FileNotFoundError as error:
        raise DigitsError("There is no such file.", f"It should be {path}.") from error
    except Exception as error:  # zipfile, zlib, json and NumPy each raise their own
        raise DigitsError("This file is no exported run, or a damaged one.", f"It is {path}.") from error


def _inflated(archive: zipfile.ZipFile, name: str) -> bytes:
    """At most what the table of contents says: an entry that lies about its size is cut there, and its sum is wrong."""
    with archive.open(name) as entry:
        return entry.read(archive.getinfo(name).file_size + 1)


def _check(described: Any) -> tuple[dict[str, Any], Settings]:
    """Return what is known of a described run, every value checked, and its settings.

    Raises DigitsError, or what Python raises for values of a wrong type.
    """
    if not isinstance(described, dict) or any(described.get(name) != value for name, value in FORMAT.items()):
        raise DigitsError("This run was exported in a form that this version of Digits does not know.")
    if not re.fullmatch(r"[a-z0-9-]{1,64}", described["id"]) or described["ended"] not in ("done", "stopped"):
        raise DigitsError("This run has a strange id or end.")
    try:
        settings = replace(read_settings(described["settings"]), parent="", parent_source="")
    except BadConfig as error:
        raise DigitsError(f"This run has settings that Digits does not know: {error}") from error
    epochs, temperature = [_row(row, settings) for row in described["epochs"]], described["temperature"]
    if [row["epoch"] for row in epochs] != list(range(1, len(epochs) + 1)):
        raise DigitsError("The numbers of this run's epochs are not whole.")
    if temperature is not None and not (_is_number(temperature) and 0.01 < temperature < 100):
        raise DigitsError("This run has a strange temperature.")
    if type(described["num_epochs"]) is not int or not max(1, len(epochs)) <= described["num_epochs"] <= MAX_EPOCHS:
        raise DigitsError("This run has a strange number of epochs.")
    if not all(isinstance(text, str) for text in (described["name"], described["notes"], *described["tags"])):
        raise DigitsError("This run has a name, notes or tags that are no text.")
    created = min(datetime.fromisoformat(described["created"]).astimezone(UTC), datetime.now(UTC))
    known = {name: described[name] for name in ("id", "ended", "num_epochs", "temperature")}
    texts = {
        "created": created.isoformat(),
        "name": store.plain(described["name"]),
        "notes": store.plain(described["notes"], 500),
        "tags": [store.plain(tag, 30) for tag in described["tags"]][:MAX_TAGS],
    }
    return known | texts | {"epochs": epochs, "details": _details(described["details"], settings)}, settings


def _row(row: dict[str, Any], settings: Settings) -> dict[str, Any]:
    """Return the row of an epoch, with nothing but its numbers."""
    kept = {name: row[name] for name in ("epoch", *NUMBERS)}
    are_whole = type(kept["epoch"]) is int and all(_is_number(kept[name]) for name in NUMBERS)
    if settings.racers > 1:
        racers = [{name: racer[name] for name in ("val_loss", "val_accuracy")} for racer in row["racers"]]
        kept |= {"leader": row["leader"], "racers": racers}
        are_whole &= row["leader"] in range(settings.racers) and len(racers) == settings.racers
        are_whole &= all(_is_number(racer["val_accuracy"]) for racer in racers)
        are_whole &= all(racer["val_loss"] is None or _is_number(racer["val_loss"]) for racer in racers)
    if not are_whole:
        raise DigitsError("The numbers of this run's epochs are not whole.")
    return kept


def _details(details: dict[str, Any], settings: Settings) -> dict[str, Any]:
    """Return of the details those that pages and cards show, and nothing that they could choke on."""
    fits = {
        "device": _is_plain,
        "backend": BACKENDS.__contains__,
        "xla": lambda value: isinstance(value, bool),
        "seconds": _is_number,
        "started": _is_number,
        "memory": lambda value: set(value) == {"used", "total"} and all(map(_is_number, value.values())),
        "versions": lambda value: all(map(_is_plain, (*value, *value.values()))),
        "leader": range(settings.racers).__contains__,
    }
    kept = {name: details[name] for name in fits if details.get(name) is not None}
    if strange := [name for name, value in kept.items() if not fits[name](value)]:
        raise DigitsError("This run has strange details.", f"It is {strange[0]}.")
    return kept


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_plain(value: Any) -> bool:
    """Return whether a text is like the name of a device, a library or a version."""
    return isinstance(value, str) and re.fullmatch(r"[\w .:/()+-]{1,80}", value) is not None


def _weights(packed: bytes, settings: Settings) -> list[np.ndarray]:
    """Return the weights, held to the shapes of the network. Raises DigitsError."""
    expected = architectures.weight_shapes(settings)
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > MAX_BYTES:
            raise DigitsError("The weights of this run are too large for its network.")
    with np.load(io.BytesIO(packed), allow_pickle=False) as arrays:
        if len(arrays.files) != len(expected):
            raise DigitsError("The weights of this run do not fit its network.")
        weights = [arrays[f"arr_{number}"] for number in range(len(expected))]
    if [weight.shape for weight in weights] != expected or not all(
        weight.dtype == np.float32 and np.isfinite(weight).all() for weight in weights
    ):
        raise DigitsError("The weights of this run do not fit its network.")
    return weights


def _free_ids(wanted: list[str], as_copies: bool) -> list[str]:
    """Return an id for each run, its own where no other has it. Raises DigitsError."""
    with database.reading() as connection:
        taken = {row["id"] for row in connection.execute("SELECT id FROM runs")} | {STARTER, *SOURCES}
    found = []
    for run_id in wanted:
        if run_id in taken and not as_copies:
            raise DigitsError(
                "This run is here already. Import it as a copy, or delete the one that is here.", f"It is {run_id}."
            )
        others = (f"{run_id[:56]}-{number}" for number in range(2, 100_000))
        found.append(next(name for name in (run_id, *others) if name not in taken))
        taken.add(found[-1])
    return found


def _insert(
    connection, run_id: str, described: dict[str, Any], settings: Settings, file: StoredFile, owner: str
) -> None:
    task = task_store.enqueue(connection, "train", run_id, owner=owner, lane=tasks.TRAINING)
    connection.execute("UPDATE tasks SET state = ? WHERE id = ?", (described["ended"], task))
    store.insert(connection, run_id, settings, task, owner=owner, created=described["created"], name=described["name"])
    details = described["details"] | {"temperature": described["temperature"], "imported": True}
    connection.execute(
        "UPDATE runs SET notes = ?, tags = ?, num_epochs = ?, ended = ?, stage = ?, details = ? WHERE id = ?",
        (
            described["notes"], json.dumps(described["tags"], ensure_ascii=False), described["num_epochs"],
            described["ended"], FINISHED, json.dumps(details), run_id,
        ),
    )  # fmt: skip
    for row in described["epochs"]:
        updates.add_epoch_within(connection, run_id, row)
    connection.execute("INSERT INTO run_files VALUES (?, ?, 0, ?, ?)", (run_id, WEIGHTS, file.name, file.sha256))
