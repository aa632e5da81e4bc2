"""The score cards of the chosen runs, and whether their differences are more than chance."""

import streamlit as st

from digits.evaluation.comparison import Mcnemar, mcnemar
from digits.evaluation.score_card import lines, score_card
from digits.runs.run import Run
from pages.compare.evaluated import on_the_same_digits
from pages.shared.errors import told

ABOUT = (
    "McNemar's exact test. It counts the digits that only one of the two predicts correctly. It compares these trained "
    "models on this test set; the same network with another seed is another model."
)


def show(named: dict[str, Run]) -> None:
    """Show a conclusion for each of the other runs, then the score cards. named: the runs by their letters."""
    evaluated = on_the_same_digits(named)
    if evaluated is None:
        return
    first, *others = named
    correct = {letter: rows.argmax(axis=1) == evaluated.labels for letter, rows in evaluated.probabilities.items()}
    for other in others:
        _conclusion(first, other, mcnemar(correct[first], correct[other]))
    if len(others) > 1:
        st.caption("If you compare twenty equal models, about one pair will look different by luck.")
    with told():
        cards = {letter: lines(score_card(run, evaluated.reports[letter])) for letter, run in named.items()}
    names = list(dict.fromkeys(name for card in cards.values() for name in card))
    rows = [{"": name, **{letter: card.get(name, "") for letter, card in cards.items()}} for name in names]
    st.dataframe(
        rows, hide_index=True, height="content", alt="Score cards, a column for each run",
        column_config={"": st.column_config.TextColumn(width=200, pinned=True)},
    )  # fmt: skip


def _conclusion(first: str, other: str, test: Mcnemar) -> None:
    """Show the result of the test in words and numbers."""
    if not test.only_first + test.only_second:
        st.markdown(f"**{first} and {other} predict the same digits correctly.**")
        return
    better, worse = (first, other) if test.only_first > test.only_second else (other, first)
    if test.is_significant:
        conclusion = f"**{better} is better than {worse}**, and the difference is more than chance"
    else:
        conclusion = f"**The difference between {first} and {other} may be chance**"
    p_value = "under 0.01%" if test.p_value < 0.0001 else f"{test.p_value:.2%}"
    st.markdown(
        f"{conclusion}. Only {first} predicts {test.only_first:,} digits correctly, only {other} {test.only_second:,}. "
        f"Two equally good models would differ as much or more in {p_value} of all cases (p-value of McNemar's exact "
        "test).",
        help=ABOUT,
    )
