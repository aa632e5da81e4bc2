"""The numbers behind a figure: a table that is folded until somebody opens it, and the same as CSV."""

import csv
import io
from collections.abc import Callable, Iterable
from typing import Any

import streamlit as st

Rows = list[dict[str, Any]]


def behind(key: str, rows: Callable[[], Rows], *, about: str) -> None:
    """Offer the table of a figure; its rows are made when somebody opens it.

    key: of the figure. about: what the table holds, for screen readers.
    """
    folded = st.expander("Table", icon=":material/table:", type="compact", key=f"{key}_table", on_change="rerun")
    if folded.open:
        with folded:
            show(key, rows(), about=about)


def show(key: str, rows: Rows, *, about: str) -> None:
    """Show a table and let people download it."""
    height = "content" if len(rows) <= 16 else 420
    st.dataframe(rows, hide_index=True, placeholder="", height=height, alt=about)
    st.download_button(
        "Download as CSV", as_csv(rows), f"{key.replace('_', '-')}.csv", "text/csv", icon=":material/download:",
        on_click="ignore", key=f"{key}_csv",
    )  # fmt: skip


def matrix_rows(matrix: Iterable[Iterable[int]]) -> Rows:
    """Return the rows of a confusion matrix, a column for each prediction."""
    return [
        {"Label": label} | {f"→ {digit}": int(n) for digit, n in enumerate(row)} for label, row in enumerate(matrix)
    ]


def as_csv(rows: Rows) -> str:
    """Return rows with the same columns, one at least, as CSV with a header."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
