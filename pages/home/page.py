"""Home: what this is, how far you are, and where to go on."""

import streamlit as st

from digits.data.dataset import is_prepared
from digits.runs import models, runs
from pages.shared import cache, pickers
from pages.shared.errors import told

st.title("Digits", anchor=False)
st.markdown(
    "A whole machine-learning project in your browser: look at handwritten digits, train a network to read them, "
    "judge it on digits it has never seen, then draw one yourself. No code, no account, no network needed."
)

with told():
    strip, labels = cache.strip("sample")
st.image(strip, width="stretch", output_format="PNG", alt="Handwritten digits: " + " ".join(map(str, labels)))

usable, trained = models.usable(), runs.all_runs()
STEPS = [
    (
        "Explore", "pages/explore/page.py", "grid_view", "Look at the digits",
        "See them pixel by pixel, with their labels, batches and splits.",
        "70,000 digits are ready." if is_prepared("mnist") else "5,000 digits are ready; 65,000 more can be fetched.",
    ),
    (
        "Train", "pages/train/page.py", "model_training", "Train a network",
        "Choose one, press Start and watch it learn, epoch by epoch.",
        f"{len(trained)} training{'s' * (len(trained) != 1)} so far." if trained else "Takes some seconds on a laptop.",
    ),
    (
        "Evaluate", "pages/evaluate/page.py", "fact_check", "Judge it",
        "Accuracy with its uncertainty, and every digit that it misread.",
        f"Models to judge: {len(usable)}." if usable else "Train a network first.",
    ),
    (
        "Draw", "pages/draw/page.py", "draw", "Draw a digit",
        "It is read at every stroke, and you see what the network sees.",
        f"Read by: {pickers.model_label(models.chosen())}." if usable else "Train a network first.",
    ),
]  # fmt: skip

with st.grid("auto", min_column_width=240):
    for number, (name, page, icon, title, what, state) in enumerate(STEPS, start=1):
        with st.container(border=True, height="stretch"):
            st.markdown(f"#### :material/{icon}: {number}. {title}")
            st.markdown(what)
            st.text(state)  # no Markdown: it may hold the name of a run
            st.page_link(page, label=name, icon=":material/arrow_forward:")

st.caption("New here? Begin with Draw to see what a trained network does, then follow the steps from Explore on.")
