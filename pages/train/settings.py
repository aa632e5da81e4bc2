"""The settings in the form: a widget for each, made from the table of settings."""

from dataclasses import asdict
from math import inf

import streamlit as st

from digits.networks.architectures import RECIPES
from digits.networks.backends import is_installed
from digits.networks.settings import SETTINGS, make_settings

NUMBERS = ("epochs", "batch_size", "learning_rate")


def take_recipe(architecture: str) -> None:
    """Fill the form with the settings that come with the network."""
    for name, value in asdict(RECIPES[architecture]).items():
        st.session_state[f"train_{name}"] = value


def choose_settings() -> None:
    """Show three numbers, and the other settings under "Advanced".

    `Settings` checks all values again, because a browser may send anything.
    """
    for column, name in zip(st.columns(3), NUMBERS, strict=True):
        with column:
            choose(name)
    with st.expander("Advanced"):
        offered = [name for name, setting in SETTINGS.items() if setting.is_advanced and _is_offered(name)]
        for first in range(0, len(offered), 2):
            for column, name in zip(st.columns(2), offered[first : first + 2], strict=False):
                with column:
                    choose(name)


def choose(name: str, **options):
    """Show the widget of one setting and return its value. The draft survives a look at another page.

    options: of the widget, in place of those from the table.
    """
    setting = SETTINGS[name]
    options = {"key": f"train_{name}", "help": setting.help, "persist_state": "session"} | options
    if setting.kind is bool:
        return st.toggle(setting.label, **options)
    initial = None if setting.default is None else getattr(make_settings(), name)
    if setting.kind is str and len(setting.choices) > 3:  # on a phone, a radio goes to a second line
        return st.radio(setting.label, list(setting.choices), list(setting.choices).index(initial), horizontal=True,
                        format_func=setting.choices.get, **options)  # fmt: skip
    if setting.kind is str:
        return st.segmented_control(
            setting.label, list(setting.choices), format_func=setting.choices.get, required=True,
            **{"default": initial} | options,
        )  # fmt: skip
    return st.number_input(
        setting.label, setting.kind(setting.minimum), None if setting.maximum == inf else setting.kind(setting.maximum),
        value="min" if initial is None else initial, step=setting.step, format=setting.format, **options,
    )  # fmt: skip


def _is_offered(name: str) -> bool:
    if name == "race":
        return is_installed("jax") and st.session_state.get("train_racers", 1) > 1
    return name not in ("backend", "racers") or is_installed("jax")
