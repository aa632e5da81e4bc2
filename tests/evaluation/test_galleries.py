import numpy as np
import pytest

from digits.evaluation.galleries import GALLERIES, narrowed

LABELS = np.array([3, 3, 5, 5, 8])
PREDICTED = np.array([3, 3, 3, 5, 9])
CONFIDENCE = np.array([0.9, 0.5, 0.7, 1.0, 0.8])


@pytest.fixture
def probabilities():
    """The confidence for the prediction of each digit; where its label is another, that gets half of the rest."""
    rows = np.tile((1 - CONFIDENCE)[:, None] / 18, (1, 10))
    rows[np.arange(5), LABELS] = (1 - CONFIDENCE) / 2
    rows[np.arange(5), PREDICTED] = CONFIDENCE
    return rows.astype(np.float32)


@pytest.mark.parametrize(
    ("gallery", "expected"), [("Mistakes", [4, 2]), ("Hardest", [4, 2, 1, 0, 3]), ("Unsure", [1, 0, 3])]
)
def test_the_worst_come_first(probabilities, gallery, expected):
    assert GALLERIES[gallery](LABELS, probabilities).tolist() == expected


def test_hardest_is_the_order_of_the_loss(probabilities):
    losses = -np.log(probabilities[np.arange(5), LABELS])
    found = GALLERIES["Hardest"](LABELS, probabilities)
    assert (np.diff(losses[found]) <= 0).all()


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ({}, [4, 2, 1, 0, 3]),
        ({"label": 5}, [2, 3]),
        ({"predicted": 3}, [2, 1, 0]),
        ({"label": 5, "predicted": 3}, [2]),
        ({"confidence": (0.75, 1)}, [4, 0, 3]),
        ({"label": 5, "confidence": (0, 0.6)}, []),
    ],
)
def test_they_are_narrowed_by_label_prediction_and_confidence_in_their_order(probabilities, limits, expected):
    found = GALLERIES["Hardest"](LABELS, probabilities)
    assert narrowed(found, LABELS, probabilities, **limits).tolist() == expected
