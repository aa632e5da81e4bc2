"""The verbs about runs, drawings and what is computed about a model; none of these needs TensorFlow."""

import io
import json
import os
import re
import subprocess
import sys
import zipfile
from dataclasses import replace

import numpy as np
import pytest

from digits import classes, tasks
from digits.__main__ import main
from digits.commands import runs as runs_command
from digits.commands.printing import as_json
from digits.data.dataset import open_dataset
from digits.drawings import store as drawings
from digits.errors import DigitsError
from digits.networks.settings import make_settings
from digits.runs import store as runs
from digits.runs import transfer
from digits.runs.run import RunState
from digits.storage import database
from digits.storage.home import ROOT
from digits.tasks import places, workers
from tests.conftest import content
from tests.drawings.conftest import drawn
from tests.runs.conftest import finished, publish


@pytest.fixture(autouse=True)
def no_worker(monkeypatch):
    """What waits is started by nobody."""
    monkeypatch.setattr(workers, "_start", lambda worker, lane, *options: places.remove_worker(worker))


def test_every_verb_explains_itself(run):
    verbs = re.findall(r"^    ([a-z-]+) ", run("--help").out, flags=re.MULTILINE)
    assert {"data", "train", "evaluate", "predict", "runs", "map", "fine-tune", "backup", "restore"} <= set(verbs)
    for verb in verbs:
        said = run(verb, "--help")
        assert (said.code, said.err) == (0, "") and "usage: python -m digits" in said.out and "--json" in said.out


def test_every_action_knows_json_wherever_it_stands(run, digits_home, tmp_path, monkeypatch):
    one = finished(runs.create(make_settings(architecture="cnn-large"), queued=False))  # as the starter is
    drawings.put(drawn(1))
    zip_file, form, everything = tmp_path / "mine.zip", tmp_path / "form.html", tmp_path / "all.zip"
    for arguments, expected in {
        ("drawings", "--json", "export", zip_file): {"file": str(zip_file), "n": 1},
        ("drawings", "import", zip_file, "--json"): [{"file": str(zip_file), "new": 0, "known": 1, "other": 0}],
        ("class", "--json", "list"): [],
        ("--json", "class", "list"): [],
        ("form", form, "--json"): {"file": str(form)},
        ("runs", "--json", "export", one.id, zip_file): {"run": one.id, "path": str(zip_file)},
        ("runs", "--json", "import", "--as-copies", zip_file): [f"{one.id}-2"],
        ("runs", "delete", f"{one.id}-2", "--json"): {"deleted": f"{one.id}-2"},
    }.items():
        said = run(*arguments)
        assert said.code == 0 and json.loads(said.out) == expected, said
    assert json.loads(run("runs", "--json", "rename", one.id, "Mine").out)["name"] == "Mine"
    assert json.loads(run("backup", everything, "--json").out)["file"] == str(everything)
    monkeypatch.setenv("DIGITS_HOME", str(tmp_path / "new"))
    assert json.loads(run("restore", everything, "--json").out)["home"] == str(tmp_path / "new")


# Runs


def test_queued_runs_are_listed_with_their_places_moved_paused_and_stopped(run, digits_home):
    made = [runs.create(make_settings(architecture="linear")).id for _ in range(3)]
    assert [row["place"] for row in json.loads(run("runs", "--json").out)] == [3, 2, 1]
    assert run("runs", "move", made[2], 10**30).code == run("runs", "move", made[2], 1).code == 0
    assert {row["run"]: row["place"] for row in json.loads(run("runs", "--json").out)} == {
        made[2]: 1, made[0]: 2, made[1]: 3
    }  # fmt: skip
    assert run("runs", "stop", made[0]).code == run("runs", "pause", made[1]).code == 0
    lines = run("runs").out.splitlines()
    assert [line.split()[:2] for line in lines] == [[made[2], "queued"], [made[1], "paused"], [made[0], "stopped"]]
    refused = run("runs", "delete", made[2])
    assert refused.code == 1 and "This run is queued. Stop it first" in refused.err
    assert run("runs", "delete", made[0]).code == 0
    assert runs.count() == 2


