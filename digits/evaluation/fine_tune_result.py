"""Compare a fine-tuned network with its parent: on the drawings, and on a test set, where it may have forgotten digits.

The worker does it once, from the copies of both in the run's own folder.
"""

from typing import Any

import numpy as np

from digits.data.dataset import open_dataset
from digits.evaluation import store
from digits.evaluation.report import as_rows, wilson_interval
from digits.evaluation.store import Subject
from digits.evaluation.test_sets import available
from digits.inference.recognizer import Recognizer
from digits.runs import store as runs
from digits.runs.run import Run
from digits.storage.files import checked
from digits.storage.home import run_folder
from digits.training.fine_tuning import FineTuneData

KIND = "fine_tune"


def compare(run: Run) -> dict[str, Any]:
    """Let a fine-tuned run and its parent predict the same digits, keep the comparison and return it.

    Plain values: parent (its id), held_out and learned (the drawings: {n, before, after, interval of after}), drawings
    (a row for each: label, before, after, held_out), and test: {n, before, after, interval, title, name, source,
    forgotten, gained}. before and after count correct predictions; in a row they are the digits that were predicted.
    forgotten and gained have a row for each digit of the set that only one of the two predicts correctly: index, label,
    before, after.
    Raises DamagedFile, DataUnavailable.
    """
    subject, data = Subject.of(run), drawings(run)
    parent = Recognizer.load(checked(data.folder, data.files["model.tflite"]))
    now = Recognizer.load(run.model.file("model.tflite"))
    before, after = (recognizer.probabilities(data.images).argmax(axis=1) for recognizer in (parent, now))
    held_out, was, is_now = data.held_out, before == data.labels, after == data.labels
    result = {
        "parent": run.settings.parent,
        "held_out": _score(was[held_out], is_now[held_out]),
        "learned": _score(was[~held_out], is_now[~held_out]),
        "drawings": as_rows(label=data.labels, before=before, after=after, held_out=held_out),
        "test": _on_test_set(run, parent, now),
    }
    store.put(subject, KIND, "", result)
    return result


def stored(run: Run) -> dict[str, Any] | None:
    """Return the comparison of the present model of a fine-tuned run with its parent; None if there is none yet."""
    result = store.get(Subject.of(run), KIND) if run.model else None
    return result.value if result else None


def drawings(run: Run) -> FineTuneData:
    """Return what a run was fine-tuned with. Raises DamagedFile."""
    files = runs.files(run.id, "fine_tune_data")
    return FineTuneData.load(run_folder(run.id), files, heals=bool(run.settings.damage))


def _on_test_set(run: Run, parent: Recognizer, now: Recognizer) -> dict[str, Any]:
    # The official test set where MNIST is here, else the first.
    chosen = min(available(run.settings), key=lambda chosen: chosen.name != "official")
    images, labels = chosen.take(open_dataset(chosen.source))
    before, after = (recognizer.probabilities(images).argmax(axis=1) for recognizer in (parent, now))

    def rows(where: np.ndarray) -> list[dict[str, int]]:
        return as_rows(index=np.flatnonzero(where), label=labels[where], before=before[where], after=after[where])

    was, is_now = before == labels, after == labels
    named = {"title": chosen.title, "name": chosen.name, "source": chosen.source}
    return _score(was, is_now) | named | {"forgotten": rows(was & ~is_now), "gained": rows(~was & is_now)}


def _score(before: np.ndarray, after: np.ndarray) -> dict[str, Any]:
    """Return two (n,) bool, what is correct before and after, as counts."""
    n, num_correct = len(after), int(after.sum())
    interval = wilson_interval(num_correct, n) if n else None
    return {"n": n, "before": int(before.sum()), "after": num_correct, "interval": interval}
