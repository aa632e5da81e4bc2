import numpy as np

from digits.data.dataset import open_dataset
from digits.networks.settings import make_config
from digits.training import cross_validation, device
from digits.training.trainer import Fitted


def test_each_fold_is_trained_on_the_other_digits_by_the_device_that_trains_all_else(with_sample, monkeypatch):
    asked = []

    def fit(config, dataset, device, *, parts, on_tick):
        asked.append((device, len(parts.train), len(parts.validation)))
        return Fitted(lambda pixels, training: np.full((len(pixels), 10), len(asked), np.float32), "done")

    monkeypatch.setattr(cross_validation.trainer, "fit", fit)
    monkeypatch.setattr(cross_validation.device, "choose", lambda: device.Device("some device"))
    probabilities = cross_validation.out_of_fold(make_config(), open_dataset("sample"), 5)
    assert asked == 5 * [("some device", 4_000, 1_000)]
    assert np.bincount(probabilities[:, 0].astype(int)).tolist() == [0, *5 * [1_000]]
