import json

import numpy as np
import pytest

from digits.errors import DigitsError, RunBusy
from digits.evaluation import embedding_map, evaluate, features, robustness, store
from digits.evaluation.distortions import DISTORTIONS
from digits.evaluation.store import Subject
from digits.evaluation.test_sets import test_set as find_set
from digits.networks.settings import make_settings
from digits.runs import store as runs
from digits.storage import database
from tests.evaluation.conftest import damage, train_further


@pytest.fixture
def subject(with_run):
    return Subject.of(with_run)


@pytest.fixture
def everything(with_run):
    """The run with a result of every kind; returns the run."""
    chosen = find_set("tutorial", with_run.settings)
    features.compute(with_run, "tutorial")
    features.compute(with_run, "train")
    places = np.zeros((3, 3), np.float32)
    store.put(Subject.of(with_run), embedding_map.KIND, chosen.name, {"n": 3}, lambda file: np.save(file, places))
    curves = {name: {"strengths": list(known.strengths)} for name, known in DISTORTIONS.items()}
    store.put(Subject.of(with_run), robustness.KIND, chosen.name, {"curves": curves})
    return with_run


def stored(run):
    """All that the store has of the run's test set, by kind."""
    chosen = find_set("tutorial", run.settings)
    return {
        "report": evaluate.stored(run, chosen),
        "probabilities": evaluate.probabilities(run, chosen),
        "features": features.stored(run, "tutorial"),
        "training features": features.stored(run, "train"),
        "map": embedding_map.stored(run, chosen),
        "robustness": robustness.stored(run, chosen),
    }


def files_of(run):
    folder = Subject.of(run).folder
    return sorted(file.name for file in folder.iterdir()) if folder.is_dir() else []


def test_what_was_put_is_got(subject):
    store.put(subject, "kind", "part", {"n": 3}, lambda file: np.save(file, np.arange(3)))
    result = store.get(subject, "kind", "part")
    assert result.value == {"n": 3}
    assert result.array().tolist() == [0, 1, 2]
    assert store.get(subject, "kind") is None
    assert store.get(subject, "other", "part") is None


def test_a_later_result_replaces_an_earlier_one_and_its_file(with_run, subject):
    before = files_of(with_run)
    for number in (1, 2):
        store.put(subject, "kind", "", {"n": number}, lambda file, number=number: np.save(file, np.full(3, number)))
    result = store.get(subject, "kind")
    assert (result.value, result.array().tolist()) == ({"n": 2}, [2, 2, 2])
    assert len(files_of(with_run)) == len(before) + 1


def test_no_result_of_another_model_counts(everything):
    assert all(value is not None for value in stored(everything).values())
    run = train_further(everything)
    assert stored(run) == dict.fromkeys(stored(run))
    assert store.accuracies([run.id]) == {}


@pytest.mark.parametrize("how", ["damaged", "deleted"])
def test_a_result_with_a_damaged_or_missing_file_is_to_be_computed(everything, how):
    kinds = {"probabilities": "evaluate", "features": "features", "map": "map"}
    for kind in kinds.values():
        result = store.get(Subject.of(everything), kind, "tutorial")
        damage(result) if how == "damaged" else (result.folder / result.file.name).unlink()
    found = stored(everything)
    assert all(found[name] is None for name in kinds)
    assert found["report"]["n"] == 1_000  # it lies in the database
    assert found["training features"].shape == (3_200, 128)


@pytest.mark.parametrize("how", ["damaged", "deleted"])
def test_a_result_whose_file_was_damaged_or_deleted_can_be_computed_again(with_run, how):
    before = np.array(features.compute(with_run, "tutorial"))
    result = store.get(Subject.of(with_run), "features", "tutorial")
    damage(result) if how == "damaged" else (result.folder / result.file.name).unlink()
    features.compute(with_run, "tutorial")
    np.testing.assert_array_equal(features.stored(with_run, "tutorial"), before)


def test_a_result_whose_model_was_replaced_while_it_was_computed_is_dropped(with_run):
    before = files_of(with_run)

    def replace_model(fraction, phase):
        if fraction == 0:
            train_further(with_run)

    with pytest.raises(RunBusy, match="^This model was trained further meanwhile, so the result was dropped. Compute"):
        features.compute(with_run, "tutorial", replace_model)
    assert store.get(Subject.of(with_run), "features", "tutorial") is None
    assert features.stored(runs.get(with_run.id), "tutorial") is None
    assert files_of(with_run) == before


def test_deleting_a_run_deletes_its_results_and_their_files(everything):
    folder = Subject.of(everything).folder
    assert files_of(everything)
    runs.delete(everything.id)
    assert not folder.exists()
    with database.reading() as connection:
        assert connection.execute("SELECT count(*) FROM results").fetchone()[0] == 0


def test_a_result_of_a_run_that_was_deleted_meanwhile_is_dropped(with_run, subject):
    runs.delete(with_run.id)
    with pytest.raises(RunBusy, match="deleted meanwhile"):
        store.put(subject, "kind", "", {"n": 3}, lambda file: np.save(file, np.arange(3)))
    assert store.get(subject, "kind") is None
    assert not list(subject.folder.glob("*"))


def test_a_run_without_a_model_has_no_results(digits_home):
    run = runs.create(make_settings(), queued=False)
    with pytest.raises(DigitsError, match="no model"):
        Subject.of(run)
    assert evaluate.stored(run, find_set("tutorial", run.settings)) is None


def test_accuracies_of_many_runs_come_in_one_answer(with_run):
    report = evaluate.stored(with_run, find_set("tutorial", with_run.settings))
    found = store.accuracies([with_run.id, "20200101-000000-mlp", "starter"])
    assert found == {with_run.id: {"tutorial": {name: report[name] for name in ("accuracy", "n", "title", "interval")}}}
    assert json.loads(json.dumps(found)) == found
    assert store.accuracies([]) == {}
