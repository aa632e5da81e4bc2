"""Home: what this is, and the four steps of a project, each with how far you are and a link to its page."""

import streamlit as st

from digits.data.dataset import is_prepared
from digits.evaluation import evaluate
from digits.evaluation.test_sets import test_sets
from digits.runs import models
from digits.runs import store as runs
from digits.runs.run import Run
from pages.shared import cache, pickers
from pages.shared.errors import told
from pages.shared.visitor import owner


def test_accuracy(run: Run) -> str:
    """Return how a model did on its first test set, in a line."""
    for chosen in test_sets(run.settings):
        if report := evaluate.stored(run, chosen):
            return f"Test accuracy: {report['accuracy']:.1%} ({report['n']:,} digits)."
    return "Not evaluated yet."


st.title("Digits", anchor=False)
st.markdown(
    "A whole machine-learning project in your browser. Look at handwritten digits, train a network, evaluate it on "
    "digits it has never seen, then draw your own. No code, no account, no network needed."
)

with told():
    strip, labels = cache.strip("sample")
st.image(strip, width="stretch", output_format="PNG", alt="Handwritten digits: " + " ".join(map(str, labels)))

num_runs, chosen = runs.count(), models.chosen(owner())
STEPS = [
    (
        "Explore", "pages/explore/page.py", "grid_view", "Look at the digits",
        "See them pixel by pixel, with their labels, batches and splits.",
        "70,000 digits are ready." if is_prepared("mnist") else "5,000 digits are ready. You can download 65,000 more.",
    ),
    (
        "Train", "pages/train/page.py", "model_training", "Train a network",
        "Choose a network, start the training and watch it learn, epoch by epoch.",
        f"{num_runs:,} run{'s' * (num_runs != 1)} so far." if num_runs else "Takes some seconds on a laptop.",
    ),
    (
        "Evaluate", "pages/evaluate/page.py", "fact_check", "Evaluate it",
        "See how accurate it is, how far to trust that number, and every misclassified digit.",
        test_accuracy(chosen),
    ),
    (
        "Draw", "pages/draw/page.py", "draw", "Draw a digit",
        "The prediction updates with every stroke. See what the network sees.",
        f"Model: {pickers.model_label(chosen)}.",
    ),
]  # fmt: skip

with st.grid("auto", min_column_width=240):
    for number, (name, page, icon, title, what, state) in enumerate(STEPS, start=1):
        with st.container(border=True, height="stretch"):
            st.markdown(f"#### :material/{icon}: {number}. {title}")
            st.markdown(what)
            st.text(state)  # no Markdown: it may hold the name of a run
            st.page_link(page, label=name, icon=":material/arrow_forward:")

st.caption("New here? Begin with Draw to see what a trained network does. Then follow the steps from Explore on.")