def test_stop_does_not_wait_for_ever_for_a_worker_that_cannot_be_ended(run, digits_home, monkeypatch):
    stuck = replace(runs.create(make_settings()), state=RunState.RUNNING, is_responding=False)
    monkeypatch.setattr(runs, "get", lambda run_id: stuck)
    monkeypatch.setattr(runs_command, "END_SECONDS", 0.0)
    said = run("runs", "stop", stuck.id)
    assert said.code == 1 and "cannot be ended. It may wait for a disk" in said.err


def test_an_empty_home_gets_a_hint_and_no_file(run, digits_home):
    assert run("runs") == (0, "No runs yet. Train one: python -m digits train\n", "")
    assert run("runs", "--json").out == "[]\n"
    assert list(digits_home.iterdir()) == []


def test_one_run_is_shown_with_everything_known_about_it(run, digits_home):
    one = finished()
    shown = json.loads(run("runs", "show", one.id).out)
    assert shown["config"] == one.settings.as_dict() and len(shown["epochs"]) == 3
    assert (shown["status"]["state"], shown["status"]["device"]) == ("done", "CPU")
    assert json.loads(run("runs", "show", "starter", "--json").out)["epochs"]


def test_a_read_only_home_is_listed_and_every_change_is_refused_in_words(run, digits_home, make_read_only):
    one = finished()
    waits = runs.create(make_settings())
    with database.reading() as connection:
        assert connection.execute("SELECT count(*) FROM runs").fetchone()[0] == 2
    before = content(digits_home)
    make_read_only(digits_home)
    assert [row["run"] for row in json.loads(run("runs", "--json").out)] == [waits.id, one.id]
    for arguments in (["rename", one.id, "x"], ["choose", one.id], ["stop", waits.id], ["delete", one.id]):
        said = run("runs", *arguments)
        assert said.code == 1 and "cannot write its database" in said.err and len(said.err.splitlines()) == 1
    assert content(digits_home) == before


def test_import_needs_an_existing_zip(run, digits_home, tmp_path):
    said = run("runs", "import", tmp_path / "none.zip")
    assert (said.code, said.out) == (1, "") and "There is no such file. It should be" in said.err
    (tmp_path / "no.zip").write_text("hello")
    said = run("runs", "import", tmp_path / "no.zip", "--as-copies")
    assert said.code == 1 and "isn't a zip file, or it is damaged" in said.err and len(said.err.splitlines()) == 1


def test_an_imported_run_gets_its_model_at_its_first_use_whichever_that_is(run, digits_home, tmp_path, monkeypatch):
    one = finished(runs.create(make_settings(architecture="cnn-large"), queued=False))
    monkeypatch.setattr(transfer, "build", lambda run_id, on_progress: publish(run_id))
    for arguments, sentence in {
        ("fine-tune", "--run"): "too few drawings to learn from",
        ("serve", "--host", "256.256.256.256", "--run"): "This address or port can't be used",
    }.items():
        [copy] = transfer.import_zips([transfer.pack(one)], as_copies=True)
        said = run(*arguments, copy)
        assert said.code == 1 and sentence in said.err


# Continuing a training


def test_settings_that_cannot_change_when_a_run_continues_are_refused_first(run, with_sample):
    one = finished()
    for arguments, sentence in {
        ("--seed", "1"): "--seed cannot change when a run continues; only --epochs can",
        ("--no-augmentation",): "--augmentation cannot change when a run continues",
        (): "This run has done all its 3 epochs. Ask for more of them.",
        ("--epochs", "2"): "Epochs is 2; expected a last epoch from 4 to 1,000.",
    }.items():
        said = run("train", "--resume", one.id, *arguments)
        assert (said.code, said.out) == (2, "") and sentence in said.err and len(said.err.splitlines()) == 1
    assert runs.get(one.id) == one
    assert "There is no such run" in run("train", "--resume", "nope").err
    assert "The starter model comes with Digits and cannot be continued" in run("train", "--resume", "starter").err


