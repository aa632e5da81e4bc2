import numpy as np
import pytest
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score, log_loss, precision_score, recall_score

from digits.evaluation.report import report


@pytest.fixture
def judged():
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 10, 500)
    logits = rng.normal(size=(500, 10)) + 3 * np.eye(10)[labels]
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return labels, probabilities.astype(np.float32)


def test_every_figure_agrees_with_scikit_learn(judged):
    labels, probabilities = judged
    result = report(labels, probabilities)
    predicted = probabilities.argmax(axis=1)
    assert result["n"] == 500
    assert result["accuracy"] == accuracy_score(labels, predicted)
    exact = probabilities / probabilities.sum(axis=1, keepdims=True, dtype=float)
    assert result["loss"] == pytest.approx(log_loss(labels, exact), rel=1e-6)
    for name, score in (("precision", precision_score), ("recall", recall_score), ("f1", f1_score)):
        assert [row[name] for row in result["per_digit"]] == pytest.approx(score(labels, predicted, average=None))
    assert result["confusion"] == confusion_matrix(labels, predicted).tolist()
    assert np.trace(result["confusion"]) == 500 * result["accuracy"]


def test_the_interval_is_wilsons():
    """Wilson's formula by hand for 90 of 100: (p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n)."""
    labels = np.zeros(100, int)
    probabilities = np.full((100, 10), 0.01, np.float32)
    probabilities[:90, 0] = probabilities[90:, 1] = 0.91
    assert report(labels, probabilities)["interval"] == pytest.approx([0.8256, 0.9448], abs=1e-4)


def test_the_misread_come_with_the_most_confident_first(judged):
    labels, probabilities = judged
    misread = report(labels, probabilities)["misread"]
    assert len(misread) == round(500 * (1 - report(labels, probabilities)["accuracy"]))
    assert [row["confidence"] for row in misread] == sorted((row["confidence"] for row in misread), reverse=True)
    for row in misread:
        assert row["label"] == labels[row["index"]] != row["predicted"] == probabilities[row["index"]].argmax()


def test_a_digit_that_was_never_said_scores_nought_without_a_warning():
    labels = np.arange(10)
    probabilities = np.zeros((10, 10), np.float32)
    probabilities[:, 0] = 1
    result = report(labels, probabilities)
    assert [row["precision"] for row in result["per_digit"]] == [0.1] + [0.0] * 9
