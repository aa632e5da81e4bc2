import numpy as np
import pytest

from digits.data.dataset import open_dataset
from digits.data.splits import split, take
from digits.errors import DamagedFile, DigitsError
from digits.networks.settings import read_config
from digits.runs import runs
from digits.training.fine_tuning import DRAWN, LEAST, Lessons, Taught, is_held_out, taught_config


def drawings(n=20, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (n, 28, 28), np.uint8)


@pytest.fixture
def taught(with_run):
    return Taught(drawings(), np.full(20, 7, np.uint8), with_run)


@pytest.fixture
def training_part(with_run):
    return take(open_dataset("sample"), split("tutorial", "sample").train)


def test_about_one_drawing_in_four_is_held_back_and_always_the_same():
    held = [is_held_out(image) for image in drawings(400)]
    assert 70 < sum(held) < 130
    assert held == [is_held_out(image) for image in drawings(400)]


def test_what_was_taught_comes_back_with_the_parent_as_it_was(taught, tmp_path):
    taught.save(tmp_path)
    back = Taught.load(tmp_path)
    assert (back.images == taught.images).all() and (back.labels == taught.labels).all()
    for name in ("model.keras", "model.tflite"):
        assert back.parent.model_file(name).read_bytes() == taught.parent.model_file(name).read_bytes()


@pytest.mark.parametrize("count", [0, LEAST - 1])
def test_too_few_drawings_are_refused_in_a_sentence(with_run, count):
    with pytest.raises(DigitsError, match=f"There are {count} drawings, expected at least 5. Draw more"):
        Taught(drawings(count), np.zeros(count, np.uint8), with_run)


def test_a_damaged_copy_is_said(taught, tmp_path):
    taught.save(tmp_path)
    (tmp_path / "taught.npz").write_bytes(b"PK nothing")
    with pytest.raises(DamagedFile, match="taught.npz of the run .* is missing or damaged"):
        Taught.load(tmp_path)


def test_a_parent_whose_model_is_damaged_makes_no_run(with_run):
    (with_run.path / "model.keras").write_bytes(b"cut")
    with pytest.raises(DamagedFile, match="model.keras"):
        runs.create(taught_config(with_run), Taught(drawings(), np.full(20, 7, np.uint8), with_run))
    assert [run.id for run in runs.all_runs()] == [with_run.id]
    assert len(list(with_run.path.parent.iterdir())) == 1


def test_a_lesson_is_even_and_learns_from_no_drawing_that_is_held_out(taught, training_part, monkeypatch):
    monkeypatch.setattr("digits.networks.augmentation.augment", lambda images, labels, rng, settings: images)
    images, labels = training_part
    lessons = Lessons(taught, images, labels, vary=False)
    seen, said = lessons.epoch(np.random.default_rng(0))
    assert np.bincount(said).tolist() == [len(lessons) // 10] * 10 and len(seen) == len(lessons) == len(said)
    known = {image.tobytes() for image in images}
    new = [image.tobytes() for image in seen if image.tobytes() not in known]
    assert len(new) == round(DRAWN * len(lessons) / 10)
    assert set(new) == {image.tobytes() for image in taught.images[~taught.held_out]}


def test_the_same_generator_gives_the_same_lesson_and_another_another(taught, training_part):
    first, again, other = (
        Lessons(taught, *training_part, vary=True).epoch(np.random.default_rng(seed))[0] for seed in (1, 1, 2)
    )
    assert (first == again).all() and not (first == other).all()


def test_a_taught_run_has_its_parents_network_and_data_and_names_it(with_run):
    config = taught_config(with_run)
    parent = with_run.config
    kept = ("architecture", "source", "split", "augmentation", "label_smoothing", "seed", "xla")
    assert all(getattr(config, name) == getattr(parent, name) for name in kept)
    assert (config.parent, config.parent_source) == (with_run.id, "")
    assert config.learning_rate == pytest.approx(0.001)
    assert read_config(config.as_dict()) == config


def test_where_mnist_is_not_here_the_starter_rehearses_on_the_sample_and_what_it_knew_is_remembered(with_sample):
    config = taught_config(runs.find("starter"))
    assert (config.source, config.split, config.parent, config.parent_source) == (
        "sample", "tutorial", "starter", "mnist",
    )  # fmt: skip


def test_a_run_of_before_names_no_parent(with_run):
    saved = with_run.config.as_dict()
    del saved["parent"], saved["parent_source"]
    assert read_config(saved) == with_run.config
