"""Runs as plain data: they travel whole, and of a hostile zip nothing is taken."""

import io
import json
import struct
import subprocess
import sys
import zipfile

import numpy as np
import pytest

from digits import tasks
from digits.data.dataset import open_dataset
from digits.errors import DigitsError, RunBusy
from digits.networks import architectures
from digits.networks.settings import make_settings
from digits.runs import exported_run, models, transfer
from digits.runs import store as runs
from digits.runs.run import FINISHED, RunState
from digits.storage import database
from digits.storage.home import ROOT, run_folder
from tests.conftest import content
from tests.runs.conftest import row

SETTINGS = make_settings(architecture="mlp", epochs=2)


def described(**changes):
    """What run.json of an exported run says."""
    return {
        "format": "digits run", "version": 1, "id": "20260101-120000-mlp", "created": "2026-01-01T12:00:00+00:00",
        "name": "Größe", "notes": "a note", "tags": ["tag"], "settings": SETTINGS.as_dict(), "num_epochs": 2,
        "ended": "done", "temperature": 1.5, "epochs": [row(1), row(2)],
        "details": {
            "device": "CPU", "backend": "tensorflow", "xla": True, "threads": 1, "seconds": 1.5,
            "note": "It continued.", "memory": {"used": 1, "total": 2},
            "versions": {"python": "3.11.7", "keras": "3.15.1"},
        },
    } | changes  # fmt: skip


def weights(settings=SETTINGS, **changes):
    """The arrays of weights.npz."""
    shapes = architectures.weight_shapes(settings)
    rng = np.random.default_rng(0)
    arrays = {f"arr_{n}": rng.normal(0, 0.1, shape).astype(np.float32) for n, shape in enumerate(shapes)}
    return arrays | changes


def npz(arrays):
    packed = io.BytesIO()
    np.savez_compressed(packed, **arrays)
    return packed.getvalue()


def zipped(**contents):
    """The zip of an exported run, with some files in the place of its own; None leaves one out."""
    files = {"run.json": json.dumps(described()), "weights.npz": npz(weights())}
    files |= {name.replace("__", "."): text for name, text in contents.items()}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            if text is not None:
                archive.writestr(name, text)
    return packed.getvalue()


@pytest.fixture
def file(tmp_path):
    """file(content, name) is a zip on the disk."""

    def file(content=None, name="run.zip"):
        (tmp_path / name).write_bytes(zipped() if content is None else content)
        return tmp_path / name

    return file


def test_an_imported_run_is_what_was_exported(digits_home, file):
    [run_id] = transfer.import_zips([file()], owner="anna")
    run = runs.get(run_id)
    assert (run.id, run.owner, run.name, run.notes, run.tags) == (
        "20260101-120000-mlp", "anna", "Größe", "a note", ["tag"]
    )  # fmt: skip
    assert (run.state, run.stage, run.settings, run.num_epochs) == (RunState.DONE, FINISHED, SETTINGS, 2)
    assert (runs.epochs(run.id), run.created) == ([row(1), row(2)], "2026-01-01T12:00:00+00:00")
    assert run.details["device"] == "CPU" and "note" not in run.details
    assert transfer.is_unbuilt(run) and run in runs.with_model() and runs.count("größe") == 1
    assert tasks.unfinished() == []  # nothing is computed before somebody uses it
    assert [path.name for path in run_folder(run.id).iterdir()] == ["weights.npz"]


def test_a_run_that_was_stopped_stays_stopped(digits_home, file):
    [run_id] = transfer.import_zips([file(zipped(run__json=json.dumps(described(ended="stopped"))))])
    assert runs.get(run_id).state == RunState.STOPPED


def test_a_race_keeps_its_networks(digits_home, file):
    race = make_settings(architecture="mlp", epochs=1, backend="jax", racers=2)
    one = row(1) | {
        "leader": 1,
        "racers": [{"val_loss": None, "val_accuracy": 0.1}, {"val_loss": 1, "val_accuracy": 1}],
    }
    text = json.dumps(described(settings=race.as_dict(), num_epochs=1, epochs=[one], details={"leader": 1}))
    [run_id] = transfer.import_zips([file(zipped(run__json=text))])
    assert runs.epochs(run_id) == [one]
    assert runs.get(run_id).trained_with.seed == race.seed + 1


