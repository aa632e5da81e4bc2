"""Evaluate: how good a trained network is on digits that it has not learned from."""

import streamlit as st

from digits.data.sources import SOURCES
from digits.evaluation import evaluate
from digits.evaluation.test_sets import OPTDIGITS, TITLES, caution, test_sets
from digits.notebooks import programs
from digits.runs.run import Run
from pages.evaluate import break_it, embedding_map, headline, mistakes, robustness, scores
from pages.shared import code, evaluation, exports, lesson, links, pickers
from pages.shared.errors import told
from pages.shared.glossary import linked
from pages.shared.prepare import prepared

VIEWS = {"Mistakes": mistakes, "Scores": scores, "Robustness": robustness, "Map": embedding_map, "Break it": break_it}
SAMPLE_IS_NO_TEST = (
    "The sample's 5,000 digits can't test this model. All of them are MNIST training digits, which it has seen."
)


def about(run: Run, names: list[str]) -> str:
    """Return what the test sets are, in Markdown."""
    lines = [f"**{TITLES[name]}**: {headline.ABOUT.get(name) or SOURCES[name].about}" for name in names]
    return "\n\n".join([*lines, SAMPLE_IS_NO_TEST] if run.settings.source == "mnist" else lines)


st.title("Evaluate", anchor=False)
model, test = st.columns([2, 3])
with model:
    run = pickers.model()
# Those whose digits are on this machine come first; the first one is chosen.
sets = {chosen.name: chosen for chosen in headline.available_first(test_sets(run.settings))}
with test:
    links.follow("test", "evaluate_test", sets, next(iter(sets)))
    name = st.selectbox(
        "Test set", list(sets), format_func=TITLES.get, key="evaluate_test", help=linked(about(run, list(sets)))
    )
    chosen = sets[name]

with told():
    report = evaluate.stored(run, chosen)
if report is None:
    prepared(chosen.source)
    evaluation.offer(run, chosen, why=f"This model has not been evaluated on {chosen.title}. It takes some seconds.")
    exports.show(run)
    st.stop()
if chosen.name == OPTDIGITS:
    lesson.note("other_hands")
headline.show(chosen, report)
if warning := caution(chosen, run.settings):
    st.warning(warning, icon=":material/warning:")
links.show_tabs("evaluate_view", "evaluate_view", VIEWS, run, chosen, report)
exports.show(run)
code.show(programs.evaluate, run, chosen)
