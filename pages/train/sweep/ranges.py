"""The ranges of a sweep in its form: which settings vary, and from where to where."""

from math import inf
from typing import Any

import streamlit as st

from digits.networks.architectures import fits
from digits.networks.settings import SETTINGS
from digits.networks.settings_table import Setting
from digits.sweeps import space

RATES = [base * 10**power for power in range(-5, 1) for base in (1, 2, 5)]
"""The learning rates that can be chosen: what matters is their order of magnitude."""
HIGHEST = {"epochs": 100, "batch_size": 1024}
"""Of settings that allow more than anybody wants here."""
SIZES = [16, 32, 64, 128, 256, 512, 1024]
USUAL = {"epochs": {"low": 5, "high": 30}, "augmentation": [False, True], "convolutions": {"low": 1, "high": 3},
         "hidden_layers": {"low": 1, "high": 2}}  # fmt: skip


def choose(architectures: list[str], source: str) -> space.Space:
    """Let the user choose what varies, and where. Return the ranges."""
    default = space.default(architectures, source)
    offered = [
        name
        for name in space.varied()
        if name != "architecture" and any(fits(name, each) for each in architectures)
    ]  # fmt: skip
    for_these = f"{'-'.join(architectures)}_{source}"  # other networks have other ranges
    chosen = st.pills(
        "Settings that vary", offered, default=[name for name in offered if name in default], selection_mode="multi",
        format_func=lambda name: SETTINGS[name].label, key=f"sweep_varied_{for_these}",
    )  # fmt: skip
    with st.grid("auto", min_column_width=260):
        return {name: _range(SETTINGS[name], default.get(name), f"sweep_{name}_{for_these}") for name in chosen}


def _range(setting: Setting, default: Any, key: str) -> Any:
    """Show the widget of one range and return what is chosen."""
    default = default or USUAL.get(setting.name)
    if setting.name == "learning_rate":
        ends = [min(RATES, key=lambda rate: abs(rate / default[end] - 1)) for end in ("low", "high")]
        low, high = st.select_slider(setting.label, RATES, ends, format_func=lambda rate: f"{rate:g}", key=key)
        return {"low": low, "high": high, "log": True} if low < high else low
    if setting.name == "batch_size":
        return st.pills(setting.label, SIZES, default=default, selection_mode="multi", key=key) or default
    if setting.kind in (str, bool):
        options = list(setting.choices) if setting.kind is str else [False, True]
        names = setting.choices or {False: "Off", True: "On"}
        wanted = [each for each in default or options if each in options]
        return st.pills(
            setting.label, options, default=wanted, format_func=names.get, selection_mode="multi", key=key
        ) or wanted  # fmt: skip
    lowest, highest = setting.minimum, HIGHEST.get(setting.name, setting.maximum)
    assert highest < inf
    default = default or {"low": lowest, "high": highest}
    kind = setting.kind
    low, high = st.slider(
        setting.label, kind(lowest), kind(highest), (kind(default["low"]), kind(default["high"])), key=key
    )
    return {"low": low, "high": high} if low < high else low
