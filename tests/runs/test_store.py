"""Runs: made, found, named, continued and deleted, by whoever does so at once."""

import os
import subprocess
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digits import tasks
from digits.drawings import store as drawings
from digits.errors import BadConfig, DamagedFile, DigitsError, RunBusy, UnknownRun
from digits.evaluation import store as results
from digits.networks.settings import make_settings
from digits.runs import models, updates
from digits.runs import store as runs
from digits.runs.run import FINISHED, MAX_EPOCHS, RunState
from digits.storage import database
from digits.storage.files import UNFINISHED_SECONDS, write_new
from digits.storage.home import run_folder
from digits.tasks import TRAINING, TaskState, claims
from digits.tasks import store as task_store
from tests.conftest import content
from tests.runs.conftest import finished, publish, row, tick, train
from tests.tasks.conftest import add_worker


@pytest.fixture
def run(digits_home):
    """A queued run."""
    run = runs.create(make_settings(architecture="cnn", epochs=3))
    with database.kept_open():  # quicker
        yield run


@pytest.fixture
def process():
    """A process that does nothing, to stand for a worker."""
    process = subprocess.Popen(["sleep", "100"])
    yield process
    process.kill()
    process.wait()


def claim(pid):
    """Let that process be at the next run."""
    worker = add_worker(pid, TRAINING)
    return worker, claims.claim(worker, TRAINING)


# Making and finding


def test_a_new_run_waits_and_knows_what_decides_it(run):
    assert (run.state, run.is_queued, run.settings) == (
        RunState.QUEUED, True, make_settings(architecture="cnn", epochs=3)
    )  # fmt: skip
    assert (run.num_epochs, run.epochs_done, run.val_accuracy, run.model) == (3, 0, None, None)
    assert runs.page() == runs.queue() == runs.active() == [run] == [runs.get(run.id)]


def test_a_run_that_is_trained_at_once_does_not_wait(digits_home):
    run = runs.create(make_settings(), queued=False, name="Mine", owner="anna")
    assert (run.state, run.name, run.owner, runs.queue()) == (RunState.STOPPED, "Mine", "anna", [])


def test_runs_made_in_the_same_second_get_ids_of_their_own_and_come_newest_first(digits_home):
    made = [runs.create(make_settings()).id for _ in range(5)]
    assert len(set(made)) == 5
    assert [run.id for run in runs.page()] == made[::-1]
    assert [run.id for run in runs.queue()] == made


def test_the_id_of_an_existing_folder_is_not_used_again(digits_home, monkeypatch):
    first = runs.create(make_settings()).id
    for number in range(2, 6):  # in this second and those to come
        run_folder(f"{first}-{number}").mkdir(parents=True)
    with database.writing() as connection:
        connection.execute("UPDATE runs SET id = ? WHERE id = ?", (f"{first}-9", first))
    run_folder(first).mkdir(exist_ok=True)
    assert not run_folder(runs.create(make_settings()).id).exists()


@pytest.mark.parametrize("run_id", ["", "nope", "../..", "a/b", "A", "x" * 65, "\0", "<script>", "..", "starter/.."])
def test_a_bad_id_is_refused(digits_home, run_id):
    with pytest.raises(UnknownRun, match="There is no such run") as told:
        runs.get(run_id)
    assert "list them: python -m digits runs" in told.value.hint
    for change in (runs.delete, runs.resume, lambda run_id: runs.rename(run_id, "x")):
        with pytest.raises(UnknownRun):
            change(run_id)


@pytest.mark.parametrize("exists", [True, False])
def test_questions_about_an_empty_home_make_no_file_and_no_folder(digits_home, exists):
    if not exists:
        digits_home.rmdir()
    assert runs.page() == runs.queue() == runs.active() == runs.unfinished() == runs.with_model() == []
    assert (runs.count(), runs.epochs("x"), runs.ticks("x"), runs.last_tick("x"), runs.files("x", "snapshot")) == (
        0, [], [], None, {}
    )  # fmt: skip
    with pytest.raises(UnknownRun):
        runs.get("x")
    assert models.chosen().is_starter and runs.followable() == []
    assert results.get(results.Subject.of(models.chosen()), "evaluate", "official") is None
    assert (drawings.drawings(), drawings.revision(), tasks.find("train", "x")) == ([], 0, None)
    runs.sweep()
    assert digits_home.exists() == exists and content(digits_home) == {}


