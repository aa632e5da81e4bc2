"""What repeats a run elsewhere."""

import csv
import json
import shlex

import pytest

from digits.__main__ import main
from digits.networks.settings import make_settings
from digits.runs import sharing
from digits.runs import store as runs
from digits.storage.home import run_folder
from tests.runs.conftest import finished, row


@pytest.mark.parametrize(
    "settings",
    [
        make_settings(architecture="mlp", epochs=2, seed=7, learning_rate=0.003),
        make_settings(architecture="cnn-large", augmentation=True, schedule="one-cycle"),
        make_settings(architecture="cnn", augmentation=False, label_smoothing=0.1, xla="off"),
        make_settings(architecture="mlp", backend="jax", racers=3, race="learning-rates"),
    ],
)
def test_the_command_of_a_run_makes_a_run_with_the_same_settings(with_sample, monkeypatch, settings):
    created = []
    monkeypatch.setattr("digits.commands.train.check_installed", lambda backend: None)
    monkeypatch.setattr("digits.__main__.check_chosen", lambda: None)
    monkeypatch.setattr("digits.commands.train.train", lambda run: created.append(run) or ({}, None))
    command = sharing.command(runs.create(settings, queued=False))
    assert command.startswith("python -m digits train ")
    assert main([*shlex.split(command)[3:], "--json"]) == 0
    assert created[0].settings == settings


def test_a_run_with_more_epochs_than_planned_says_so(digits_home):
    run = finished()
    runs.resume(run.id, 9)
    assert sharing.command(runs.get(run.id)).endswith(" and then --resume RUN --epochs 9")


def test_a_fine_tuned_run_is_repeated_by_fine_tuning(digits_home):
    run = runs.create(make_settings(parent="20260101-120000-cnn", seed=3), queued=False)
    assert sharing.command(run) == "python -m digits fine-tune --run 20260101-120000-cnn --seed 3"


def test_a_finished_run_has_plain_files_for_people_and_other_tools(digits_home):
    run = finished()
    runs.rename(run.id, "Größe, 1")
    sharing.write_plain_files(runs.get(run.id))
    described = json.loads((run_folder(run.id) / "run.json").read_text(encoding="utf-8"))
    assert (described["run"], described["name"], described["epochs"]) == (run.id, "Größe, 1", 3)
    assert described["settings"] == run.settings.as_dict() and described["temperature"] == 1.5
    assert described["files"]["model.tflite"] == {"name": "model.tflite", "sha256": run.model.sha256}
    with (run_folder(run.id) / "metrics.csv").open(encoding="utf-8", newline="") as table:
        read = list(csv.DictReader(table))
    assert [{name: float(value) for name, value in line.items()} for line in read] == [row(1), row(2), row(3)]
