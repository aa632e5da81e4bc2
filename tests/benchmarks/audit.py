"""Measure how well the audit of labels works: give some random training digits a wrong label, and look for them."""

import argparse
from typing import Any

import numpy as np

from digits.commands.progress import bar
from digits.data.dataset import ensure_prepared, open_dataset
from digits.data.sources import SOURCES
from digits.errors import BadConfig
from digits.evaluation.audit import cross_validated, doubtful


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("count", type=int, nargs="?", default=100, help="wrong labels; 100 by default")
    parser.add_argument("--source", default="sample", choices=SOURCES)


def run(options: argparse.Namespace) -> None:
    ensure_prepared(options.source)
    with bar() as on_progress:
        found = plant(options.source, options.count, on_progress)
    print(
        f"{found['planted']} of {found['n']:,} labels were made wrong; {found['found_early']} of these are among the "
        f"first {found['planted'] * 3 // 2} doubtful ones, {found['found']} among all {found['doubtful']:,}."
    )


def plant(source: str, count: int, on_progress=lambda fraction, phase: None) -> dict[str, Any]:
    """Make `count` labels wrong and audit them; nothing is stored.

    Returns {source, n, planted, found (how many of them are among the doubtful labels), doubtful (how many labels are
    doubtful), found_early (how many of them are among the first 1.5 times `count`)}.
    Raises BadConfig, DataUnavailable, DamagedFile.
    """
    dataset = open_dataset(source)
    labels = np.array(dataset.labels[: dataset.num_train])
    if not 1 <= count <= len(labels) // 10:
        raise BadConfig(f"The number of wrong labels is {count:,}; expected 1 to {len(labels) // 10:,}.")
    rng = np.random.default_rng(0)
    chosen = rng.choice(len(labels), count, replace=False)
    labels[chosen] = (labels[chosen] + rng.integers(1, 10, count)) % 10
    ranked = [row["index"] for row in doubtful(labels, cross_validated(dataset, labels, on_progress))]
    found, early = (len(set(chosen.tolist()) & set(part)) for part in (ranked, ranked[: count * 3 // 2]))
    return {
        "source": source,
        "n": len(labels),
        "planted": count,
        "found": found,
        "doubtful": len(ranked),
        "found_early": early,
    }