def test_the_starter_is_a_run_that_is_done_and_has_its_numbers(digits_home):
    run = runs.get("starter")
    assert (run.is_starter, run.state, run.is_queued) == (True, RunState.DONE, False)
    assert len(runs.epochs("starter")) == run.epochs_done == run.num_epochs
    assert runs.page() == []


# Pages and search


@pytest.fixture
def many(digits_home):
    """Five runs, the newest first."""
    made = [runs.create(make_settings(architecture=name)) for name in ("linear", "mlp", "cnn", "cnn", "cnn")]
    runs.rename(made[0].id, "Äpfel und Birnen")
    runs.annotate(made[1].id, "The 100%_one", ["Größe", 'a "quoted" tag'])
    return made[::-1]


def test_a_page_is_a_part_of_all_runs(many):
    ids = [run.id for run in many]
    assert [run.id for run in runs.page(limit=2)] == ids[:2]
    assert [run.id for run in runs.page(limit=2, offset=4)] == ids[4:]
    assert [run.id for run in runs.page(limit=-1)] == ids
    assert (runs.count(), runs.page(offset=9)) == (5, [])


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("birnen", [4]), ("ÄPFEL", [4]), ("äpfel", [4]), ("größe", [3]), ("GRÖSSE", [3]), ("100%_", [3]),
        ("quoted", [3]), ("cnn", [0, 1, 2]), ("linear", [4]), ("%", [3]), ("'; DROP TABLE runs;", []), ("", range(5)),
    ],
)  # fmt: skip
def test_a_search_finds_names_notes_tags_ids_and_networks_in_any_case(many, search, found):
    assert [run.id for run in runs.page(search=search)] == [many[place].id for place in found]
    assert runs.count(search) == len(found)


def test_a_search_is_paged_too(many):
    assert [run.id for run in runs.page(limit=1, offset=1, search="cnn")] == [many[1].id]


# Names, notes and tags


NAMES = [
    "../../etc",
    "<script>alert(1)</script>",
    "مرحبا",
    "=1+1",
    "a\0b",
    "x" * 10_000,
    "\u202egnp.exe",
    "🙂",
    "\ud800",
]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=30)
@given(st.text() | st.sampled_from(NAMES))
def test_a_name_is_one_line_of_text_and_touches_no_path(run, digits_home, name):
    before = sorted(path.name for path in digits_home.rglob("*"))
    runs.rename(run.id, name)
    named = runs.get(run.id)
    assert len(named.name) <= 80 and named.title.isprintable() and named.title
    assert sorted(path.name for path in digits_home.rglob("*")) == before


def test_an_empty_name_brings_that_of_the_network_back(run):
    title = run.title
    runs.rename(run.id, "Mine")
    assert runs.get(run.id).title == "Mine · run 1"
    runs.rename(run.id, "  ")
    assert (runs.get(run.id).name, runs.get(run.id).title) == ("", title)


def test_notes_and_tags_are_kept_as_plain_text(run):
    assert (run.notes, run.tags) == ("", [])
    text = "two\nlines\0 and \u202eturned " + "x" * 600
    runs.annotate(run.id, text, [" good ", "good", "", "b\nc", *"defghijk"])
    kept = runs.get(run.id)
    assert kept.notes.startswith("two lines and turned xxx") and len(kept.notes) == 500
    assert kept.tags == ["good", "b c", *"defghi"]


# The life of a run


def test_the_states_of_a_run_along_its_pipeline(run):
    seen = []

    def look():
        seen.append((runs.get(run.id).state, runs.get(run.id).epochs_done, runs.get(run.id).model is not None))

    def pipeline(work, run_id, part):
        look()
        updates.set_stage(run_id, RunState.RUNNING)
        look()
        train(run_id, 2)
        look()
        publish(run_id)
        look()
        updates.set_stage(run_id, FINISHED)
        look()

    look()
    tasks.do_now("train", run.id, "", pipeline, lane=TRAINING)
    look()
    assert seen == [
        ("queued", 0, False), ("starting", 0, False), ("running", 0, False), ("running", 2, False),
        ("evaluating", 2, True), ("evaluating", 2, True), ("done", 2, True),
    ]  # fmt: skip


