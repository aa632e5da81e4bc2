from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from digits.errors import DamagedFile
from digits.inference.recognizer import Recognizer
from digits.runs import models
from tests.training.conftest import output_of

NETWORKS = "dense", "strided"
DAMAGED = r"^The model file \w+\.tflite is missing or damaged\. Choose another model, or train this one again\.$"

# A few steps on noise give every layer weights of its own.
EXPORT = """
import sys
from pathlib import Path
import numpy as np
from digits.networks.library import keras
from keras import layers
folder = Path(sys.argv[1])
keras.utils.set_random_seed(0)
begin = lambda: [keras.Input((28, 28, 1)), layers.Rescaling(1 / 255)]
end = lambda: [layers.Flatten(), layers.Dense(64, activation="relu"), layers.Dense(10, activation="softmax")]
conv = lambda filters, side: [layers.Conv2D(filters, side, 2, padding="same", use_bias=False),
                              layers.BatchNormalization(), layers.ReLU()]
random = np.random.default_rng(0)
images = (random.integers(0, 256, (64, 28, 28)) * (random.random((64, 28, 28)) < 0.2)).astype(np.uint8)
np.save(folder / "images.npy", images)
for name, middle in {"dense": [], "strided": conv(8, 5) + conv(12, 3)}.items():
    model = keras.Sequential(begin() + middle + end())
    model.compile("adam", "sparse_categorical_crossentropy")
    for _ in range(20):
        model.train_on_batch(images[..., None], np.arange(64) % 10)
    np.save(folder / f"{name}.npy", model(images[..., None].astype("float32"), training=False).numpy())
    signature = [keras.InputSpec(shape=(1, 28, 28, 1), dtype="float32")]
    model.export(folder / f"{name}.tflite", format="litert", input_signature=signature, verbose=False)
three = keras.Sequential(begin() + [layers.Flatten(), layers.Dense(3, activation="softmax")])
three.export(folder / "three.tflite", format="litert", input_signature=signature, verbose=False)
logits = keras.Sequential(begin() + [layers.Flatten(), layers.Dense(10, bias_initializer="ones")])
logits.export(folder / "logits.tflite", format="litert", input_signature=signature, verbose=False)
print("done")
"""


@pytest.fixture(scope="session")
def exported(tmp_path_factory) -> Path:
    """A folder with images.npy and, for each network, NAME.tflite and Keras' own probabilities, NAME.npy."""
    folder = tmp_path_factory.mktemp("exported")
    output_of(EXPORT, folder)
    return folder


@pytest.mark.parametrize("name", NETWORKS)
def test_the_probabilities_are_those_of_keras(exported, name):
    answers = Recognizer.load(exported / f"{name}.tflite").probabilities(np.load(exported / "images.npy"))
    expected = np.load(exported / f"{name}.npy")
    assert answers.dtype == np.float32
    assert expected.std() > 0.01  # the networks do tell the images apart
    np.testing.assert_allclose(answers, expected, atol=1e-5)


@pytest.mark.parametrize("name", NETWORKS)
def test_eight_threads_may_share_one_network(exported, name):
    recognizer = Recognizer.load(exported / f"{name}.tflite")
    images, expected = np.load(exported / "images.npy"), np.load(exported / f"{name}.npy")
    turns = np.random.default_rng(0).integers(0, len(images), (400, 3))
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda turn: recognizer.probabilities(images[turn]), turns))
    np.testing.assert_allclose(answers, expected[turns], atol=1e-5)


def test_a_network_whose_sums_run_over_predicts_nothing(digits_home, monkeypatch):
    """A run from elsewhere may have any weights; NaN is no JSON, and no digit."""
    recognizer = models.recognizer(models.chosen())
    monkeypatch.setattr(recognizer._net, "forward", lambda images: np.full((len(images), 10), np.nan, np.float32))
    with pytest.raises(DamagedFile, match="so large that it predicts nothing"):
        recognizer.probabilities(np.zeros((1, 28, 28), np.uint8))


def test_no_images_have_no_probabilities(exported):
    assert Recognizer.load(exported / "dense.tflite").probabilities(np.empty((0, 28, 28), np.uint8)).shape == (0, 10)


@pytest.mark.parametrize(
    "images",
    [
        np.zeros((28, 28), np.uint8),
        np.zeros((1, 784), np.uint8),
        np.zeros((1, 28, 28, 1), np.uint8),
        np.zeros((1, 28, 28)),
    ],
    ids=lambda images: f"{images.dtype} {images.shape}",
)
def test_an_array_of_another_shape_or_type_is_an_error_of_the_caller(exported, images):
    with pytest.raises(ValueError, match=r"expected uint8 \(n, 28, 28\)"):
        Recognizer.load(exported / "dense.tflite").probabilities(images)


def cut(content):
    return content[: len(content) // 2]


def scrambled(content):
    return content[:-4000] + bytes(255 - byte for byte in content[-4000:])


@pytest.mark.parametrize("damage", [cut, scrambled, lambda content: b"", lambda content: b"TFL3" * 1000], ids=range(4))
def test_a_damaged_file_is_refused_in_plain_words(exported, tmp_path, damage):
    file = tmp_path / "model.tflite"
    file.write_bytes(damage((exported / "strided.tflite").read_bytes()))
    with pytest.raises(DamagedFile, match=DAMAGED):
        Recognizer.load(file)


@pytest.mark.parametrize("name", ["three", "logits"])
def test_a_network_without_ten_probabilities_is_refused(exported, name):
    with pytest.raises(DamagedFile, match=DAMAGED):
        Recognizer.load(exported / f"{name}.tflite")


def test_a_missing_file_is_refused_in_the_same_words(tmp_path):
    with pytest.raises(DamagedFile, match=DAMAGED):
        Recognizer.load(tmp_path / "model.tflite")


def test_a_file_in_a_folder_with_an_unusual_name_is_read(exported, tmp_path):
    file = tmp_path / "größer 数字" / "model.tflite"
    file.parent.mkdir()
    file.write_bytes((exported / "dense.tflite").read_bytes())
    assert Recognizer.load(file).probabilities(np.zeros((1, 28, 28), np.uint8)).shape == (1, 10)
