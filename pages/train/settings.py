"""The numbers of a training: each network brings good ones, all are open to change."""

from dataclasses import asdict

import streamlit as st

from digits.networks.architectures import RECIPES
from digits.networks.settings import MAX_RACERS, RACES, SCHEDULES, XLA_CHOICES, make_config
from digits.training.backends import BACKENDS, TITLES, is_installed

KEPT = {"persist_state": "session"}  # a draft survives a look at another page


def take_recipe(architecture: str) -> None:
    for name, value in asdict(RECIPES[architecture]).items():
        st.session_state[f"train_{name}"] = value


def choose() -> None:
    """The numbers of the recipe, open to change. The limits are checked again in digits, whatever the browser sends."""
    first, second, third = st.columns(3)
    first.number_input("Epochs", 1, 1000, key="train_epochs", help="How often it sees every training digit.", **KEPT)
    second.number_input("Batch size", 1, 65_536, key="train_batch_size", help="Digits for one step.", **KEPT)
    third.number_input(
        "Learning rate", 1e-6, 1e9, key="train_learning_rate", format="%.4g", step=0.001,
        help="How long each step is. Adam adapts it for every weight.", **KEPT,
    )  # fmt: skip
    with st.expander("More settings"):
        st.toggle(
            "Augmentation", key="train_augmentation",
            help="Turn, shear, scale, bend, thicken and thin the training digits anew in each epoch: slower, "
            "but the network copes with more hands.", **KEPT,
        )  # fmt: skip
        st.segmented_control(
            "Schedule of the learning rate", list(SCHEDULES), required=True, key="train_schedule",
            help="**one-cycle**: up for the first 30 % of the steps, then down to zero along a cosine.", **KEPT,
        )  # fmt: skip
        st.slider(
            "Label smoothing", 0.0, 0.5, step=0.01, key="train_label_smoothing",
            help="Ask for less than certainty: this share of each label is spread over all ten digits.", **KEPT,
        )  # fmt: skip
        first, second = st.columns(2)
        first.number_input("Seed", 0, 2**31 - 1, key="train_seed", help="Same seed, same numbers.", **KEPT)
        with second:
            st.segmented_control(
                "XLA", list(XLA_CHOICES), default="auto", required=True, key="train_xla",
                help="A compiler for whole epochs. **auto** uses it where it is faster: on a GPU always, on a CPU for "
                "networks without convolutions.", **KEPT,
            )  # fmt: skip
        if is_installed("jax"):
            _choose_library()


def _choose_library() -> None:
    first, second = st.columns(2)
    with first:
        st.segmented_control(
            "Library", list(BACKENDS), default=make_config().backend, required=True, key="train_backend",
            format_func=TITLES.get, help="What Keras runs on. The networks and the numbers are the same.", **KEPT,
        )  # fmt: skip
    second.number_input(
        "Networks in the race", 1, MAX_RACERS, key="train_racers",
        help="On JAX several networks can be trained at once. The best on the validation digits stays. As the best of "
        "several, its validation accuracy is a little lucky.", **KEPT,
    )  # fmt: skip
    if st.session_state["train_racers"] > 1:
        st.segmented_control(
            "What differs between them", list(RACES), default=RACES[0], required=True, key="train_race",
            help="**seeds**: those from the one above on. **learning-rates**: the one above in the middle, each half a "
            "power of ten (3.16 times) higher than the one before.", **KEPT,
        )  # fmt: skip
