"""The settings in the form: a widget for each, made from the table of settings."""

from dataclasses import asdict
from math import inf
from typing import Any

import streamlit as st

from digits.data.dataset import is_prepared
from digits.networks.architectures import EDITABLE, fits, recipe
from digits.networks.backends import is_installed
from digits.networks.settings import SETTINGS, make_settings
from pages.shared.glossary import linked


def fill() -> None:
    """Fill the form with the settings that come with the network and the digits, when one of them is another."""
    if st.session_state.get("train_source") not in list(
        SETTINGS["source"].choices
    ):  # it was removed, or none is chosen
        st.session_state["train_source"] = default_source()
    source = st.session_state["train_source"]
    chosen = [st.session_state.get("train_architecture") or SETTINGS["architecture"].default, source]
    if st.session_state.get("train_filled_for") != chosen and chosen[0] in EDITABLE:
        st.session_state["train_filled_for"] = chosen
        for name, value in asdict(recipe(*chosen)).items():
            st.session_state[f"train_{name}"] = value
        _take_rate(*chosen)


def default_source() -> str:
    """Return the digits that are chosen at first."""
    return "mnist" if is_prepared("mnist") else "sample"


def draft() -> dict[str, Any]:
    """Return what is chosen so far, by setting; None where nothing is, or where the network has no such setting."""
    architecture = st.session_state["train_architecture"]
    return {name: st.session_state.get(f"train_{name}") if fits(name, architecture) else None for name in SETTINGS}


def advanced(architecture: str) -> None:
    """Show the settings that a beginner need not see.

    `Settings` checks all values again, because a browser may send anything.
    """
    offered = [name for name, setting in SETTINGS.items() if setting.is_advanced and _is_offered(name, architecture)]
    with st.grid("auto", min_column_width=220):
        for name in offered:
            choose(name, **({"on_change": _optimizer_changed} if name == "optimizer" else {}))


def choose(name: str, **options):
    """Show the widget of one setting and return its value. The draft survives a look at another page.

    options: of the widget, in place of those from the table.
    """
    setting = SETTINGS[name]
    options = {"key": f"train_{name}", "help": linked(setting.help), "persist_state": "session"} | options
    if setting.kind is bool:
        return st.toggle(setting.label, **options)
    initial = None if setting.default is None else getattr(make_settings(), name)
    if setting.kind is str and len(setting.choices) > 3:
        initial = options.pop("default", initial)
        return st.radio(setting.label, list(setting.choices), list(setting.choices).index(initial),
                        **{"format_func": setting.choices.get, "horizontal": True} | options)  # fmt: skip
    if setting.kind is str:
        return st.segmented_control(
            setting.label, list(setting.choices), format_func=setting.choices.get, required=True,
            **{"default": initial} | options,
        )  # fmt: skip
    return st.number_input(
        setting.label, setting.kind(setting.minimum), None if setting.maximum == inf else setting.kind(setting.maximum),
        value="min" if initial is None else initial, step=setting.step, format=setting.format, **options,
    )  # fmt: skip


def _optimizer_changed() -> None:
    _take_rate(st.session_state["train_architecture"], st.session_state["train_source"])


def _take_rate(architecture: str, source: str) -> None:
    """Take the learning rate that fits the optimizer."""
    usual = make_settings(architecture=architecture, source=source, optimizer=st.session_state.get("train_optimizer"))
    st.session_state["train_learning_rate"] = usual.learning_rate


def _is_offered(name: str, architecture: str) -> bool:
    if not fits(name, architecture):
        return False
    if name == "race":
        return is_installed("jax") and st.session_state.get("train_racers", 1) > 1
    return name not in ("backend", "racers") or is_installed("jax")
