"""Runs as rows of a table: what they are, how accurate, and how long they took."""

from datetime import UTC, datetime, tzinfo
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from digits.evaluation import evaluate, store
from digits.evaluation.test_sets import TITLES, test_sets
from digits.networks import architectures
from digits.runs.run import Run
from pages.shared.pickers import run_label
from pages.shared.text import isolated


def table_rows(shown: list[Run]) -> list[dict[str, Any]]:
    """Return a row for each run, by column. The accuracies come in one query."""
    accuracies, zone = store.accuracies([run.id for run in shown]), _zone()
    return [_row(run, _score(run, accuracies.get(run.id, {})), zone) for run in shown]


def _row(run: Run, score: dict | None, zone: tzinfo) -> dict:
    """Return one row of the table. Its texts are the user's: a cell shows them without Markdown."""
    low, high = score["interval"] if score else (None, None)
    settings = run.settings
    return {
        "Run": run_label(run),
        "Test accuracy": 100 * score["accuracy"] if score else None,
        "95% interval": f"{low:.2%} to {high:.2%}" if score else "",
        "Test set": f"{TITLES[score['test']]} ({score['n']:,})" if score else "",
        "Network": settings.title,
        "State": str(run.state),
        "Created": datetime.fromisoformat(run.created).astimezone(zone).replace(tzinfo=None),
        "Seconds": run.details.get("seconds"),
        "Parameters": _num_parameters(settings),
        "Tags": [isolated(tag) for tag in run.tags],
        "Notes": isolated(run.notes),
    }


def _score(run: Run, accuracies: dict[str, dict]) -> dict | None:
    """Return the accuracy of a run on the official test set, else on its own split's; None without either."""
    if run.is_starter:
        reports = {chosen.name: evaluate.stored(run, chosen) for chosen in test_sets(run.settings)}
        accuracies = {name: report for name, report in reports.items() if report}
    name = next((name for name in ("official", "tutorial", run.settings.source) if name in accuracies), None)
    return accuracies[name] | {"test": name} if name else None


_num_parameters = cache(architectures.num_parameters)


def _zone() -> tzinfo:
    """Return the visitor's time zone; UTC if the browser does not name one that is known here."""
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):  # it may be anything
        return UTC
