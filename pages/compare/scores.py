"""Score cards as columns, and whether their differences are more than chance."""

import streamlit as st

from digits.evaluation.comparison import Mcnemar, mcnemar
from digits.evaluation.score_card import lines, score_card
from digits.runs.run import Run
from pages.compare.evaluated import Judged, on_the_same_digits
from pages.shared.errors import told

ABOUT = (
    "McNemar's exact test: only the digits count that one of the two alone reads right. It speaks of these trained "
    "models on this test set; the same network with another seed is another model."
)


def show(named: dict[str, Run]) -> None:
    """named: the runs by their letters; the others are held to the first."""
    judged = on_the_same_digits(named)
    if judged is None:
        return
    first, *others = named
    for other in others:
        _sentence(first, other, _test(judged, first, other))
    if len(others) > 1:
        st.caption("Who compares often finds a difference by chance: of twenty that are none, one looks real.")
    with told():
        cards = {letter: lines(score_card(run, judged.reports[letter])) for letter, run in named.items()}
    what = list(dict.fromkeys(line for card in cards.values() for line in card))
    rows = [{"": line, **{letter: card.get(line, "") for letter, card in cards.items()}} for line in what]
    st.dataframe(
        rows, hide_index=True, height="content", alt="Score cards, a column for each run",
        column_config={"": st.column_config.TextColumn(width=200, pinned=True)},
    )  # fmt: skip


def _test(judged: Judged, first: str, other: str) -> Mcnemar:
    right = {letter: judged.probabilities[letter].argmax(axis=1) == judged.labels for letter in (first, other)}
    return mcnemar(right[first], right[other])


def _sentence(first: str, other: str, test: Mcnemar) -> None:
    """What the test says, in words and in numbers."""
    parted = test.only_first + test.only_second
    if not parted:
        st.markdown(f"**{first} and {other} read the very same digits right.**")
        return
    better = first if test.only_first > test.only_second else other
    if test.is_significant:
        verdict = f"**{better} is better than {first if better == other else other}**, by more than chance explains"
    else:
        verdict = f"**The difference between {first} and {other} may be chance**"
    share = "under 0.01%" if test.p_value < 0.0001 else f"{test.p_value:.2%}"
    st.markdown(
        f"{verdict}: {first} alone reads {test.only_first:,} digits right, {other} alone {test.only_second:,}. Were "
        f"they equally good, {parted:,} such digits would be shared out as unevenly or more in {share} of all cases "
        "(p of McNemar's exact test).",
        help=ABOUT,
    )
