"""The form of a new training: three choices, Start, and below them what a beginner need not see."""

from contextlib import suppress

import streamlit as st

from digits import tasks
from digits.data.splits import names, split
from digits.errors import BadConfig, DigitsError
from digits.networks import architectures
from digits.networks.expected import EXPECTED
from digits.networks.settings import SETTINGS, make_settings
from digits.notebooks import programs
from digits.runs import store as runs
from pages.shared import cache, code
from pages.shared.errors import attempt, told
from pages.shared.prepare import prepared
from pages.shared.visitor import owner
from pages.train import augmented, layers, settings

DRAWN = ["architecture", *architectures.NETWORK, "activation", "optimizer"]
"""The settings that the picture of the network shows."""


def show() -> None:
    """Show the choices as cards and the button Start; below, the other settings and the layers of the network."""
    settings.fill()
    digits, network, length = st.columns(3, border=True)
    with digits:
        source, part = _choose_digits()
    with network:
        architecture = _choose_network()
    with length:
        st.markdown("**:material/timer: How long**")
        settings.choose("epochs")
    dataset = prepared(source, choice="train_source")  # ends the page, with what to do, if they are not ready
    _offer_start(architecture, source, part)
    left, right = st.columns(2, gap="large")
    with right:
        _show_layers()
    with left:
        with st.expander("Advanced", icon=":material/tune:"):
            settings.advanced(architecture)
        parts = split(part, source)
        learned = min(len(parts.train), st.session_state["train_train_digits"] or len(parts.train))
        st.caption(
            f"The network learns from {learned:,} digits. After each epoch it is checked on "
            f"{len(parts.validation):,} others. At the end it is tested on {len(parts.test):,} that it has never seen."
        )
        if st.session_state["train_augmentation"]:
            augmented.show(dataset, parts)
    with suppress(BadConfig):  # the button Start says what is wrong
        code.show(programs.train, make_settings(**settings.draft() | {"source": source, "split": part}))


def _choose_digits() -> tuple[str, str]:
    st.markdown("**:material/grid_view: Digits**")
    with told():
        strip, labels = cache.strip("sample")
    st.image(strip, width="stretch", output_format="PNG", alt="Handwritten digits: " + " ".join(map(str, labels)))
    source = settings.choose("source", default=settings.default_source(), label_visibility="collapsed")
    # Only MNIST's 70,000 digits leave a choice.
    part = settings.choose("split", label_visibility="collapsed") if len(names(source)) > 1 else "tutorial"
    return source, part


def _choose_network() -> str:
    st.markdown("**:material/account_tree: Network**")
    titles = SETTINGS["architecture"].choices
    return settings.choose(
        "architecture", horizontal=False, label_visibility="collapsed",
        format_func=lambda name: f"{titles[name]} :gray[:small[`{name}`]]",
    )  # fmt: skip


def _offer_start(architecture: str, source: str, part: str) -> None:
    expected, usual = EXPECTED.get((source, part), {}).get(architecture), architectures.recipe(architecture, source)
    said = expected and (
        f"{usual.epochs} epochs take about {_about(expected.seconds)} on two processor cores. Then about "
        f"{expected.accuracy:.1%} of the test digits are correct. "
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            "Name", max_chars=80, key="train_name", placeholder="optional", width=240, persist_state="session"
        )
        st.button("Start training", type="primary", icon=":material/play_arrow:", on_click=_start, args=(source, part))
        st.caption(f"{said or ''}You can leave this page meanwhile.")
    if problem := st.session_state.pop("train_problem", None):
        st.error(problem, icon=":material/error:")


def _about(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"


def _show_layers() -> None:
    chosen = {name: value for name, value in settings.draft().items() if name in DRAWN}
    try:
        chosen = make_settings(**chosen)
    except BadConfig as error:
        st.caption(str(error))
        return
    st.header("Layers", anchor=False)
    st.markdown(architectures.DESCRIPTIONS[chosen.architecture])
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
