"""The form of a new training: three choices, Start, and below them what a beginner need not see."""

import streamlit as st

from digits import tasks
from digits.data.sources import SOURCES
from digits.data.splits import split
from digits.errors import BadConfig, DigitsError
from digits.networks import architectures
from digits.networks.expected import EXPECTED
from digits.networks.settings import SETTINGS, make_settings
from digits.runs import store as runs
from pages.shared import cache
from pages.shared.errors import attempt, told
from pages.shared.prepare import prepared
from pages.shared.text import duration
from pages.shared.visitor import owner
from pages.train import augmented, layers, settings

DRAWN = ["architecture", *architectures.NETWORK, "activation", "optimizer"]
"""The settings that the picture of the network shows."""


def show() -> None:
    """Show the choices as cards and the button Start; below, the other settings and the layers of the network."""
    settings.fill()
    with st.grid("auto", min_column_width=260):
        with st.container(border=True, height="stretch"):
            source, part = _choose_digits()
        with st.container(border=True, height="stretch"):
            architecture = _choose_network()
        with st.container(border=True, height="stretch"):
            _choose_length(architecture, source, part)
    dataset = prepared(source, choice="train_source")  # ends the page, with what to do, if they are not ready
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            "Name", max_chars=80, key="train_name", placeholder="optional", width=300, persist_state="session"
        )
        st.button("Start training", type="primary", icon=":material/play_arrow:", on_click=_start, args=(source, part))
    if problem := st.session_state.pop("train_problem", None):
        st.error(problem, icon=":material/error:")
    left, right = st.columns(2, gap="large")
    with left:
        with st.expander("Advanced", icon=":material/tune:"):
            settings.advanced(architecture)
        if st.session_state["train_augmentation"]:
            augmented.show(dataset, split(part, source))
    with right:
        _show_layers()


def _choose_digits() -> tuple[str, str]:
    st.markdown("**:material/grid_view: Digits**")
    with told():
        strip, labels = cache.strip("sample")
    st.image(strip, width="stretch", output_format="PNG", alt="Handwritten digits: " + " ".join(map(str, labels)))
    source = settings.choose("source", default=settings.default_source())
    # Only MNIST's 70,000 digits have a test set of their own.
    part = settings.choose("split") if SOURCES[source].num_test else "tutorial"
    parts = split(part, source)
    st.caption(
        f"The network learns from {len(parts.train):,} digits. {len(parts.validation):,} others check it after each "
        f"epoch. {len(parts.test):,} that it has never seen test it at the end."
    )
    return source, part


def _choose_network() -> str:
    st.markdown("**:material/account_tree: Network**")
    titles = SETTINGS["architecture"].choices
    architecture = settings.choose(
        "architecture", horizontal=False, label_visibility="collapsed",
        format_func=lambda name: f"{titles[name]} :gray[:small[`{name}`]]",
    )  # fmt: skip
    st.caption(architectures.DESCRIPTIONS[architecture])
    return architecture


def _choose_length(architecture: str, source: str, part: str) -> None:
    st.markdown("**:material/timer: How long**")
    settings.choose("epochs")
    expected = EXPECTED[source, part][architecture]
    usual = architectures.recipe(architecture, source).epochs
    st.caption(
        f"{usual} epochs take about {duration(expected.seconds)} on two processor cores. Then about "
        f"{expected.accuracy:.1%} of the test digits are correct."
    )


def _show_layers() -> None:
    chosen = {name: value for name, value in settings.draft().items() if name in DRAWN}
    try:
        chosen = make_settings(**chosen)
    except BadConfig as error:
        st.caption(str(error))
        return
    layers.show(chosen)


def _start(source: str, part: str) -> None:
    """Make a run, which waits for a worker, and go and watch it."""
    chosen = settings.draft() | {"source": source, "split": part}
    try:
        run = runs.create(make_settings(**chosen), owner=owner(), name=st.session_state.get("train_name") or "")
    except (DigitsError, OSError) as error:
        st.session_state["train_problem"] = str(error)
        return
    st.session_state["train_name"] = ""
    st.session_state["run"] = run.id
    st.session_state["train_view"] = "Watch"
    st.session_state["train_started"] = True
    attempt(tasks.look_after)
