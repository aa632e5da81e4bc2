"""The form of a new training. Every setting has a good value to begin with."""

import streamlit as st

from digits import tasks
from digits.data.dataset import is_prepared
from digits.data.sources import SOURCES
from digits.data.splits import split
from digits.errors import DigitsError
from digits.networks import architectures
from digits.networks.settings import SETTINGS, make_settings
from digits.runs import store as runs
from pages.shared.errors import attempt
from pages.shared.prepare import prepared
from pages.shared.visitor import owner
from pages.train import augmented, layers, settings


def show() -> None:
    """Show the settings on the left, and on the right the layers and a preview of the digits."""
    if "train_epochs" not in st.session_state:
        settings.take_recipe(SETTINGS["architecture"].default)
    left, right = st.columns(2, gap="large")
    with left:
        source, part = _choose_data()
        architecture = settings.choose("architecture", on_change=_network_changed)
        st.caption(f"`{architecture}`: {architectures.DESCRIPTIONS[architecture]}")
    dataset = prepared(source, choice="train_source")  # ends the page, with what to do, if they are not ready
    with left:
        settings.choose_settings()
        st.button("Start training", type="primary", icon=":material/play_arrow:", on_click=_start, args=(source, part))
        if problem := st.session_state.pop("train_problem", None):
            st.error(problem, icon=":material/error:")
    with right:
        st.header("Layers", anchor=False)
        layers.show(architecture)
        parts = split(part, source)
        st.caption(
            f"The network learns from {len(parts.train):,} digits. After each epoch it is checked on "
            f"{len(parts.validation):,} others, and at the end it is tested on {len(parts.test):,} it has never seen."
        )
        if st.session_state["train_augmentation"]:
            augmented.show(dataset, parts)


def _choose_data() -> tuple[str, str]:
    source = settings.choose("source", default="mnist" if is_prepared("mnist") else "sample")
    # Only MNIST's 70,000 digits have a test set of their own.
    part = settings.choose("split") if SOURCES[source].num_test else "tutorial"
    return source, part


def _network_changed() -> None:
    settings.take_recipe(st.session_state["train_architecture"])


def _start(source: str, part: str) -> None:
    """Make a run, which waits for a worker, and go and watch it."""
    chosen = {name: st.session_state.get(f"train_{name}") for name in SETTINGS} | {"source": source, "split": part}
    try:
        run = runs.create(make_settings(**chosen), owner=owner())
    except (DigitsError, OSError) as error:
        st.session_state["train_problem"] = str(error)
        return
    st.session_state["run"] = run.id
    st.session_state["train_view"] = "Watch"
    attempt(tasks.look_after)
