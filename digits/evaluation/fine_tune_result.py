"""What teaching changed: the parent and the taught network on the drawings, and on a test set what was forgotten.

Computed once by the worker, from the copies in the run's own folder, and stored as evaluation/before_after.json.
"""

import contextlib
from typing import Any

import numpy as np

from digits.data.dataset import is_prepared, open_dataset
from digits.data.splits import split
from digits.errors import DamagedFile, UnknownRun
from digits.evaluation import evaluate
from digits.evaluation.report import wilson_interval
from digits.evaluation.test_sets import TestSet, test_sets
from digits.inference.prediction import predict_many
from digits.inference.recognizer import Recognizer
from digits.runs import runs
from digits.runs.run import Run
from digits.storage.records import read_json, write_json
from digits.training.fine_tuning import Taught


def compare(run: Run) -> dict[str, Any]:
    """Let a taught run and its parent read the same digits, store the comparison and return it.

    Plain values: parent (its id), held_out and learned (the drawings: {n, before, after, interval of after}), drawings
    (a row for each: label, before, after, held_out), and test: {n, before, after, interval, title, name, source, seen,
    forgotten, gained}. before and after count right answers; in a row they are the digits that were read. forgotten and
    gained have a row for each digit of the set that only one of the two reads right: index, label, before, after. seen
    says that the parent learned from the set: it shows what was forgotten, and is no score.
    Raises DamagedFile, DataUnavailable.
    """
    taught = Taught.load(run.path)
    before, after = (_read(network, taught.images) for network in (taught.parent, run))
    held_out = taught.held_out
    parts = {"held_out": held_out, "learned": ~held_out}
    right = before == taught.labels, after == taught.labels
    result = {
        "parent": run.config.parent,
        **{name: _score(*(hits[part] for hits in right)) for name, part in parts.items()},
        "drawings": [
            {"label": int(label), "before": int(old), "after": int(new), "held_out": bool(held)}
            for label, old, new, held in zip(taught.labels, before, after, held_out, strict=True)
        ],
        "test": _on_test_set(run, (_parent(run, taught.parent), run)),
    }
    write_json(run.path / "evaluation" / "before_after.json", result)
    return result


def stored(run: Run) -> dict[str, Any] | None:
    """The comparison of a taught run; None if there is none yet. Raises DamagedFile."""
    file = run.path / "evaluation" / "before_after.json"
    if not file.exists():
        return None
    result = read_json(file)
    if not {"parent", "held_out", "learned", "drawings", "test"} <= set(result):
        raise DamagedFile(f"The stored comparison of {run.id} with its parent is damaged. Teach it again.")
    return result


def _on_test_set(run: Run, readers: tuple[Run, Run]) -> dict[str, Any]:
    chosen, seen = _test_set(run)
    images, labels = chosen.take(open_dataset(chosen.source))
    before, after = (_answers(reader, chosen, images, labels) for reader in readers)

    def rows(chosen: np.ndarray) -> list[dict[str, int]]:
        return [
            {"index": int(i), "label": int(labels[i]), "before": int(before[i]), "after": int(after[i])}
            for i in np.flatnonzero(chosen)
        ]

    was, is_now = before == labels, after == labels
    return {
        **_score(was, is_now),
        "title": chosen.title,
        "name": chosen.name,
        "source": chosen.source,
        "seen": seen,
        "forgotten": rows(was & ~is_now),
        "gained": rows(~was & is_now),
    }


def _answers(run: Run, chosen: TestSet, images: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """What a network says of a test set, (n,) int; from its report, where it has been judged on the set."""
    with contextlib.suppress(DamagedFile):
        if report := evaluate.stored(run, chosen):
            answers = np.array(labels)
            for row in report["misread"]:
                answers[row["index"]] = row["predicted"]
            return answers
    return _read(run, images)


def _read(run: Run, images: np.ndarray) -> np.ndarray:
    return np.array([one.digit for one in predict_many(images, Recognizer.load(run.model_file()))], int)


def _parent(run: Run, copy: Run) -> Run:
    """The parent itself, with its reports, as long as it is what was copied; else the copy."""
    with contextlib.suppress(UnknownRun, DamagedFile):
        parent = runs.find(run.config.parent)
        if read_json(parent.path / "manifest.json") == read_json(copy.path / "manifest.json"):
            return parent
    return copy


def _test_set(run: Run) -> tuple[TestSet, bool]:
    """The official test set where MNIST is here, else the run's own; and whether the parent has learned from it."""
    here = [chosen for chosen in test_sets(run.config) if is_prepared(chosen.source)]
    if here:
        return min(here, key=lambda chosen: chosen.name != "official"), False
    own = split(run.config.split, run.config.source)
    return TestSet(run.config.split, run.config.source, own.test), True


def _score(before: np.ndarray, after: np.ndarray) -> dict[str, Any]:
    """Two (n,) bool, the right answers before and after, as counts."""
    n, hits = len(after), int(after.sum())
    return {"n": n, "before": int(before.sum()), "after": hits, "interval": wilson_interval(hits, n) if n else None}
