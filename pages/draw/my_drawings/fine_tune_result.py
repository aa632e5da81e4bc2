"""What fine-tuning changed: a table of scores before and after it.

Below, the drawings with another prediction, and the test digits that the model forgot.
"""

from typing import Any

import numpy as np
import streamlit as st

from digits.data.dataset import is_prepared
from digits.evaluation import fine_tune_result
from digits.evaluation.test_sets import indices as indices_of
from digits.figures.images import gallery
from digits.runs.run import Run
from pages.shared import cache
from pages.shared.charts import chart
from pages.shared.errors import told
from pages.shared.pickers import run_label
from pages.shared.text import counted

MOST = 24  # digits of a sheet


def show(run: Run) -> None:
    """Show the comparison of a fine-tuned run with its parent, which is stored, and where to go from here."""
    with told():
        compared = fine_tune_result.stored(run)
        images = fine_tune_result.drawings(run).images
    st.markdown("## Before and after")
    st.text(run_label(run))
    _table(compared)
    rows = compared["drawings"]
    changed = [place for place, row in enumerate(rows) if row["before"] != row["after"]]
    _sheet("Drawings with another prediction", images[changed], [rows[place] for place in changed], "draw_changed")
    test = compared["test"]
    if test["forgotten"] and is_prepared(test["source"]):
        with told():
            indices = indices_of(test["name"], test["source"])
            digits = cache.dataset(test["source"]).images
        forgotten = test["forgotten"][:MOST]
        images = np.stack([digits[indices[row["index"]]] for row in forgotten])
        _sheet("Forgotten test digits", images, forgotten, "draw_forgotten")
    with st.container(horizontal=True):
        st.page_link("pages/draw/page.py", label="Draw with it", icon=":material/draw:", query_params={"model": run.id})
        st.page_link(
            "pages/compare/page.py", label="Compare", icon=":material/compare:",
            query_params={"compare": f"{compared['parent']},{run.id}"},
        )  # fmt: skip


def _table(compared: dict[str, Any]) -> None:
    test, held_out, learned = (compared[name] for name in ("test", "held_out", "learned"))
    st.table(
        [
            {"Correct": f"Held-out drawings ({held_out['n']})", **_counts(held_out)},
            {"Correct": f"Drawings it learned from ({learned['n']})", **_counts(learned)},
            {"Correct": test["title"], **_accuracies(test)},
        ],
        border="horizontal",
    )
    if held_out["n"]:
        low, high = held_out["interval"]
        st.caption(
            f"Only the held-out drawings show whether the model has learned your style. With {held_out['n']} of them, "
            f"its accuracy after fine-tuning lies between {low:.0%} and {high:.0%} (95% interval)."
        )
    else:
        st.caption("No drawing was held out by chance. Draw more to see whether the model has learned your style.")
    st.caption(
        f"Of {counted(test['n'], 'test digit')}, the model forgot {len(test['forgotten']):,} and gained "
        f"{len(test['gained']):,}. A forgotten digit was correct before and is misclassified now."
    )


def _counts(row: dict[str, Any]) -> dict[str, str]:
    return {"Before": f"{row['before']} of {row['n']}", "After": f"{row['after']} of {row['n']}"}


def _accuracies(row: dict[str, Any]) -> dict[str, str]:
    return {"Before": f"{row['before'] / row['n']:.2%}", "After": f"{row['after'] / row['n']:.2%}"}


def _sheet(title: str, images: np.ndarray, rows: list[dict[str, Any]], key: str) -> None:
    """Show some digits, below each its prediction before → now. rows: {label, before, after} of each."""
    if not rows:
        return
    images, rows = images[:MOST], rows[:MOST]
    titles = [f"label {row['label']}, prediction {row['before']} before, {row['after']} now" for row in rows]
    st.markdown(f"**{title}**, prediction before → now")
    captions = [f"{row['before']} → {row['after']}" for row in rows]
    chart(gallery(images, titles, captions=captions), key=key, alt="; ".join(titles))
