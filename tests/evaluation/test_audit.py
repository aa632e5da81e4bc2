import numpy as np
import pytest

from digits.data.dataset import open_dataset
from digits.data.sources import SOURCES
from digits.evaluation import audit, store
from digits.evaluation.store import Subject


def test_wrong_labels_are_found_by_predictions_of_networks_that_have_not_learned_from_the_digits():
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 10, 2_000)
    logits = rng.normal(size=(2_000, 10)) + 9 * np.eye(10)[truth]
    probabilities = (np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)).astype(np.float32)
    wrong = rng.choice(2_000, 40, replace=False)
    labels = truth.copy()
    labels[wrong] = (truth[wrong] + 1) % 10
    found = audit.doubtful(labels, probabilities)
    assert len(set(wrong) & {row["index"] for row in found[:45]}) >= 38
    for row in found:
        assert row["label"] == labels[row["index"]] != row["predicted"] == probabilities[row["index"]].argmax()
        assert row["support"] < row["confidence"] <= 1
    margins = [row["support"] - row["confidence"] for row in found]
    assert (np.diff(margins) > -3e-4).all()  # four decimals are kept


# Variables of Keras do not know NumPy's `copy` yet (3.15).
@pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning")
def test_the_audit_of_the_sample_is_stored_and_planted_errors_are_found(with_sample, monkeypatch):
    monkeypatch.setattr(audit, "NUM_FOLDS", 2)
    monkeypatch.setattr(audit, "SMALL", {"epochs": 3, "batch_size": 64})  # a few seconds instead of twenty
    told = []
    found = audit.audit("sample", lambda fraction, phase: told.append((fraction, phase)))
    assert (found["source"], found["n"], found["folds"]) == ("sample", 5_000, 2)
    assert found["accuracy"] > 0.9 and found["issues"]
    assert told[0] == (0.0, "Starting")
    # Reports from within an epoch come by the clock: a quick machine may end before the next one is due.
    assert (0.5, "Fold 2 of 2, building the network") in told
    assert told[-1][1].startswith("Fold 2 of 2, ") and 0.5 <= told[-1][0] <= 1
    assert [fraction for fraction, _ in told] == sorted(fraction for fraction, _ in told)
    assert found == audit.stored("sample")
    labels = open_dataset("sample").labels
    subject = Subject.of_source("sample", SOURCES["sample"].labels_sha256)
    probabilities = store.get(subject, audit.KIND).array()
    assert found["accuracy"] == (probabilities.argmax(axis=1) == labels).mean()
    assert audit.doubtful(labels, probabilities) == found["issues"]
    # The same probabilities against labels of which fifty are wrong: the networks did not learn these, which is easier.
    rng = np.random.default_rng(0)
    wrong = rng.choice(5_000, 50, replace=False)
    planted = np.array(labels)
    planted[wrong] = (planted[wrong] + 5) % 10
    first = [row["index"] for row in audit.doubtful(planted, probabilities)[:150]]
    assert len(set(wrong) & set(first)) >= 35  # three epochs are few


def test_a_source_that_nobody_has_audited_has_no_audit(with_sample):
    assert audit.stored("sample") is None
