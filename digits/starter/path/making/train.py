"""Train the path network. Worker side: imports TensorFlow and Keras."""

from collections.abc import Iterator

import keras
import numpy as np
from sklearn.model_selection import GroupKFold

from digits.inference.path_network import CHANNELS, NUM_POINTS, STRIDES, PathNetwork, follow
from digits.inference.recognizer import at_temperature
from digits.starter.path.making.pens import Digit, PenDigits, vary

EPOCHS = 25
BATCH_SIZE = 64
LEARNING_RATE = 0.004  # at its highest, after the warm-up; then down to zero along a cosine
WARM_UP = 0.2  # of the steps
FILTERS = 32, 48, 64, 64
WIDTHS = 5, 5, 3, 3  # of the convolutions, in points
NUM_FOLDS = 5


def cross_validate(pens: PenDigits, seed: int, temperature: float = 1.0) -> Iterator[tuple[np.ndarray, PathNetwork]]:
    """Yield, for each fifth of the writers, which digits are theirs and a network that has not seen them.

    Yields the indices (m,) and a network with that temperature. What one writer drew in several sessions
    lies in one folder of the collection, so folders stay whole.
    """
    groups = [writer.rpartition("/")[0] or writer for writer in pens.writers.tolist()]
    folds = GroupKFold(NUM_FOLDS, shuffle=True, random_state=seed)
    for learned, held_out in folds.split(pens.labels, groups=groups):
        arrays = fit([pens.digits[place] for place in learned], pens.labels[learned], seed)
        yield held_out, PathNetwork(arrays | {"temperature": np.float32(temperature)})


def fit(digits: list[Digit], labels: np.ndarray, seed: int) -> dict[str, np.ndarray]:
    """Train a network on digits, varied anew in each epoch. Returns its arrays as `PathNetwork` takes them.

    labels: (n,) uint8. The temperature is 1.
    """
    keras.utils.set_random_seed(seed)
    rng = np.random.default_rng(seed)
    model = keras.Sequential([keras.Input((NUM_POINTS, CHANNELS)), *_layers()])
    steps = EPOCHS * -(-len(digits) // BATCH_SIZE)
    warm = int(WARM_UP * steps)
    rate = keras.optimizers.schedules.CosineDecay(0.0, steps - warm, warmup_target=LEARNING_RATE, warmup_steps=warm)
    model.compile(keras.optimizers.Adam(rate), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    for _ in range(EPOCHS):
        paths = np.stack([follow(vary(digit, rng)) for digit in digits])
        model.fit(paths, labels, batch_size=BATCH_SIZE, epochs=1, verbose=0)
    return _arrays(model)


def best_temperature(labels: np.ndarray, probabilities: np.ndarray) -> float:
    """Return the temperature that makes the labels, (n,) uint8, most likely. probabilities: (n, 10), at 1."""
    rows = np.arange(len(labels))
    temperatures = np.geomspace(0.5, 4, 200)
    losses = [-np.log(at_temperature(probabilities, t)[rows, labels] + 1e-12).mean() for t in temperatures]
    return float(temperatures[int(np.argmin(losses))])


def _layers() -> list[keras.layers.Layer]:
    layers = []
    for filters, width, stride in zip(FILTERS, WIDTHS, STRIDES, strict=True):
        layers += [
            keras.layers.Conv1D(filters, width, strides=stride, padding="same", use_bias=False),
            keras.layers.BatchNormalization(momentum=0.9),
            keras.layers.ReLU(),
        ]
    return [*layers, keras.layers.Flatten(), keras.layers.Dropout(0.4), keras.layers.Dense(10)]


def _arrays(model: keras.Model) -> dict[str, np.ndarray]:
    """Return the weights in half precision, each normalization made a part of its convolution."""
    arrays = {"temperature": np.float32(1)}
    convolutions = [layer for layer in model.layers if isinstance(layer, keras.layers.Conv1D)]
    normalizations = [layer for layer in model.layers if isinstance(layer, keras.layers.BatchNormalization)]
    for place, (convolution, normalization) in enumerate(zip(convolutions, normalizations, strict=True)):
        gamma, beta, mean, variance = normalization.get_weights()
        factor = gamma / np.sqrt(variance + normalization.epsilon)
        arrays |= {f"kernel_{place}": convolution.get_weights()[0] * factor, f"bias_{place}": beta - mean * factor}
    arrays |= dict(zip(("kernel", "bias"), model.layers[-1].get_weights(), strict=True))
    return {name: array.astype(np.float16) for name, array in arrays.items()}
