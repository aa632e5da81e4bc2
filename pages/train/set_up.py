"""The form of a new training: every setting has a good value that comes with the network."""

import streamlit as st

from digits.data.dataset import is_prepared
from digits.data.sources import SOURCES
from digits.data.splits import SPLITS, split
from digits.errors import DigitsError
from digits.networks import architectures
from digits.networks.architectures import RECIPES
from digits.networks.settings import make_config
from digits.runs import queue, runs
from pages.shared.prepare import prepared
from pages.train import augmented, layers, settings
from pages.train.settings import KEPT

TUNED = ("epochs", "batch_size", "learning_rate", "schedule", "augmentation", "label_smoothing")


def show() -> None:
    """Data and network on the left, the layers and what else decides the run on the right."""
    if "train_epochs" not in st.session_state:
        settings.take_recipe("cnn")
    left, right = st.columns(2, gap="large")
    with left:
        source, part = _choose_data()
        architecture = st.segmented_control(
            "Network", list(RECIPES), default="cnn", required=True, key="train_architecture",
            on_change=_network_changed, **KEPT,
        )  # fmt: skip
        st.caption(architectures.about(architecture))
    dataset = prepared(source, choice="train_source")  # ends the page, with what to do, where they are not ready
    with left:
        settings.choose()
        st.button("Start training", type="primary", icon=":material/play_arrow:", on_click=_start, args=(source, part))
        if problem := st.session_state.pop("train_problem", None):
            st.error(problem, icon=":material/error:")
    with right:
        st.subheader("Layers", anchor=False)
        layers.show(architecture)
        parts = split(part, source)
        st.caption(
            f"It learns from {len(parts.train):,} digits, is checked on {len(parts.validation):,} after each epoch, "
            f"and is judged at the end on {len(parts.test):,} it has never seen."
        )
        if st.session_state["train_augmentation"]:
            augmented.show(dataset, parts)


def _choose_data() -> tuple[str, str]:
    default = "mnist" if is_prepared("mnist") else "sample"
    source = st.segmented_control(
        "Digits", list(SOURCES), default=default, required=True, key="train_source",
        help="\n\n".join(f"**{name}**: {known.about}" for name, known in SOURCES.items()), **KEPT,
    )  # fmt: skip
    if not SOURCES[source].num_test:
        return source, "tutorial"
    part = st.segmented_control(
        "Split", list(SPLITS), default="tutorial", required=True, key="train_split",
        help="**tutorial**: judged on the last fifth of the training digits.\n\n"
        "**official**: judged on MNIST's own 10,000 test digits.", **KEPT,
    )  # fmt: skip
    return source, part


def _network_changed() -> None:
    settings.take_recipe(st.session_state["train_architecture"])


def _start(source: str, part: str) -> None:
    """Make a run, start its worker, and go and watch it."""
    names = (*TUNED, "architecture", "seed", "xla", "backend", "racers", "race")
    try:
        config = make_config(
            source=source, split=part, **{name: st.session_state.get(f"train_{name}") for name in names}
        )
        run = runs.create(config)
        queue.start(run)
    except (DigitsError, OSError) as error:
        st.session_state["train_problem"] = str(error)
        return
    st.session_state["run"] = run.id
    st.session_state["train_view"] = "Watch"
