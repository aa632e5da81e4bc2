"""Several trained networks joined into one."""

import json
import shutil

import numpy as np
import pytest

from digits.data.dataset import open_dataset
from digits.errors import BadConfig, DigitsError
from digits.evaluation import evaluate
from digits.evaluation.score_card import lines, score_card
from digits.inference.recognizer import Recognizer
from digits.networks import architectures, weights
from digits.networks.damage import Damage
from digits.networks.settings import make_settings, read_settings
from digits.runs import ensemble, healing, sharing, transfer
from digits.runs import store as runs
from digits.runs.run import FINISHED, Run, RunState
from digits.storage.home import run_folder
from digits.tasks import COMPUTING
from tests.conftest import digits
from tests.runs.test_transfer import zipped

IMPORTED = "20260101-120000-mlp"


@pytest.fixture(scope="session")
def joined_home(shared_home, trained_home):
    """A DIGITS_HOME with a run, an imported one with the same network, and the ensemble of both.

    What the command line printed is in logs/ensemble.json.
    """

    def make(home):
        shutil.copytree(trained_home, home, dirs_exist_ok=True)
        (home / "run.zip").write_bytes(zipped())
        digits("runs", "import", home / "run.zip", home=home)
        own = json.loads((home / "logs" / "train.json").read_text())["run"]
        said = digits("ensemble", own, IMPORTED, "--name", "Both", "--json", home=home).stdout
        (home / "logs" / "ensemble.json").write_text(said)

    return shared_home("joined_home", make)


@pytest.fixture
def joined(digits_home, joined_home) -> Run:
    """The ensemble."""
    shutil.copytree(joined_home, digits_home, dirs_exist_ok=True)
    return runs.get(json.loads((digits_home / "logs" / "ensemble.json").read_text())["run"])


def members_of(run: Run) -> list[Run]:
    return [runs.get(member.parent) for member in run.settings.members]


def predicted(run: Run) -> np.ndarray:
    """What a network predicts for some digits, without its calibration."""
    return Recognizer.load(run.model.file("model.tflite")).probabilities(open_dataset("sample").images[4000:4050])


def test_an_ensemble_predicts_the_mean_of_its_members_and_is_evaluated_like_any_run(joined):
    one, other = members_of(joined)
    assert other.id == IMPORTED and not np.allclose(predicted(one), predicted(other), atol=0.1)
    assert np.allclose(predicted(joined), (predicted(one) + predicted(other)) / 2, atol=1e-5)
    assert (joined.state, joined.stage, joined.title) == (RunState.DONE, FINISHED, f"Both · run {joined.number}")
    assert joined.settings.title == "Ensemble of 2" and joined.model.temperature
    assert joined.details["seconds"] == one.details["seconds"] + other.details["seconds"]
    [report] = evaluate.reports(joined)
    card = lines(score_card(joined, report))
    assert card["Members"] == "One hidden layer (seed 0), One hidden layer (seed 0)"
    assert card["Network"].startswith("Ensemble (ensemble), 203,540 parameters") and not {"Epochs", "Seed"} & set(card)


def test_its_price_stands_beside_that_of_its_members(joined, digits_home):
    prices = json.loads((digits_home / "logs" / "ensemble.json").read_text())["price"]
    assert [row["run"] for row in prices] == [joined.id, *(member.id for member in members_of(joined))]
    assert [row["parameters"] for row in prices] == [203_540, 101_770, 101_770]
    assert all(row["milliseconds"] > 0 for row in prices)


def test_it_outlives_its_members_and_travels(joined, tmp_path):
    own = [array for member in members_of(joined) for array in transfer.weights(member)]
    for member in members_of(joined):
        runs.delete(member.id)
    transfer.export(joined, tmp_path / "joined.zip")
    [copy] = map(runs.get, transfer.import_zips([tmp_path / "joined.zip"], as_copies=True))
    for run in (joined, copy):
        assert all(np.array_equal(*pair) for pair in zip(own, transfer.weights(run), strict=True))
    assert weights.read(joined.model.file("model.keras"), joined.settings)[-1].shape == (10,)
    names = [member.parent for member in joined.settings.members]
    assert sharing.command(joined) == f"python -m digits ensemble {' '.join(names)}"
    assert sharing.command(copy) == "python -m digits ensemble RUN RUN"  # another machine has other runs


def test_it_is_not_trained_further(joined):
    for again in (lambda: runs.resume(joined.id), lambda: runs.resume(joined.id, 50)):
        with pytest.raises(BadConfig, match="An ensemble is not trained. Continue the training of its members"):
            again()
    with pytest.raises(BadConfig, match="An ensemble cannot be trained further. Choose one of its members."):
        healing.begin(joined, Damage(noise=1))


def test_what_cannot_be_joined_is_refused_and_leaves_nothing(joined):
    one, other = members_of(joined)
    refused = {
        "An ensemble needs at least two different runs.": [[one], [one, one]],
        "An ensemble cannot be a member of another one": [[joined, one]],
        "These networks learned from different digits": [[one, runs.get("starter")]],
        "This run has no model": [[one, runs.create(one.settings, queued=False)]],
    }
    before = [run.id for run in runs.page()]
    for sentence, groups in refused.items():
        for group in groups:
            with pytest.raises(DigitsError, match=sentence):
                ensemble.begin(group)
    assert [run.id for run in runs.page()] == before


def test_it_waits_for_no_device_and_goes_on_where_it_was_ended(joined):
    run = ensemble.begin(members_of(joined))
    assert run.is_queued and run.lane == COMPUTING and runs.queue() == []
    assert [path.name for path in run_folder(run.id).iterdir()] == ["members.npz"]
    runs.stop(run)
    assert runs.get(run.id).state == RunState.STOPPED
    assert runs.resume(run.id).is_queued


def test_its_settings_are_read_back_and_name_every_weight():
    mlp, cnn = (make_settings(architecture=name) for name in ("mlp", "cnn"))
    saved = mlp.as_dict() | {"architecture": "ensemble", "members": [mlp.as_dict(), cnn.as_dict()]}
    whole = read_settings(json.loads(json.dumps(saved)))
    assert whole.members == (mlp, cnn) and whole.changes == {} and "members" not in mlp.as_dict()
    assert architectures.weight_shapes(whole) == architectures.weight_shapes(mlp) + architectures.weight_shapes(cnn)
    with pytest.raises(BadConfig, match="Network is 'ensemble'; expected one of linear, mlp"):
        make_settings(architecture="ensemble")
