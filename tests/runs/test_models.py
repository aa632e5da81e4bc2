import pytest

from digits.errors import DigitsError
from digits.runs import models, runs
from digits.storage.records import write_json


def test_without_any_run_the_starter_reads(digits_home):
    assert [run.id for run in models.usable()] == ["starter"]
    assert models.chosen().id == "starter"


def test_the_newest_finished_run_reads_unless_another_was_chosen(with_run):
    assert models.chosen() == with_run
    models.choose(runs.find("starter"))
    assert models.chosen().id == "starter"


def test_a_chosen_run_that_is_gone_is_forgotten(with_run):
    write_json(with_run.path.parent.parent / "chosen.json", {"run": "20200101-000000-mlp"})
    assert models.chosen() == with_run


@pytest.mark.parametrize("value", [{"run": "../.."}, {"run": 5}, {}, {"run": None}])
def test_a_damaged_choice_does_no_harm(digits_home, value):
    write_json(digits_home / "chosen.json", value)
    assert models.chosen().id == "starter"


def test_with_no_model_at_all_the_way_to_one_is_said(digits_home, tmp_path, monkeypatch):
    monkeypatch.setattr(runs, "STARTER", tmp_path / "none")
    with pytest.raises(DigitsError, match="Train one: python -m digits train"):
        models.chosen()


def test_a_run_stopped_in_its_first_epoch_reads_only_if_it_was_chosen(with_run):
    (with_run.path / "metrics.jsonl").unlink()
    assert models.chosen().id == "starter"
    models.choose(with_run)
    assert models.chosen() == with_run
