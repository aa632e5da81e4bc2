import numpy as np
import pytest

from digits.data.dataset import open_dataset
from digits.errors import DigitsError
from digits.networks.settings import make_settings


@pytest.fixture
def training():
    """The modules that train. Imported here: Keras in this process would slow down every later test of the pages."""
    from digits.training import cross_validation

    return cross_validation


def test_each_fold_is_trained_on_the_other_digits_on_the_chosen_device(with_sample, training, monkeypatch):
    trained = []

    def fit(settings, dataset, device, *, parts, on_tick):
        trained.append((device, len(parts.train), len(parts.validation)))
        return training.trainer.Fitted(
            lambda pixels, training: np.full((len(pixels), 10), len(trained), np.float32), "done"
        )

    monkeypatch.setattr(training.trainer, "fit", fit)
    monkeypatch.setattr(training.device, "choose", lambda: training.device.Device("some device"))
    probabilities = training.out_of_fold(make_settings(), open_dataset("sample"), 5)
    assert trained == 5 * [("some device", 4_000, 1_000)]
    assert np.bincount(probabilities[:, 0].astype(int)).tolist() == [0, *5 * [1_000]]


def test_a_fold_that_fails_is_named_with_its_reason(with_sample, training, monkeypatch):
    def fit(settings, dataset, device, *, parts, on_tick):
        return training.trainer.Fitted(None, "failed", "the loss became NaN in epoch 1; lower the learning rate")

    monkeypatch.setattr(training.trainer, "fit", fit)
    with pytest.raises(DigitsError, match="^Fold 1 failed: the loss became NaN in epoch 1; lower the learning rate.$"):
        training.out_of_fold(make_settings(), open_dataset("sample"), 5)