def test_a_run_that_is_at_work_elsewhere_is_not_continued(run, with_sample):
    waits = runs.create(make_settings())
    said = run("train", "--resume", waits.id)
    assert said.code == 1 and "This run is queued already" in said.err


# What is computed about a model


def test_results_of_a_model_are_printed(run, with_sample):
    one = finished(source="sample")
    report = json.loads(run("evaluate", one.id, "--json").out)
    assert (report["n"], np.sum(report["confusion"])) == (1_000, 1_000) and report["accuracy"] > 0.9
    lines = run("evaluate", one.id).out.splitlines()
    assert lines[0] == one.id and "test part of the 80/20 split" in lines[1] and len(lines) > 20
    assert run("features", one.id, "tutorial").out.endswith(f"features of 1,000 digits by {one.id}\n")
    assert tasks.find("features", one.id, "tutorial").state == tasks.TaskState.DONE


def test_every_model_is_evaluated_on_other_hands(run, with_sample):
    one = finished(source="sample")
    for run_id in (one.id, "starter"):
        report = json.loads(run("evaluate", run_id, "--test", "optdigits", "--json").out)
        assert (report["run"], report["test"], report["n"]) == (run_id, "optdigits", 1_797)
        assert report["title"] == "Optdigits, other hands (1,797 digits)"
    assert report["accuracy"] == pytest.approx(0.9777, abs=0.002)


def test_the_starter_has_features_of_the_sample_from_which_it_learned(run, with_sample):
    assert run("features", "starter", "sample").out == "96 features of 5,000 digits by starter\n"


def test_digits_that_only_test_are_neither_audited_nor_learned_from(run, with_sample):
    said = run("audit", "optdigits")
    assert (said.code, said.out) == (2, "") and "Optdigits has no training digits" in said.err
    assert "expected one of sample, mnist" in run("train", "--source", "optdigits").err


def test_a_damaged_model_is_reported_and_nothing_is_predicted(run, with_sample, tmp_path):
    one = finished()
    one.model.file("model.tflite").write_bytes(b"damaged")
    for arguments in (["evaluate", one.id], ["predict", "--run", one.id, tmp_path], ["runs", "choose", one.id]):
        said = run(*arguments)
        assert (said.code, said.out) == (1, "")
        assert "model.tflite was damaged on the disk" in said.err and "Traceback" not in said.err


# Data


def test_a_source_is_prepared_and_described(run, digits_home):
    said = run("data", "sample", "--json")
    facts = json.loads(said.out)
    assert (said.code, facts["num_train"], facts["label_histogram"]["train"]) == (0, 5_000, [500] * 10)
    assert "Writing" in said.err and len(open_dataset("sample").images) == 5_000
    assert run("data", "sample").out == "MNIST sample: 5,000 digits are ready.\n"
    assert [line.split()[:2] for line in run("data").out.splitlines()] == [
        ["sample", "ready"], ["mnist", "absent"], ["optdigits", "ready"]
    ]  # fmt: skip


def test_the_cause_of_a_failed_preparation_is_listed(run, with_sample, monkeypatch, tmp_path):
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path / "none"))
    monkeypatch.setattr("digits.data.mnist._network_answers", lambda: False)
    assert "Use the sample instead" in run("data", "mnist").err
    listed = json.loads(run("data", "--json").out)["mnist"]
    assert listed["state"] == "failed" and "Use the sample instead" in listed["error"]


# My drawings


