"""Before and after teaching: the scores, the drawings that flipped, and the test digits that were forgotten."""

from typing import Any

import numpy as np
import streamlit as st

from digits.data.dataset import is_prepared
from digits.data.splits import split
from digits.evaluation import fine_tune_result
from digits.figures.images import gallery
from digits.runs.run import Run
from digits.training.fine_tuning import Taught
from pages.shared import cache
from pages.shared.errors import told

MOST = 24  # digits of a sheet


def show(run: Run) -> None:
    """What teaching changed, and where to go from here."""
    st.markdown("##### Before and after")
    st.text(run.name)
    if not run.has_model:
        st.error(run.status()["error"] or f"It was {run.state} before it had a model.", icon=":material/error:")
        return
    with told():
        compared = fine_tune_result.stored(run)
        pictures = Taught.load(run.path).images
    _table(compared)
    test = compared["test"]
    rows = compared["drawings"]
    flipped = [place for place, row in enumerate(rows) if row["before"] != row["after"]]
    _sheet("Your drawings that are read differently now", pictures[flipped], [rows[place] for place in flipped], "mine")
    if test["forgotten"] and is_prepared(test["source"]):
        with told():
            indices = split(test["name"], test["source"]).test
            images = cache.dataset(test["source"]).images
        shown = test["forgotten"][:MOST]
        digits = np.stack([images[indices[row["index"]]] for row in shown])
        _sheet("Test digits that it read right before, and misreads now", digits, shown, "forgotten")
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
            {"Read right": f"Drawings held back ({held_out['n']})", **_counts(held_out)},
            {"Read right": f"Drawings learned from ({learned['n']})", **_counts(learned)},
            {"Read right": test["title"], **_shares(test)},
        ],
        border="horizontal",
    )
    if held_out["n"]:
        low, high = held_out["interval"]
        st.caption(
            f"Only the drawings held back say whether it learned the style; with {held_out['n']} of them the share "
            f"after teaching lies between {low:.0%} and {high:.0%} (95 % interval)."
        )
    else:
        st.caption("None of your drawings was held back by chance: draw more to see whether it learned the style.")
    seen = " Its parent has learned from these digits: they show what was forgotten, and are no score."
    st.caption(
        f"Of the {test['n']:,} test digits it forgot {len(test['forgotten']):,}, and {len(test['gained']):,} are newly "
        f"right.{seen if test['seen'] else ''}"
    )


def _counts(row: dict[str, Any]) -> dict[str, str]:
    return {"Before": f"{row['before']} of {row['n']}", "After": f"{row['after']} of {row['n']}"}


def _shares(row: dict[str, Any]) -> dict[str, str]:
    return {"Before": f"{row['before'] / row['n']:.2%}", "After": f"{row['after'] / row['n']:.2%}"}


def _sheet(title: str, images: np.ndarray, rows: list[dict[str, Any]], key: str) -> None:
    """Some digits, below each what was read before → now. rows: label, before and after of each."""
    if not rows:
        return
    images, rows = images[:MOST], rows[:MOST]
    titles = [f"is {row['label']}, read as {row['before']} before, as {row['after']} now" for row in rows]
    st.markdown(f"**{title}**")
    st.plotly_chart(
        gallery(images, titles, captions=[f"{row['before']} → {row['after']}" for row in rows]),
        key=f"draw_taught_{key}",
        config={"displayModeBar": False},
        alt="; ".join(titles),
    )
