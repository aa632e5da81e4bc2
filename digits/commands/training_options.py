"""The options of `train` that choose its settings. They are made from the table of settings."""

import argparse
from collections.abc import Callable
from typing import Any

from digits.data.sources import WithOwn
from digits.networks.settings import SETTINGS
from digits.networks.settings_table import Setting


def add_training_options(parser: argparse.ArgumentParser) -> None:
    """Add one option for each setting; a setting that is on or off also gets --no-NAME."""
    for setting in SETTINGS.values():
        if setting.kind is bool:
            how = {"action": argparse.BooleanOptionalAction}
        else:
            how = {"type": _reader(setting.kind), "metavar": _metavar(setting)}
        parser.add_argument("--" + setting.name.replace("_", "-"), help=_help(setting), **how)


def chosen_settings(options: argparse.Namespace) -> dict[str, Any]:
    """Return the settings that were given, by name. Raises BadConfig if a value is not accepted."""
    chosen = {name: value for name in SETTINGS if (value := getattr(options, name)) is not None}
    for name, value in chosen.items():
        SETTINGS[name].check(value)
    return chosen


def _reader(kind: type) -> Callable[[str], Any]:
    """Return a function that reads a value, and leaves what it cannot read to the sentence of `Setting.check`."""

    def read(text: str) -> Any:
        try:
            return kind(text)
        except ValueError:
            return text

    return read


def _metavar(setting: Setting) -> str:
    # Of the sources, only those that come with Digits: one's own stand in the database, which may be unreadable.
    choices = setting.choices.fixed if isinstance(setting.choices, WithOwn) else setting.choices
    return f"{{{','.join(choices)}}}" if choices else "N" if setting.kind is int else "X"


def _help(setting: Setting) -> str:
    notes = [setting.expected] if setting.kind in (int, float) else []
    notes.append("comes with the network" if setting.default is None else f"default: {setting.default}")
    if setting.name == "backend":
        notes.append("or what KERAS_BACKEND names")
    return f"{setting.help} ({'; '.join(notes)})".replace("%", "%%")  # argparse reads % itself
