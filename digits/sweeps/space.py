"""The ranges in which a sweep searches: which values each setting may take. A network has only some of the settings.

A range is written as in a TOML file: a list of choices, a table {low, high, log} of numbers, or a fixed value.
"""

import math
import tomllib
from dataclasses import asdict
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

from digits.errors import BadConfig
from digits.networks.architectures import fits, recipe
from digits.networks.settings_table import SETTINGS

if TYPE_CHECKING:
    import optuna

FIXED = ("source", "split", "train_digits", "seed", "racers", "race", "backend", "xla")
"""The settings that a sweep does not vary: the same digits for all, and what changes no result."""
GRID_POINTS = 3  # of a range of numbers
RATE_FACTOR = 4  # how far the learning rates reach below and above that of the recipe

Space = dict[str, Any]


def default(architectures: list[str], source: str) -> Space:
    """Return ranges that suit some networks: around their recipes, and up to one and a half times their width."""
    recipes = [asdict(recipe(architecture, source)) for architecture in architectures]
    rates = [usual["learning_rate"] for usual in recipes]
    sizes = sorted({usual["batch_size"] for usual in recipes} | {64, 128})
    space = {
        "architecture": architectures,
        "learning_rate": {"low": min(rates) / RATE_FACTOR, "high": max(rates) * RATE_FACTOR, "log": True},
        "batch_size": sizes,
        "optimizer": ["adam", "adamw"],
        "label_smoothing": {"low": 0.0, "high": 0.1},
        "filters": {"low": 8, "high": 24},
        "units": {"low": 64, "high": 192},
        "dropout": {"low": 0.0, "high": 0.5},
    }
    return {name: range_ for name, range_ in space.items() if any(fits(name, each) for each in architectures)}


def read(file: Path) -> Space:
    """Read ranges from a TOML file. Raises BadConfig."""
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadConfig(f"The file of ranges cannot be read: {error.strerror}.", f"It is {file}.") from error
    except (ValueError, RecursionError) as error:
        raise BadConfig(f"The file of ranges is no TOML: {error}.", f"It is {file}.") from error


def check(space: Space) -> None:
    """Raise BadConfig, in words for people, unless every range consists of values that its setting accepts."""
    for name, range_ in space.items():
        if name not in SETTINGS or name in FIXED:
            raise BadConfig(f"A sweep cannot vary {name[:40]!r}. It can vary {', '.join(varied())}.")
        label = SETTINGS[name].label
        if isinstance(range_, dict):
            is_whole = {"low", "high"} <= range_.keys() <= {"low", "high", "log"}
            if not is_whole or type(range_.get("log", False)) is not bool or SETTINGS[name].kind in (str, bool):
                raise BadConfig(f"{label} needs a list of choices, or numbers with low and high (and log).")
        elif isinstance(range_, list) and (not range_ or len(set(map(str, range_))) < len(range_)):
            raise BadConfig(f"{label} needs a list of different choices.")
        for value in ends(range_):
            SETTINGS[name].check(value)
        if isinstance(range_, dict) and not range_["low"] < range_["high"]:
            raise BadConfig(f"{label} reaches from {range_['low']} to {range_['high']}; expected a low and a high end.")
        if isinstance(range_, dict) and range_.get("log") and range_["low"] <= 0:
            raise BadConfig(f"{label} begins at {range_['low']}; a logarithmic range begins above 0.")
    if not (networks := ends(space.get("architecture") or [])):
        raise BadConfig("A sweep needs at least one network.")
    if not any(varies(range_) and any(fits(name, each) for each in networks) for name, range_ in space.items()):
        raise BadConfig("All trials would be the same. Let at least one setting vary.")


def varied() -> list[str]:
    """Return the settings that a sweep can vary."""
    return [name for name in SETTINGS if name not in FIXED]


def ends(range_: Any) -> list[Any]:
    """Return all choices, or the lowest and the highest number, or the fixed value."""
    if isinstance(range_, dict):
        return [range_["low"], range_["high"]]
    return range_ if isinstance(range_, list) else [range_]


def varies(range_: Any) -> bool:
    """Return whether a range has more than one value."""
    return len(ends(range_)) > 1


def suggest(space: Space, trial: "optuna.trial.Trial") -> dict[str, Any]:
    """Let the optimizer choose a value for each setting that the network has. Return them with the fixed ones."""
    chosen: dict[str, Any] = {}
    for name in ("architecture", *(name for name in space if name != "architecture")):
        range_, kind = space[name], SETTINGS[name].kind
        if name != "architecture" and not fits(name, chosen["architecture"]):
            continue
        if isinstance(range_, dict):
            ask = trial.suggest_int if kind is int else trial.suggest_float
            chosen[name] = ask(name, range_["low"], range_["high"], log=range_.get("log", False))
        elif isinstance(range_, list) and len(range_) > 1:
            chosen[name] = trial.suggest_categorical(name, range_)
        else:
            chosen[name] = ends(range_)[0]
    return chosen


def grid(space: Space) -> dict[str, list[Any]]:
    """Return the values of a grid for one network by setting: all choices, and some points of each range."""
    [architecture] = ends(space["architecture"])
    points = {name: _points(name, range_) for name, range_ in space.items() if fits(name, architecture)}
    return {name: values for name, values in points.items() if len(values) > 1}


def grid_size(space: Space) -> int:
    """Return how many trials a grid has."""
    return math.prod(len(values) for values in grid(space).values())


def corners(space: Space) -> list[dict[str, Any]]:
    """Return what a network gets at both ends of all its ranges, to be checked together."""
    found = []
    for architecture, end in product(ends(space["architecture"]), (0, -1)):
        values = {name: ends(range_)[end] for name, range_ in space.items() if fits(name, architecture)}
        found.append(values | {"architecture": architecture})
    return found


def _points(name: str, range_: Any) -> list[Any]:
    if not isinstance(range_, dict):
        return ends(range_)
    low, high, steps = range_["low"], range_["high"], range(GRID_POINTS)
    if range_.get("log"):
        values = [low * (high / low) ** (step / (GRID_POINTS - 1)) for step in steps]
    else:
        values = [low + (high - low) * step / (GRID_POINTS - 1) for step in steps]
    values[-1] = high  # rounding must not carry it over the end
    return sorted({round(value) for value in values}) if SETTINGS[name].kind is int else values
