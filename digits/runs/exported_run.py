"""An exported run: a zip of run.json and weights.npz, plain data without code. Here it is read without trusting it."""

import io
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from digits.data import own_sources
from digits.data.sources import SOURCES
from digits.errors import BadConfig, DigitsError
from digits.networks import architectures
from digits.networks.backends import BACKENDS
from digits.networks.settings import Settings, read_settings
from digits.runs.run import MAX_EPOCHS
from digits.storage import untrusted_zip
from digits.storage.untrusted_zip import Limits

FORMAT = {"format": "digits run", "version": 1}
MAX_BYTES = 64 << 20  # cnn-large has 0.9 MB
REMEDY = "Choose a run that Digits has exported."
LIMITS = Limits(re.compile(r"run\.json|weights\.npz"), 2, MAX_BYTES, MAX_BYTES, REMEDY)
WEIGHTS = Limits(re.compile(r"arr_\d{1,3}\.npy"), 1000, MAX_BYTES, MAX_BYTES, REMEDY)
NUMBERS = ("seconds", "loss", "accuracy", "val_loss", "val_accuracy", "learning_rate")

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)  # before year 1 or after year 9999 in somebody's time zone is no time

NUMBER = {"type": "number", "minimum": -1e12, "maximum": 1e12}
NUMBER_OR_NULL = NUMBER | {"type": ["number", "null"]}
TEXT = {"type": "string", "maxLength": 10_000}
NAME = {"type": "string", "pattern": r"^[\w .:/()+-]{1,80}\Z"}  # of a device, a library or a version
RACER = {"type": "object", "required": ["val_loss", "val_accuracy"],
         "properties": {"val_loss": NUMBER_OR_NULL, "val_accuracy": NUMBER}}  # fmt: skip
EPOCH = {
    "type": "object",
    "required": ["epoch", *NUMBERS],
    "properties": dict.fromkeys(("epoch", *NUMBERS), NUMBER)
    | {"leader": {"type": "integer"}, "racers": {"type": "array", "maxItems": 100, "items": RACER}},
}
DETAILS = {
    "device": NAME,
    "backend": {"enum": list(BACKENDS)},
    "xla": {"type": "boolean"},
    "threads": {"enum": [0, 1]},
    "seconds": NUMBER,
    "started": NUMBER,
    "memory": {"type": "object", "maxProperties": 2, "required": ["used", "total"],
               "additionalProperties": NUMBER},
    "versions": {"type": "object", "maxProperties": 20, "propertyNames": NAME,
                 "additionalProperties": NAME},
    "leader": {"type": "integer", "minimum": 0, "maximum": 99},
    "best_of": {"type": "integer", "minimum": 1, "maximum": 1_000_000},
}  # fmt: skip
"""What pages and cards show of a run's details. To a JSON Schema, 1.0 is an integer, too."""
SCHEMA = {
    "type": "object",
    "properties": {
        "format": {"const": FORMAT["format"]},
        "version": {"const": FORMAT["version"]},
        "id": {"type": "string", "pattern": r"^[a-z0-9][a-z0-9-]{0,63}\Z"},
        "created": TEXT,
        "name": TEXT,
        "notes": TEXT,
        "tags": {"type": "array", "maxItems": 100, "items": TEXT},
        "settings": {"type": "object"},
        "num_epochs": {"type": "integer", "minimum": 1, "maximum": MAX_EPOCHS},
        "ended": {"enum": ["done", "stopped"]},
        "temperature": {"type": ["number", "null"], "exclusiveMinimum": 0.01, "exclusiveMaximum": 100},
        "epochs": {"type": "array", "maxItems": MAX_EPOCHS, "items": EPOCH},
        "details": {"type": "object", "properties": DETAILS},
    },
}
"""The form of run.json, as a JSON Schema (json-schema.org, 2020-12). Everything is required."""
SCHEMA["required"] = list(SCHEMA["properties"])


@dataclass(frozen=True)
class ExportedRun:
    """What an exported run says, checked."""

    described: dict[str, Any]
    """id, name, notes, tags, created, num_epochs, ended, temperature, epochs and details; the texts may be hostile."""
    settings: Settings
    weights: list[np.ndarray]
    """Of the shapes that the network of `settings` has."""


def read(source: Path | bytes) -> ExportedRun:
    """Read and check an exported run, from its zip file or the content of that. Raises DigitsError."""
    with untrusted_zip.opened(source, LIMITS) as archive:
        described = archive.read_json("run.json", SCHEMA)
        _check_source(described["settings"].get("source"))
        try:
            settings = _alone(read_settings(described["settings"]))
        except BadConfig as error:
            raise DigitsError(f"This run has settings that Digits does not know: {error}") from error
        created = max(datetime.fromisoformat(described["created"]).astimezone(UTC), EARLIEST)
        checked = described | {
            "created": min(created, datetime.now(UTC)).isoformat(),
            "epochs": [_epoch(number, row, settings) for number, row in enumerate(described["epochs"], start=1)],
            "details": {
                name: int(value) if DETAILS[name].get("type") == "integer" else value
                for name, value in described["details"].items()
                if name in DETAILS
            },
        }
        if len(checked["epochs"]) > checked["num_epochs"] or checked["details"].get("leader", 0) >= settings.racers:
            raise DigitsError(f"This run names more epochs or networks than it has. {REMEDY}")
        return ExportedRun(checked, settings, _weights(archive.read("weights.npz"), settings))


def _alone(settings: Settings) -> Settings:
    """Return settings that name no other run, because those of an import may name anything."""
    members = tuple(map(_alone, settings.members))
    return replace(settings, parent="", parent_source="", damage="", members=members)


def _check_source(source: Any) -> None:
    """Raise DigitsError for a run that learned from somebody's own digits that are not here."""
    if isinstance(source, str) and own_sources.NAME.fullmatch(source) and source not in SOURCES:
        raise DigitsError(
            f"This run learned from digits called {source}, which are not here. Add them under this name first."
        )


def _epoch(number: int, row: dict[str, Any], settings: Settings) -> dict[str, Any]:
    """Return the row of an epoch, with nothing but its numbers."""
    kept = {"epoch": number} | {name: row[name] for name in NUMBERS}
    if row["epoch"] != number:
        raise DigitsError(f"The epochs of this run are incomplete or not in order. {REMEDY}")
    if settings.racers > 1:
        racers = [{name: racer[name] for name in RACER["required"]} for racer in row.get("racers", ())]
        if len(racers) != settings.racers or row.get("leader") not in range(settings.racers):
            raise DigitsError(f"The epochs of this run do not fit its race. {REMEDY}")
        kept |= {"leader": int(row["leader"]), "racers": racers}
    return kept


def _weights(packed: bytes, settings: Settings) -> list[np.ndarray]:
    expected = architectures.weight_shapes(settings)
    with untrusted_zip.opened(packed, WEIGHTS) as archive:
        contents = [archive.read(f"arr_{number}.npy") for number in range(len(archive.names))]
    weights = [np.load(io.BytesIO(content), allow_pickle=False) for content in contents]
    fits = [weight.shape for weight in weights] == expected
    if not fits or not all(weight.dtype == np.float32 and np.isfinite(weight).all() for weight in weights):
        raise DigitsError("The weights of this run do not fit its network.")
    return weights
