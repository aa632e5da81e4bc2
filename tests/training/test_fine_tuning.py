import numpy as np
import pytest

from digits.data.dataset import open_dataset
from digits.data.splits import split, take
from digits.errors import DamagedFile, DigitsError
from digits.networks.settings import make_settings, read_settings
from digits.storage.files import checked
from digits.training.fine_tuning import MIN_DRAWINGS, FineTuneData, fine_tune_settings, is_held_out
from digits.training.rehearsal import DRAWN_FRACTION, RehearsalSampler


def drawings(n=20, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (n, 28, 28), np.uint8)


@pytest.fixture
def parent(tmp_path):
    """The parent's model.keras and model.tflite; nothing here reads what is in them."""
    files = [tmp_path / "parent" / name for name in ("model.keras", "model-2.tflite")]
    files[0].parent.mkdir()
    for file in files:
        file.write_bytes(file.name.encode())
    return files


@pytest.fixture
def data(tmp_path):
    return FineTuneData(drawings(), np.full(20, 7, np.uint8), tmp_path, {})


@pytest.fixture
def training_part(with_sample):
    return take(open_dataset("sample"), split("tutorial", "sample").train)


def test_about_one_drawing_in_four_is_held_out_and_always_the_same():
    held = [is_held_out(image) for image in drawings(400)]
    assert 70 < sum(held) < 130
    assert held == [is_held_out(image) for image in drawings(400)]


def test_the_drawings_come_back_with_the_parent_as_it_was(data, parent, tmp_path):
    stored = FineTuneData.copy(data.images, data.labels, *parent, tmp_path / "run")
    contents = [file.read_bytes() for file in parent]
    for file in parent:
        file.write_bytes(b"trained further")
    back = FineTuneData.load(tmp_path / "run", stored)
    assert (back.images == data.images).all() and (back.labels == data.labels).all()
    assert (back.images.dtype, back.labels.dtype) == (np.uint8, np.uint8)
    copies = [checked(back.folder, back.files[name]) for name in ("model.keras", "model.tflite")]
    assert [file.read_bytes() for file in copies] == contents


@pytest.mark.parametrize("count", [0, MIN_DRAWINGS - 1])
def test_too_few_drawings_are_refused_in_a_sentence_and_leave_no_file(tmp_path, parent, count):
    images, labels = drawings(count), np.zeros(count, np.uint8)
    with pytest.raises(DigitsError, match=f"too few drawings to learn from: {count}. Draw and label more, at least 5"):
        FineTuneData.copy(images, labels, *parent, tmp_path / "run")
    assert not (tmp_path / "run").exists()
    with pytest.raises(DigitsError):
        FineTuneData(images, labels, tmp_path, {})


def test_drawings_that_are_all_held_out_are_refused(tmp_path):
    held_out = np.array([image for image in drawings(100) if is_held_out(image)])
    assert len(held_out) > MIN_DRAWINGS
    with pytest.raises(DigitsError, match="too few drawings to learn from"):
        FineTuneData(held_out, np.zeros(len(held_out), np.uint8), tmp_path, {})


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_damaged_copy_is_named_without_a_path(data, parent, tmp_path, number):
    stored = FineTuneData.copy(data.images, data.labels, *parent, tmp_path / "run")
    (tmp_path / "run" / stored[number].name).write_bytes(b"PK nothing")
    with pytest.raises(DamagedFile, match="are missing or damaged. Fine-tune again.") as raised:
        FineTuneData.load(tmp_path / "run", stored)
    assert str(tmp_path) not in str(raised.value)
    del stored[number]
    with pytest.raises(DamagedFile):
        FineTuneData.load(tmp_path / "run", stored)


def test_an_epoch_is_even_and_learns_from_no_drawing_that_is_held_out(data, training_part, monkeypatch):
    monkeypatch.setattr("digits.networks.augmentation.augment", lambda images, labels, rng, settings: images)
    images, labels = training_part
    sampler = RehearsalSampler(data, images, labels, vary=False)
    seen, seen_labels = sampler.epoch(np.random.default_rng(0))
    assert np.bincount(seen_labels).tolist() == [len(sampler) // 10] * 10
    assert len(seen) == len(sampler) == len(seen_labels)
    known = {image.tobytes() for image in images}
    new = [image.tobytes() for image in seen if image.tobytes() not in known]
    assert len(new) == round(DRAWN_FRACTION * len(sampler) / 10)
    assert set(new) == {image.tobytes() for image in data.images[~data.held_out]}


def test_the_same_generator_gives_the_same_epoch_and_another_gives_another(data, training_part):
    first, again, other = (
        RehearsalSampler(data, *training_part, vary=True).epoch(np.random.default_rng(seed))[0] for seed in (1, 1, 2)
    )
    assert (first == again).all() and not (first == other).all()


def test_fine_tuning_keeps_the_parents_network_and_data_and_names_it():
    parent = make_settings(architecture="mlp", seed=3)
    settings = fine_tune_settings(parent, "parent-id")
    kept = ("architecture", "source", "split", "augmentation", "label_smoothing", "seed", "xla")
    assert all(getattr(settings, name) == getattr(parent, name) for name in kept)
    assert (settings.parent, settings.parent_source) == ("parent-id", "")
    assert settings.learning_rate == pytest.approx(0.001)
    assert read_settings(settings.as_dict()) == settings


def test_where_mnist_is_not_here_it_rehearses_with_the_sample_and_what_the_parent_knew_is_remembered(digits_home):
    parent = make_settings(source="mnist", split="official")
    settings = fine_tune_settings(parent, "starter")
    assert (settings.source, settings.split, settings.parent, settings.parent_source) == (
        "sample", "tutorial", "starter", "mnist",
    )  # fmt: skip
    # A second generation remembers it still.
    assert fine_tune_settings(settings, "second").parent_source == "mnist"


def test_a_run_of_before_names_no_parent():
    saved = make_settings().as_dict()
    del saved["parent"], saved["parent_source"]
    assert read_settings(saved) == make_settings()