def test_a_run_that_exists_already_is_imported_only_as_a_copy(digits_home, file):
    zips = [file(), file(name="again.zip")]
    with pytest.raises(DigitsError, match="This run exists already. Import it as a copy, or delete"):
        transfer.import_zips(zips)
    assert runs.page() == [] and not (digits_home / "runs" / "20260101-120000-mlp" / "weights.npz").exists()
    assert transfer.import_zips(zips, as_copies=True) == ["20260101-120000-mlp", "20260101-120000-mlp-2"]
    assert transfer.import_zips(zips[:1], as_copies=True) == ["20260101-120000-mlp-3"]
    assert runs.count() == 3


def test_the_id_of_a_queued_run_is_taken(digits_home, file):
    waits = runs.create(make_settings())
    zips = [file(zipped(run__json=json.dumps(described(id=waits.id))))]
    with pytest.raises(DigitsError, match="exists already"):
        transfer.import_zips(zips)
    assert transfer.import_zips(zips, as_copies=True) == [f"{waits.id}-2"]


@pytest.mark.parametrize("run_id", ["starter", "sample", "x" * 64])
def test_a_run_whose_id_is_reserved_gets_another_id(digits_home, file, run_id):
    text = json.dumps(described(id=run_id))
    if run_id[0] == "x":
        assert transfer.import_zips([file(zipped(run__json=text))]) == [run_id]
    [copy] = transfer.import_zips([file(zipped(run__json=text))], as_copies=True)
    assert copy != run_id and len(copy) <= 64


def test_all_zips_are_imported_or_none(digits_home, file):
    bad = file(b"no zip", "bad.zip")
    with pytest.raises(DigitsError):
        transfer.import_zips([file(), bad])
    assert content(digits_home) == {}


def with_(name, value):
    """A zip in which run.json says something else."""
    return lambda: zipped(run__json=json.dumps(described(**{name: value})))


def epochs(*rows):
    return with_("epochs", list(rows))


def arrays(**changes):
    """A zip in which weights.npz holds something else."""
    return lambda: zipped(weights__npz=npz(weights(**changes)))


WAS_HERE = ROOT / ".digits-was-here"


class Evil:
    """Runs a command where it is unpickled."""

    def __reduce__(self):
        return (open, (str(WAS_HERE), "w"))


def pickled():
    packed = io.BytesIO()
    np.savez(packed, **(weights() | {"arr_0": np.array([Evil()], object)}))
    return zipped(weights__npz=packed.getvalue())


def bomb_of_weights():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("arr_0.npy", bytes(exported_run.MAX_BYTES + 1))
    return zipped(weights__npz=packed.getvalue())


def lying():
    """An entry that says it is small and is not."""
    bomb = bytearray(zipped(run__json=bytes(9 << 20)))
    with zipfile.ZipFile(io.BytesIO(bytes(bomb))) as opened:
        start = opened.start_dir
    struct.pack_into("<I", bomb, bomb.index(b"run.json", start) - 46 + 24, 1000)
    return bytes(bomb)


def strange_settings(**changes):
    return with_("settings", SETTINGS.as_dict() | changes)


