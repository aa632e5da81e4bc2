"""The form of a new sweep: networks, digits, how many trials; the ranges and the rest behind a fold."""

from typing import Any

import streamlit as st

from digits import tasks
from digits.data.splits import names
from digits.errors import DigitsError
from digits.networks.backends import is_installed
from digits.networks.expected import EXPECTED
from digits.networks.settings import SETTINGS, make_settings
from digits.sweeps import store
from digits.sweeps.plan import NUMBERS, PRUNERS, SAMPLERS, Plan, default_parallel
from pages.shared.errors import attempt
from pages.shared.glossary import linked
from pages.shared.prepare import prepared
from pages.shared.visitor import owner
from pages.train.settings import default_source
from pages.train.sweep import ranges

KEPT = {"persist_state": "session"}
PRUNED_FRACTION = 0.6  # of the time of all trials, where poor ones end early; measured, docs/sweeps.md
START = 10.0  # s, for a worker to load TensorFlow


def show() -> None:
    """Show the form. Start without touching anything is a sensible sweep."""
    st.markdown(
        "A sweep trains many networks with different settings and keeps the best on the validation digits. "
        "Poor ones end early."
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        networks = SETTINGS["architecture"].choices
        architectures = st.pills(
            "Networks", list(networks), format_func=networks.get, default=["cnn"], selection_mode="multi",
            key="sweep_architecture", **KEPT,
        )  # fmt: skip
        source = _choices("source", "Data", default_source())
        part = _choices("split", "Split", "tutorial") if len(names(source)) > 1 else "tutorial"
        trials = _number("trials", 12, width=140)
    prepared(source, choice="sweep_source")
    plan: dict[str, Any] = {"source": source, "split": part, "trials": trials}
    if not architectures:
        st.caption("Choose at least one network.")
        return
    place = st.container(horizontal=True, vertical_alignment="center")
    with st.expander("Advanced", icon=":material/tune:"):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            plan["sampler"] = st.segmented_control(
                "How to choose", list(SAMPLERS), format_func=SAMPLERS.get, default="tpe", required=True,
                key="sweep_sampler", help="TPE tries settings near those that worked. A grid tries all combinations.",
                **KEPT,
            )  # fmt: skip
            plan["seeds"] = _number("seeds", 3, help=linked("How often the winner is trained again with another seed."))
            plan["parallel"] = _number("parallel", default_parallel(), help="Each needs about 1 GB of memory.")
            ends_early = st.toggle(PRUNERS["asha"], value=True, key="sweep_pruner", **KEPT)
            if is_installed("jax"):
                usual = make_settings().backend
                plan["backend"] = _choices(
                    "backend", SETTINGS["backend"].label, usual,
                    help=linked("JAX trains ten trials at once if only the learning rate varies."),
                )  # fmt: skip
        plan["pruner"] = "asha" if ends_early else "none"
        plan["space"] = {"architecture": architectures} | ranges.choose(architectures, source)
    with place:
        st.button("Start sweep", type="primary", icon=":material/play_arrow:", on_click=_start, args=(plan,))
        st.caption(f"{_estimate(plan, architectures)} You can leave this page meanwhile.")
    if problem := st.session_state.pop("sweep_problem", None):
        st.error(problem, icon=":material/error:")


def _choices(name: str, label: str, default: str, **options) -> str:
    choices, key = SETTINGS[name].choices, f"sweep_{name}"
    return st.segmented_control(
        label, list(choices), format_func=choices.get, default=default, required=True, key=key, **options, **KEPT
    )


def _number(name: str, value: int, **options) -> int:
    label, low, high = NUMBERS[name]
    return st.number_input(label, low, high, value, key=f"sweep_{name}", **{"width": 160} | options, **KEPT)


def _estimate(plan: dict[str, Any], architectures: list[str]) -> str:
    known = [EXPECTED.get((plan["source"], plan["split"]), {}).get(architecture) for architecture in architectures]
    if not all(known):
        return ""
    mean = sum(each.seconds for each in known) / len(known)
    fraction = PRUNED_FRACTION if plan["pruner"] == "asha" else 1.0
    minutes = (START + mean * (plan["trials"] * fraction + plan["seeds"])) / 60
    return f"It takes about {max(minutes, 1):.0f} min on two cores."


def _start(plan: dict[str, Any]) -> None:
    try:
        sweep = store.create(Plan(**plan), owner=owner())
    except (DigitsError, OSError) as error:
        st.session_state["sweep_problem"] = str(error)
        return
    st.session_state["sweep"] = sweep.id
    attempt(tasks.look_after)
