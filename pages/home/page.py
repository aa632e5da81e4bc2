"""Home: what this is, one button to try it, and the four steps of a project."""

from pathlib import Path

import streamlit as st

from digits.data.dataset import is_prepared
from digits.data.sources import SOURCES
from digits.runs import store as runs
from pages.home import open_class
from pages.shared.text import counted
from pages.shared.visitor import owners

STEPS = [
    ("Explore", "grid_view", "Look at handwritten digits, pixel by pixel, with their labels."),
    ("Train", "model_training", "Choose a network and watch it learn, epoch by epoch."),
    ("Evaluate", "fact_check", "Test it on digits it has never seen. Look at each one it misclassified."),
    ("Draw", "draw", "Draw a digit. The prediction updates with every stroke."),
]

WHOLE_CARD_IS_ITS_LINK = """<style>
[class*="st-key-home_step_"] { position: relative; }
[class*="st-key-home_step_"] * { position: static; }
[class*="st-key-home_step_"] a::after { content: ""; position: absolute; inset: 0; border-radius: inherit; }
[class*="st-key-home_step_"]:hover { border-color: currentColor; }
</style>"""

words, picture = st.columns([3, 2], gap="large", vertical_alignment="center")
with words:
    st.title("Digits", anchor=False)
    st.markdown(
        "A whole machine-learning project in your browser: look at handwritten digits, train a network, evaluate it, "
        "then draw a digit of your own. You need no code and no account."
    )
    if st.button("Draw a digit now", type="primary", icon=":material/draw:", key="home_draw"):
        st.switch_page("pages/draw/page.py")
with picture:
    st.html(Path(__file__).with_name("picture.html"))

with st.grid(4, min_column_width=180):
    for number, (name, icon, what) in enumerate(STEPS, start=1):
        with st.container(border=True, height="stretch", key=f"home_step_{number}"):
            st.header(f":material/{icon}: {number}. {name}", anchor=False)
            st.markdown(what)
            st.space("stretch")
            st.page_link(f"pages/{name.lower()}/page.py", label=f"Open {name}", icon=":material/arrow_forward:")

st.html(WHOLE_CARD_IS_ITS_LINK)

with st.container(horizontal=True, gap="medium"):
    st.page_link("pages/lesson/page.py", label="Lesson: 40 minutes", icon=":material/school:")
    st.page_link("pages/glossary/page.py", label="Glossary", icon=":material/dictionary:")

data, num_runs = SOURCES["mnist" if is_prepared("mnist") else "sample"], runs.count(owners=owners())
open_class.offer()
st.caption(f"{data.num_train + data.num_test:,} digits ready · {counted(num_runs, 'run')}")