MNIST = SETTINGS.as_dict() | {"source": "mnist"}
SHAPE = np.zeros((784, 127), np.float32)
RACE = make_settings(architecture="mlp", epochs=2, backend="jax", racers=2).as_dict()
NAN = np.full((784, 128), np.nan, np.float32)
HOSTILE = {
    "nothing": (lambda: b"", "isn't a zip file, or it is damaged"),
    "text": (lambda: b"hello", "isn't a zip file, or it is damaged"),
    "cut": (lambda: zipped()[:-500], "isn't a zip file, or it is damaged"),
    "flipped": (lambda: zipped()[:60] + bytes(9) + zipped()[69:], "isn't a zip file, or it is damaged"),
    "one file less": (lambda: zipped(weights__npz=None), "lacks the file `'weights.npz'`. Choose a run"),
    "one file more": (lambda: zipped(model__keras=b"x"), "contains `'model.keras'`, which does not belong there"),
    "a path outside": (lambda: zipped(**{"../../outside": b"x"}), "contains `'../../outside'`, which does not belong"),
    "an absolute path": (lambda: zipped(**{"/etc/passwd": b"x"}), "contains `'/etc/passwd'`, which does not belong"),
    "drawings": (lambda: zipped(run__json=None, weights__npz=None, digits__json=b"{}"), "contains `'digits.json'`"),
    "a bomb": (lambda: zipped(run__json=bytes(exported_run.MAX_BYTES)), "too large: expected at most 64 MB"),
    "a bomb within": (bomb_of_weights, "too large: expected at most 64 MB"),
    "a lie about a size": (lying, "it is damaged"),
    "no JSON": (lambda: zipped(run__json=b"{"), "run.json in this zip isn't valid JSON"),
    "too deep": (lambda: zipped(run__json=b"[" * 99_999), "run.json in this zip isn't valid JSON"),
    "a list": (lambda: zipped(run__json=b"[]"), "something is missing or unknown"),
    "another format": (with_("format", "my digits"), "format is not as expected"),
    "a newer version": (with_("version", 2), "version is not as expected"),
    "an id that is a path": (with_("id", "../../x"), "id is not as expected"),
    "an id that is too long": (with_("id", "x" * 65), "id is not as expected"),
    "an id that is an option": (with_("id", "--help"), "id is not as expected"),
    "an id with a line break": (with_("id", "x\n"), "id is not as expected"),
    "an id that is a number": (with_("id", 5), "id is not as expected"),
    "no id": (lambda: zipped(run__json=json.dumps({"format": "digits run", "version": 1})), "something is missing"),
    "an unknown state": (with_("ended", "running"), "ended is not as expected"),
    "an unknown network": (strange_settings(architecture="evil"), "settings that Digits does not know"),
    "an unknown setting": (strange_settings(evil=1), "settings that Digits does not know"),
    "a rate beyond all numbers": (strange_settings(learning_rate=10**400), "settings that Digits does not know"),
    "settings out of range": (strange_settings(epochs=10**9), "settings that Digits does not know"),
    "settings that are a number": (with_("settings", 5), "settings is not as expected"),
    "an ensemble without members": (strange_settings(architecture="ensemble"), "settings that Digits does not know"),
    "an ensemble of ensembles": (
        strange_settings(architecture="ensemble", members=[SETTINGS.as_dict() | {"members": [{}]}] * 2),
        "settings that Digits does not know",
    ),
    "members that learned from other digits": (
        strange_settings(architecture="ensemble", members=[SETTINGS.as_dict(), MNIST]),
        "learned from different digits",
    ),
    "members that are a number": (strange_settings(members=5), "settings that Digits does not know"),
    "a thousand members": (
        strange_settings(architecture="ensemble", members=[SETTINGS.as_dict()] * 1000), "expected 2 to 10"
    ),
    "epochs out of order": (epochs(row(2), row(1)), "incomplete or not in order"),
    "an epoch that is missing": (epochs(row(2)), "incomplete or not in order"),
    "an epoch of NaN": (epochs(row(1) | {"val_loss": float("nan")}), "isn't valid JSON"),
    "an infinite epoch": (epochs(row(1) | {"loss": float("inf")}), "isn't valid JSON"),
    "an epoch beyond all numbers": (
        lambda: zipped(run__json=json.dumps(described()).replace("0.5", "1e999")), "seconds is not as expected"
    ),
    "an epoch of text": (epochs(row(1) | {"val_accuracy": "0.9"}), "epochs, 1, val_accuracy is not as expected"),
    "an epoch of true": (epochs(row(1) | {"epoch": True}), "epochs, 1, epoch is not as expected"),
    "epochs that are a number": (with_("epochs", 5), "epochs is not as expected"),
    "a million wrong epochs": (epochs(*[{}] * 1_000_000), "epochs is not as expected"),
    "a race without racers": (lambda: zipped(run__json=json.dumps(described(settings=RACE))), "do not fit its race"),
    "a leader that does not exist": (
        lambda: zipped(run__json=json.dumps(described(settings=RACE, epochs=[row(1) | {"leader": 9, "racers": []}]))),
        "do not fit its race",
    ),
    "more epochs than planned": (with_("num_epochs", 1), "more epochs or networks than it has"),
    "too many epochs": (with_("num_epochs", 10**9), "num_epochs is not as expected"),
    "half an epoch": (with_("num_epochs", 2.5), "num_epochs is not as expected"),
    "a temperature of nought": (with_("temperature", 0), "temperature is not as expected"),
    "a temperature of NaN": (with_("temperature", float("nan")), "isn't valid JSON"),
    "a temperature of text": (with_("temperature", "hot"), "temperature is not as expected"),
    "seconds of text": (with_("details", {"seconds": "long"}), "details, seconds is not as expected"),
    "a device that is Markdown": (with_("details", {"device": "![x](https://evil.example/x)"}), "details, device is"),
    "memory that is a list": (with_("details", {"memory": [1, 2]}), "details, memory is not as expected"),
    "a version that is a number": (with_("details", {"versions": {"keras": 3}}), "details, versions, keras is not"),
    "a leader of no race": (with_("details", {"leader": 10**9}), "details, leader is not as expected"),
    "a leader where nobody raced": (with_("details", {"leader": 1}), "more epochs or networks than it has"),
    "details that are a number": (with_("details", 5), "details is not as expected"),
    "a time without a date": (with_("created", "yesterday"), "it is damaged"),
    "tags that are a number": (with_("tags", 5), "tags is not as expected"),
    "a tag that is an object": (with_("tags", [{}]), "tags, 1 is not as expected"),
    "a name that is an object": (with_("name", {"a": 1}), "name is not as expected"),
    "notes that are nothing": (with_("notes", None), "notes is not as expected"),
    "weights of another shape": (arrays(arr_0=SHAPE), "weights of this run do not fit its network"),
    "weights of another kind": (arrays(arr_0=np.zeros((784, 128))), "weights of this run do not fit its network"),
    "weights of NaN": (arrays(arr_0=NAN), "weights of this run do not fit its network"),
    "one array more": (arrays(arr_4=SHAPE), "weights of this run do not fit its network"),
    "arrays of other names": (
        lambda: zipped(weights__npz=npz({f"arr_{n + 1}": a for n, a in enumerate(weights().values())})),
        "lacks the file `'arr_0.npy'`",
    ),
    "weights of another network": (
        lambda: zipped(weights__npz=npz(weights(make_settings(architecture="cnn")))), "do not fit its network"
    ),
    "weights that are no arrays": (lambda: zipped(weights__npz=b"x"), "it is damaged"),
    "a pickle": (pickled, "it is damaged"),
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_hostile_zip_is_refused_in_one_sentence_and_changes_nothing(digits_home, tmp_path, file, case):
    make, sentence = HOSTILE[case]
    with pytest.raises(DigitsError) as told:
        transfer.import_zips([file(make())])
    said = str(told.value)
    assert sentence in said and "\n" not in said and len(said) < 350 and str(tmp_path) not in said
    assert content(digits_home) == {} and {path.name for path in tmp_path.iterdir()} == {"home", "run.zip"}
    assert not WAS_HERE.exists()


def test_a_file_that_does_not_exist_or_is_too_large_is_refused(digits_home, file, tmp_path):
    with pytest.raises(DigitsError, match="There is no such file"):
        transfer.import_zips([tmp_path / "none.zip"])
    with pytest.raises(DigitsError, match="too large: expected at most 64 MB"):
        transfer.import_zips([file(bytes(exported_run.MAX_BYTES + 1))])


def test_hostile_texts_are_made_plain(digits_home, file):
    texts = {"name": "a\0\u202eb" + "x" * 200, "notes": "two\nlines", "tags": ["\x1b[31mred"] * 20}
    future = {"created": "9999-01-01T00:00:00+00:00"}
    [run_id] = transfer.import_zips([file(zipped(run__json=json.dumps(described(**texts, **future))))])
    run = runs.get(run_id)
    assert run.name.startswith("a bxxx") and len(run.name) == 80
    assert (run.notes, run.tags) == ("two lines", ["[31mred"] * 8)
    assert run.created < "9999"  # so that it is not the newest for ever


def test_a_time_before_all_time_zones_and_a_leader_with_a_point_are_made_usable(digits_home, file):
    race = make_settings(architecture="mlp", epochs=2, backend="jax", racers=2)
    racers = {"leader": 1.0, "racers": [{"val_loss": 1, "val_accuracy": 0.5}] * 2}
    changes = {"settings": race.as_dict(), "epochs": [row(1) | racers], "created": "0001-01-01T00:00:00+00:00"}
    text = json.dumps(described(**changes, details={"leader": 1.0, "best_of": 3.0}))
    [run_id] = transfer.import_zips([file(zipped(run__json=text))])
    run = runs.get(run_id)
    assert run.created.startswith("1970-01-01") and run.trained_with.seed == 1
    assert (run.details["leader"], str(run.details["best_of"])) == (1, "3")


def test_an_import_that_cannot_be_written_leaves_nothing(digits_home, file, monkeypatch):
    def refuse(*arguments, **options):
        raise ZeroDivisionError

    monkeypatch.setattr(transfer, "_insert", refuse)
    with pytest.raises(ZeroDivisionError):
        transfer.import_zips([file()])
    assert runs.page() == [] and not list(digits_home.rglob("weights*"))


def test_a_run_without_a_model_is_not_exported(digits_home, tmp_path):
    run = runs.create(make_settings(), queued=False)
    with pytest.raises(DigitsError, match="This run has no model to export: it is stopped"):
        transfer.export(run, tmp_path / "run.zip")
    assert not (tmp_path / "run.zip").exists()


def test_an_imported_run_that_is_being_trained_is_not_built_from_its_old_weights(digits_home, file):
    [run_id] = transfer.import_zips([file()])
    again = runs.resume(run_id, 5)
    assert not transfer.is_unbuilt(again) and transfer.ensure_built(again) == again
    with pytest.raises(RunBusy):
        runs.delete(run_id)


TRAVEL = """
import sys
from digits.__main__ import main
from digits.data.dataset import open_dataset
from digits.runs import models, store as runs
import numpy as np

run, zip_file, before, after = sys.argv[1:]
images = open_dataset("sample").images[4000:]
np.save(before, models.recognizer(runs.get(run)).probabilities(images))
assert main(["runs", "export", run, zip_file]) == 0
assert main(["runs", "import", zip_file]) == 1  # it is here
assert main(["runs", "import", zip_file, "--as-copies", "--json"]) == 0
assert runs.get(f"{run}-2").model is None
assert main(["runs", "choose", f"{run}-2"]) == 0  # its first use
np.save(after, models.recognizer(models.chosen()).probabilities(images))
"""


def test_an_exported_run_that_is_imported_and_used_gives_the_same_predictions(with_run, tmp_path):
    paths = [str(tmp_path / name) for name in ("run.zip", "before.npy", "after.npy")]
    process = subprocess.run(
        [sys.executable, "-c", TRAVEL, with_run.id, *paths], cwd=ROOT, capture_output=True, text=True
    )
    assert process.returncode == 0, process.stderr
    assert "This run exists already" in process.stderr
    [copy] = json.loads(process.stdout.splitlines()[-1])
    run = runs.get(copy)
    np.testing.assert_allclose(np.load(paths[1]), np.load(paths[2]), atol=1e-5)
    assert run.model.temperature == with_run.model.temperature
    assert (run.state, run.settings, runs.epochs(run.id)) == (RunState.DONE, with_run.settings, runs.epochs(run.id))
    assert models.chosen() == run and not transfer.is_unbuilt(run)
    assert models.activations(run).activations(open_dataset("sample").images[0])
    with database.reading() as connection:
        assert connection.execute("SELECT count(*) FROM tasks WHERE kind = 'build'").fetchone()[0] == 1