def test_a_run_whose_worker_was_killed_is_lost_and_can_be_continued_or_deleted(run, process):
    claim(process.pid)
    with pytest.raises(RunBusy, match="This run is starting"):
        runs.delete(run.id)
    with pytest.raises(RunBusy, match="starting already"):
        runs.resume(run.id)
    process.kill()
    process.wait()
    lost = runs.get(run.id)
    assert (lost.state, "ended unexpectedly" in lost.cause) == (RunState.LOST, True)
    assert runs.unfinished() == [lost] and runs.active() == []
    assert runs.resume(run.id).state == RunState.QUEUED
    tasks.stop(run.task_id)
    runs.delete(run.id)


def test_a_run_whose_worker_does_not_respond_keeps_its_state(run, process):
    claim(process.pid)
    with database.writing() as connection:
        connection.execute("UPDATE workers SET renewed = renewed - 100")
    found = runs.get(run.id)
    assert (found.state, found.is_responding) == (RunState.STARTING, False)
    assert runs.unfinished() == [found] == runs.active()


def test_details_of_how_a_run_runs_add_up(run):
    updates.set_stage(run.id, RunState.RUNNING, device="GPU", memory={"used": 1, "total": 2})
    updates.add_details(run.id, device="CPU", memory={"used": 3, "total": 2})
    assert runs.get(run.id).details == {"device": "CPU", "memory": {"used": 3, "total": 2}}


def test_epochs_and_ticks_are_stored_apart(run):
    for step in (5, 10):
        updates.add_tick(run.id, tick(1, step))
    updates.add_epoch(run.id, row(1))
    assert (runs.ticks(run.id), runs.epochs(run.id)) == ([tick(1, 5), tick(1, 10)], [row(1)])
    assert runs.last_tick(run.id) == tick(1, 10)
    assert (runs.get(run.id).epochs_done, runs.get(run.id).val_accuracy) == (1, row(1)["val_accuracy"])


def test_returning_to_a_checkpoint_removes_everything_after_it(run, digits_home):
    for epoch in (1, 2, 3):
        updates.add_tick(run.id, tick(epoch, 5))
        updates.add_epoch(run.id, row(epoch))
        stored = write_new(run_folder(run.id), f"snapshot-{epoch:04}.npz", lambda part: part.write_text(""))
        updates.add_file(run.id, "snapshot", epoch, stored)
    updates.return_to(run.id, [row(1)])
    assert (runs.epochs(run.id), runs.ticks(run.id)) == ([row(1)], [tick(1, 5)])
    assert list(runs.files(run.id, "snapshot")) == [1]
    assert [path.name for path in run_folder(run.id).iterdir()] == ["snapshot-0001.npz"]
    updates.return_to(run.id, [])
    assert (runs.epochs(run.id), runs.ticks(run.id), runs.files(run.id, "snapshot")) == ([], [], {})


def test_only_the_named_files_of_a_kind_stay(run):
    for epoch in range(1, 5):
        stored = write_new(run_folder(run.id), f"checkpoint-{epoch:04}.npz", lambda part: part.write_text(""))
        updates.add_file(run.id, "checkpoint", epoch, stored, keep=[epoch - 1])
    assert list(runs.files(run.id, "checkpoint")) == [3, 4]
    assert sorted(path.name for path in run_folder(run.id).iterdir()) == ["checkpoint-0003.npz", "checkpoint-0004.npz"]


# Its model