def test_drawings_are_counted_exported_and_imported_once(run, digits_home, tmp_path, monkeypatch):
    assert run("drawings").out.startswith("0 drawings; 0: 0, ")
    for label, x in ((1, 190), (7, 120)):
        drawings.put(drawn(label, x=x))
    assert json.loads(run("drawings", "--json").out) == {"n": 2, "by_digit": [0, 1, 0, 0, 0, 0, 0, 1, 0, 0]}
    zip_file = tmp_path / "mine.zip"
    assert run("drawings", "export", zip_file).out == f"2 drawings are in {zip_file}.\n"
    (tmp_path / "bad.zip").write_text("hello")
    monkeypatch.setenv("DIGITS_HOME", str(tmp_path / "other"))
    said = run("drawings", "import", zip_file, zip_file, tmp_path / "bad.zip", tmp_path / "none.zip")
    assert said.code == 1
    assert said.out.splitlines() == [
        f"{zip_file}: 2 new, 0 known, 0 known by another label", f"{zip_file}: 0 new, 2 known, 0 known by another label"
    ]  # fmt: skip
    assert [line.split(":")[0] for line in said.err.splitlines()] == [f"{tmp_path}/bad.zip", f"{tmp_path}/none.zip"]


def test_too_few_drawings_are_reported_and_make_no_run(run, with_sample):
    drawings.put(drawn(1))
    said = run("fine-tune")
    assert said.code == 1 and "too few drawings to learn from: 1" in said.err
    assert runs.count() == 0


# Classes


@pytest.mark.parametrize(("given", "pin"), [([], r"\d{6}"), (["--pin"], r"\d{6}"), (["--pin", "12 34"], "12 34")])
def test_a_class_opens_with_a_pin_that_is_made_unless_it_is_given(run, digits_home, given, pin):
    opened = json.loads(run("class", "open", "--name", "7b", *given, "--json").out)
    assert re.fullmatch(pin, opened["pin"]) and classes.has_pin(classes.get(opened["code"]), opened["pin"])
    refused = run("class", "open", "--name", "7b", "--pin", "")
    assert refused.code == 2 and "The PIN has 0 characters" in refused.err


# Backups


def test_a_backup_can_be_made_and_restored(run, digits_home, tmp_path, monkeypatch):
    one = finished()
    said = run("backup", tmp_path / "all.zip")
    assert said.code == 0 and said.out.endswith(f"files are in {tmp_path / 'all.zip'}.\n")
    with zipfile.ZipFile(tmp_path / "all.zip") as archive:
        assert f"{len(archive.namelist()):,} files" in said.out
    said = run("restore", tmp_path / "all.zip")
    assert said.code == 1 and f"Set DIGITS_HOME; {digits_home} is not empty." in said.err
    monkeypatch.setenv("DIGITS_HOME", str(tmp_path / "new"))
    assert run("restore", tmp_path / "all.zip").code == 0
    assert runs.get(one.id).model.file("model.tflite").is_relative_to(tmp_path / "new")


def test_there_is_nothing_to_back_up_in_an_empty_home(run, digits_home, tmp_path):
    said = run("backup", tmp_path / "all.zip")
    assert said.code == 1 and "There is nothing to back up yet" in said.err and not (tmp_path / "all.zip").exists()


# How a command ends


def test_an_error_is_one_sentence_with_its_hint_and_no_traceback(run, digits_home, monkeypatch):
    def fail(limit):
        raise DigitsError("It does not work.", "It is in /tmp.")

    monkeypatch.setattr(runs_command.store, "page", fail)
    assert run("runs") == (1, "", "python -m digits: It does not work. It is in /tmp.\n")


def test_ctrl_c_ends_without_a_traceback(run, digits_home, monkeypatch):
    def interrupt(limit):
        raise KeyboardInterrupt

    monkeypatch.setattr(runs_command.store, "page", interrupt)
    said = run("runs")
    assert said.code not in (0, 2) and len(said.err.splitlines()) == 1 and "Traceback" not in said.err


