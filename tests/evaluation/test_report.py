import numpy as np
import pytest
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score, log_loss, precision_score, recall_score

from digits.evaluation.report import largest_confusion, report


@pytest.fixture
def predictions():
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 10, 500)
    logits = rng.normal(size=(500, 10)) + 3 * np.eye(10)[labels]
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return labels, probabilities.astype(np.float32)


def test_every_figure_agrees_with_scikit_learn(predictions):
    labels, probabilities = predictions
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


def test_the_misclassified_digits_come_with_the_most_confident_first(predictions):
    labels, probabilities = predictions
    misclassified = report(labels, probabilities)["misclassified"]
    assert len(misclassified) == round(500 * (1 - report(labels, probabilities)["accuracy"]))
    confidence = [row["confidence"] for row in misclassified]
    assert confidence == sorted(confidence, reverse=True)
    for row in misclassified:
        assert row["label"] == labels[row["index"]] != row["predicted"] == probabilities[row["index"]].argmax()


def test_the_most_frequent_mistake_is_off_the_diagonal():
    counts = (np.eye(10, dtype=int) * 90).tolist()
    assert largest_confusion(counts) is None
    counts[4][9], counts[7][1] = 5, 3
    assert largest_confusion(counts) == (4, 9, 5)


def test_a_digit_that_is_never_predicted_scores_zero_without_a_warning():
    labels = np.arange(10)
    probabilities = np.zeros((10, 10), np.float32)
    probabilities[:, 0] = 1
    result = report(labels, probabilities)
    assert [row["precision"] for row in result["per_digit"]] == [0.1] + [0.0] * 9
