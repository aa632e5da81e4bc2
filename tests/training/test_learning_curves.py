"""The sentence about the curves of trainings as they went, and of a few that were made up for its rule."""

import pytest

from digits.training.learning_curves import reading
from tests.training.recorded import recorded


def rows(validation, training=None):
    losses = zip(training or validation, validation, strict=True)
    return [{"epoch": number, "loss": loss, "val_loss": val} for number, (loss, val) in enumerate(losses, start=1)]


OVERFITTING = "the network is memorising its training digits, which is called overfitting."
IMPROVING = "Validation loss is still falling: with more epochs the network would probably become better."


def test_a_network_that_memorises_its_digits_is_seen_on_its_recorded_curves():
    epochs = recorded("mlp-60")["epochs"]
    lowest = min(epochs, key=lambda row: row["val_loss"])["epoch"]
    assert reading(epochs) == f"Validation loss has risen since epoch {lowest}: {OVERFITTING}"


def test_a_training_that_is_too_short_is_seen_on_its_recorded_curves():
    assert reading(recorded("linear-10")["epochs"]) == IMPROVING
    assert reading(recorded("cnn-large")["epochs"]) == IMPROVING


def test_a_training_that_has_settled_is_seen_on_its_recorded_curves():
    epochs = recorded("linear-150")["epochs"][:90]
    assert reading(epochs) == (
        "Validation loss has hardly changed since epoch 43: more epochs would make little difference."
    )


def test_two_epochs_are_too_few_to_read():
    assert reading([]) == ""
    said = "It is too early to read these curves: they need at least 3 epochs."
    assert reading(rows([0.5])) == reading(rows([0.5, 0.4])) == said


@pytest.mark.parametrize(
    ("validation", "training", "sentence"),
    [
        ([0.5, 0.3, 0.2, 0.19, 0.21, 0.22], [0.5, 0.3, 0.2, 0.1, 0.05, 0.02],
         f"Validation loss has risen since epoch 4: {OVERFITTING}"),
        # One bad epoch is no tendency.
        ([0.5, 0.3, 0.25, 0.2, 0.3], [0.5, 0.3, 0.2, 0.15, 0.1], IMPROVING),
        ([0.5, 0.2, 0.4, 0.6], [0.5, 0.2, 0.5, 0.7],
         "Both losses have risen since epoch 2. A lower learning rate may help."),
        ([0.5, 0.3, 0.2, 0.199, 0.2, 0.198], [0.5, 0.3, 0.2, 0.1, 0.05, 0.02],
         "Validation loss has hardly changed since epoch 3: more epochs would make little difference."),
        ([2.31, 2.32, 2.31], [2.31, 2.31, 2.31],
         "The network has learned nothing so far: its loss is that of guessing. A lower learning rate may help."),
    ],
)  # fmt: skip
def test_each_case_of_the_rule_has_its_sentence(validation, training, sentence):
    assert reading(rows(validation, training)) == sentence
