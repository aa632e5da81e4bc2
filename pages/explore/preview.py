"""What was read of somebody's files and what was passed over; keep it as digits of one's own, or drop it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import streamlit as st

from digits.data import adding, arranging, own_sources
from digits.data.adding import Draft
from digits.data.reading import reasons
from digits.data.sources import SOURCES
from digits.errors import BadConfig, DigitsError
from digits.evaluation.score_card import without_markdown
from digits.figures.images import gallery
from digits.storage.untrusted_zip import shown
from pages.shared.charts import chart
from pages.shared.glossary import linked
from pages.shared.text import counted
from pages.shared.visitor import owner

SHOWN = 40  # digits of the preview
REASONS = 8  # for passing over; the most frequent ones
LICENCES = ["My own digits", "CC0 1.0", "CC BY 4.0", "CC BY-SA 3.0", "CC BY-SA 4.0", own_sources.NOT_STATED]
FEW = f"A network needs at least {arranging.FEW} of each digit to learn from. These are for testing only."
IN_MNIST = "At least {:,} of them are digits of MNIST. Models that learned from MNIST have seen those."


def show(draft: str, found: Draft) -> None:
    """Show what was read and what was passed over, and ask for what is still to be known."""
    n = len(found.labels)
    is_labelled = arranging.is_labelled(found)
    sheet, words = st.columns(2, gap="large")
    with sheet:
        st.header(f"{counted(n, 'digit')} read", anchor=False)
        places = np.linspace(0, n - 1, min(n, SHOWN)).astype(int)
        labels = [str(found.labels[place]) for place in places] if is_labelled else [""] * len(places)
        chart(
            gallery(found.images[places], [f"label {label}" if label else "no label" for label in labels],
                    captions=labels if is_labelled else None),
            key="explore_preview", alt=f"{len(places)} of the digits that were read",
        )  # fmt: skip
        if is_labelled:
            counts = np.bincount(found.labels, minlength=10)
            st.caption(
                "Digits of each label: " + ", ".join(f"{digit}: {count:,}" for digit, count in enumerate(counts))
            )
        else:
            st.caption("They have no labels, so they can be explored and predicted, but not trained or evaluated on.")
        if found.num_in_mnist:
            st.caption(IN_MNIST.format(found.num_in_mnist))
    with words:
        if found.num_passed_over:
            st.header(f"{found.num_passed_over:,} passed over", anchor=False)
            st.markdown(_listed(reasons(found.passed_over)))
        _ask(draft, found, is_labelled)


def _listed(why: list[tuple[str, int, str]]) -> str:
    """Return as Markdown why things were passed over, the most frequent reasons first."""
    lines = [
        f"- {without_markdown(reason)} {shown(first)}{f' and {count - 1:,} more' * (count > 1)}"
        for reason, count, first in why[:REASONS]
    ]
    return "\n".join(lines + [f"- and {len(why) - REASONS:,} other reasons"] * (len(why) > REASONS))


def _ask(draft: str, found: Draft, is_labelled: bool) -> None:
    st.header("Keep them", anchor=False)
    with st.form("explore_keep_form", border=False, enter_to_submit=False):
        st.text_input(
            "Name", max_chars=32, key="explore_add_name", placeholder="for instance class-7a",
            help="Small letters, digits and hyphens.",
        )  # fmt: skip
        st.selectbox(
            "Licence", LICENCES, index=None, accept_new_options=True, key="explore_add_licence",
            help="The licence under which others may use these digits. You can type another one.",
        )  # fmt: skip
        st.text_input("Origin", max_chars=200, key="explore_add_origin", placeholder="a web address, a paper, a class")
        if is_labelled and arranging.can_train(found):
            st.toggle(
                "For testing only", key="explore_add_test_only",
                help=linked("No network learns from them. Otherwise a fifth of each digit is set apart for testing."),
            )  # fmt: skip
        elif is_labelled:
            st.info(FEW, icon=":material/info:")
        if any(source.is_own for source in SOURCES.values()):
            st.toggle("Replace digits of the same name", key="explore_add_replace")
        with st.container(horizontal=True):
            st.form_submit_button(
                "Keep digits", type="primary", icon=":material/save:", key="explore_keep", on_click=_keep, args=(draft,)
            )
            st.form_submit_button("Discard", icon=":material/delete:", key="explore_discard", on_click=drop)
    st.caption("Until you keep them, they stay for an hour at most.")


@contextmanager
def noted() -> Iterator[None]:
    """Keep what goes wrong inside for the next run of the page, which shows it above the form."""
    try:
        yield
    except DigitsError as error:
        st.session_state["explore_add_problem"] = str(error)


def drop() -> None:
    """Discard what was read."""
    with noted():
        adding.drop(owner())


def _keep(draft: str) -> None:
    """Keep what was read as the form says."""
    said = {name: st.session_state.get(f"explore_add_{name}") for name in ("licence", "origin", "test_only", "replace")}
    name = re.sub("[^a-z0-9]+", "-", st.session_state["explore_add_name"].lower()).strip("-")
    with noted():
        if not (name and said["licence"] and said["origin"]):
            raise BadConfig("A name, the licence and the origin are needed. If you don't know them, say so.")
        said |= {what: bool(said[what]) for what in ("test_only", "replace")}
        adding.keep(draft, name, owner=owner(), **said)
        st.session_state.update(explore_source=name, explore_adding=False, explore_added=name)