def test_a_new_model_replaces_the_old_one_and_everything_derived_from_it(digits_home):
    run = finished()
    old = run.model
    subject = results.Subject.of(run)
    results.put(subject, "evaluate", "tutorial", {"accuracy": 0.9})
    assert old.temperature == 1.5 and old.folder == run_folder(run.id)
    file = run_folder(run.id) / "other.tflite"
    file.write_bytes(b"another network")
    stored = write_new(run_folder(run.id), "model.tflite", lambda part: part.write_bytes(b"another network"))
    updates.publish_model(run.id, dict.fromkeys(old.files, stored), {}, "done")
    new = runs.get(run.id).model
    assert (new.files["model.tflite"].name, new.temperature) == ("model-2.tflite", None)
    assert results.get(results.Subject.of(runs.get(run.id)), "evaluate", "tutorial") is None
    updates.set_temperature(run, 3.0)  # of the old model, measured while the new one came
    assert runs.get(run.id).model.temperature is None
    assert not any((run_folder(run.id) / old.files[name].name).exists() for name in old.files)


@pytest.mark.parametrize("name", ["model.keras", "model.tflite", "layers.tflite"])
def test_a_model_file_with_a_flipped_bit_is_never_handed_out(digits_home, name):
    run = finished()
    file = run.model.file(name)
    harmed = bytearray(file.read_bytes())
    harmed[len(harmed) // 2] ^= 1
    file.write_bytes(harmed)
    with pytest.raises(DamagedFile, match=f"{name} was damaged on the disk"):
        runs.get(run.id).model.file(name)


# Continuing


def test_an_ended_run_continues_behind_its_owners_others_and_keeps_its_model_and_owner(digits_home):
    run = finished(runs.create(make_settings(epochs=3), owner="anna", queued=False), end=TaskState.STOPPED)
    other = runs.create(make_settings(), owner="anna")
    again = runs.resume(run.id)
    assert (again.state, again.owner, again.num_epochs, again.epochs_done) == (RunState.QUEUED, "anna", 3, 3)
    assert again.model == run.model and again in runs.with_model()
    assert [waiting.id for waiting in runs.queue()] == [other.id, run.id]
    with pytest.raises(RunBusy, match="This run is queued already"):
        runs.resume(run.id)


@pytest.mark.parametrize(
    ("end", "epochs", "sentence"),
    [
        (TaskState.DONE, None, "This run has done all its 3 epochs. Ask for more of them."),
        (TaskState.DONE, 3, "Epochs is 3; expected a last epoch from 4 to 1,000."),
        (TaskState.STOPPED, 2, "Epochs is 2; expected a last epoch from 3 to 1,000."),
        (TaskState.STOPPED, MAX_EPOCHS + 1, "Epochs is 1001; expected a last epoch from 3 to 1,000."),
    ],
)
def test_a_number_of_epochs_that_makes_no_sense_is_refused_and_changes_nothing(digits_home, end, epochs, sentence):
    run = finished(end=end)
    with pytest.raises(BadConfig) as told:
        runs.resume(run.id, epochs)
    assert str(told.value) == sentence
    assert runs.get(run.id) == run


def test_a_finished_run_may_have_more_epochs(digits_home):
    run = finished()
    again = runs.resume(run.id, 5)
    assert (again.state, again.num_epochs, again.stage, again.model) == (RunState.QUEUED, 5, "starting", run.model)
    assert again.settings.epochs == 3  # as it was planned


def test_a_finished_run_that_was_to_continue_and_did_not_can_still_do_so(digits_home):
    """A process at the command line asks for more epochs and is ended before it begins."""
    run = finished()
    runs.resume(run.id, 5, queued=False)
    assert runs.get(run.id).state == RunState.STOPPED
    assert runs.resume(run.id).num_epochs == 5


@pytest.mark.parametrize("end", [TaskState.FAILED, TaskState.LOST])
def test_a_run_that_lacks_only_its_evaluation_is_evaluated_again_and_not_trained(digits_home, end):
    run = finished()
    with database.writing() as connection:
        connection.execute("UPDATE tasks SET state = ?", (end,))
        connection.execute("UPDATE runs SET stage = 'evaluating'")
    assert runs.get(run.id).lacks_evaluation
    assert runs.resume(run.id).stage == RunState.EVALUATING
    tasks.stop(run.task_id)
    assert runs.resume(run.id, 4).stage == RunState.STARTING  # unless more epochs are wanted


@pytest.mark.parametrize("end", [TaskState.DONE, TaskState.STOPPED])
def test_a_run_whose_worker_was_killed_in_its_last_moment_came_to_its_end(digits_home, end):
    run = finished(end=end)
    with database.writing() as connection:
        connection.execute("UPDATE tasks SET state = 'lost'")
    found = runs.get(run.id)
    assert (found.state, found.stage, found.lacks_evaluation) == (RunState(str(end)), FINISHED, False)
    assert runs.unfinished() == []


def test_the_starter_cannot_be_continued_or_deleted(digits_home):
    for refused in (runs.resume, runs.delete):
        with pytest.raises(DigitsError, match="The starter model comes with Digits and cannot be"):
            refused("starter")


# Deleting


def test_a_deleted_run_leaves_nothing(digits_home):
    kept = finished()
    run = finished()
    runs.annotate(run.id, "a note", ["tag"])
    models.choose(run, "anna")
    results.put(results.Subject.of(run), "map", "tutorial", {}, lambda part: part.write_text("array"))
    assert (run_folder(run.id) / "evaluation").is_dir()
    runs.delete(run.id)
    with pytest.raises(UnknownRun):
        runs.get(run.id)
    assert runs.page() == [kept]
    assert not run_folder(run.id).exists()
    with database.reading() as connection:
        for table in ("runs", "epochs", "ticks", "run_files", "results", "tasks", "choices", "garbage"):
            rows = connection.execute(f"SELECT * FROM {table}").fetchall()
            assert not any(run.id in map(str, tuple(row)) for row in rows), table
    assert models.chosen("anna") == kept


def test_a_run_is_not_deleted_while_it_waits_or_is_evaluated(digits_home):
    run = finished()
    with database.writing() as connection:
        task_store.enqueue(connection, "map", run.id, "tutorial")
    with pytest.raises(RunBusy, match="This run is being evaluated. Stop it first, or wait"):
        runs.delete(run.id)
    tasks.stop(tasks.find("map", run.id, "tutorial").id)
    runs.delete(run.id)
    waits = runs.create(make_settings())
    with pytest.raises(RunBusy, match="This run is queued"):
        runs.delete(waits.id)


def test_a_folder_that_belongs_to_no_run_and_is_not_being_filled_is_swept(run, digits_home):
    old = time.time() - UNFINISHED_SECONDS - 1
    for name in (run.id, "20200101-000000-cnn", "20200101-000001-cnn"):
        run_folder(name).mkdir(parents=True)
        (run_folder(name) / "model.keras").write_text("")
        if name != "20200101-000001-cnn":
            os.utime(run_folder(name), (old, old))
    ended = run_folder("20200101-000002-cnn")  # of a database in whose place somebody put an older one
    ended.mkdir()
    (ended / "run.json").write_text("{}")
    os.utime(ended, (old, old))
    (digits_home / "runs" / "link").symlink_to("nowhere")
    runs.sweep()
    left = {path.name for path in (digits_home / "runs").iterdir()}
    assert left == {run.id, "20200101-000001-cnn", ended.name, "link"}


# The queue


def test_queued_runs_can_be_put_in_another_order_and_be_taken_out(digits_home):
    first, second, third = (runs.create(make_settings()) for _ in range(3))
    runs.move(third, 1)
    assert [run.id for run in runs.queue()] == [third.id, first.id, second.id]
    runs.stop(first)
    assert (runs.get(first.id).state, runs.get(first.id).phase) == (RunState.STOPPED, "Ended before it began")
    assert [run.id for run in runs.queue()] == [third.id, second.id]
    with pytest.raises(RunBusy, match="not waiting in the queue"):
        runs.move(first, 1)


def test_a_new_file_with_the_name_of_one_that_somebody_deleted_stays(digits_home):
    run = runs.create(make_settings())
    folder = run_folder(run.id)
    for _ in range(2):
        stored = write_new(folder, "snapshot-0001.npz", lambda part: part.write_bytes(b"weights"))
        updates.add_file(run.id, "snapshot", 1, stored)
        model = {"model.tflite": write_new(folder, "model.tflite", lambda part: part.write_bytes(b"model"))}
        updates.publish_model(run.id, model, {}, ended="done")
        there = {file.name for file in folder.iterdir()}
        for file in folder.iterdir():
            file.unlink()
    assert there == {"snapshot-0001.npz", "model.tflite"}