def test_what_nobody_foresaw_is_a_sentence_and_its_traceback_is_in_a_log(run, digits_home, monkeypatch):
    monkeypatch.setattr(runs_command.store, "page", lambda limit: 1 / 0)
    log = digits_home / "logs" / "commands.log"
    sentence = f"It failed because of a fault in Digits: division by zero. The log has more: {log}"
    assert run("runs") == (1, "", f"python -m digits: {sentence}\n")
    assert "ZeroDivisionError" in log.read_text()


@pytest.mark.parametrize("arguments", [["runs", "--json"], ["runs", "--help"]])
@pytest.mark.parametrize(("file", "code", "said"), [("", 0, ""), ("/dev/full", 1, "No space left on device")])
def test_output_that_nobody_takes_is_noticed_before_the_end(
    digits_home, monkeypatch, capsys, arguments, file, code, said
):
    """Otherwise what is still in Python's memory is lost without a word, and the exit code is 120."""
    reads, writes = os.pipe()
    os.close(reads)
    with monkeypatch.context() as patch, os.fdopen(os.open(file, os.O_WRONLY) if file else writes, "w") as stream:
        patch.setattr(sys, "stdout", stream)
        assert main(arguments) == code
    told = capsys.readouterr().err
    assert said in told and len(told.splitlines()) == code


def test_streams_that_are_closed_take_nothing_else_in_their_place(digits_home):
    """A file that is opened then would get the number of one of them."""
    code = (
        "import os, sys; from digits import __main__ as program; program._open_streams(); print('x'); sys.exit("
        "any(os.fstat(number).st_rdev != os.stat(os.devnull).st_rdev for number in range(3)))"
    )
    command = ["sh", "-c", 'exec "$0" -c "$1" <&- >&- 2>&-', sys.executable, code]
    assert subprocess.run(command, cwd=ROOT).returncode == 0


def test_a_name_prints_as_one_line_whatever_is_in_it(run, digits_home, tmp_path):
    said = run("predict", tmp_path / "a\nb\x1b[2J\udcff.png")
    assert said.out == f"{tmp_path}/a\\nb\\x1b[2J\\udcff.png: The file can't be read: No such file or directory.\n"
    assert run("restore", "a\nb").err.count("\n") == run("runs", "a", "a\nb").err.count("\n") == 1


@pytest.mark.parametrize("arguments", [["data", "remove"], ["sweep", "--resume"], ["evaluate"], ["class", "members"]])
def test_an_argument_that_is_no_text_names_nothing(run, digits_home, arguments):
    said = run(*arguments, "\udcff")
    assert said.code in (1, 2) and "damaged" not in said.err and len(said.err.splitlines()) == 1


def test_numbers_that_json_does_not_know_are_null():
    assert as_json({"loss": float("nan"), "best": [float("-inf"), 0.5]}) == '{"loss": null, "best": [null, 0.5]}'


def test_a_reader_that_has_seen_enough_causes_no_failure(digits_home, monkeypatch):
    for _ in range(3):
        runs.create(make_settings())

    class Closed(io.StringIO):
        def write(self, text):
            raise BrokenPipeError

    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", Closed())
        assert main(["runs"]) == 0


def test_the_program_runs_from_its_folder_as_the_docs_say(digits_home):
    """A process for real: what stands in `if __name__ == "__main__"`, and the exit code."""
    for arguments, code in ((["runs", "--json"], 0), (["runs", "show", "x"], 1), (["dance"], 2)):
        process = subprocess.run(
            [sys.executable, "-m", "digits", *arguments], cwd=ROOT, capture_output=True, text=True,
            env={**os.environ, "DIGITS_HOME": str(digits_home)},
        )  # fmt: skip
        assert process.returncode == code and "Traceback" not in process.stderr
        assert (process.stdout == "[]\n") == (code == 0)
    assert runs.count() == 0 and RunState.DONE.is_final
