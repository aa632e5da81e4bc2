import time

import pytest

from digits.errors import DigitsError
from digits.networks.settings import make_settings
from digits.runs import queue, runs
from digits.runs.run import SILENT_SECONDS, RunState
from digits.storage.records import append_json_line, write_json
from digits.tasks import process
from pages.shared.text import isolated
from pages.train import settings
from tests.pages.conftest import click, texts


@pytest.fixture
def started(monkeypatch):
    """The runs that the page asked a worker to train; no worker is started."""
    asked = []
    monkeypatch.setattr(queue, "start", asked.append)
    return asked


def test_the_defaults_come_with_the_network(open_page, with_sample):
    page = open_page("train")
    assert page.session_state["train_epochs"] == 4
    page.segmented_control(key="train_architecture").set_value("mlp").run()
    numbers = [page.number_input(key=f"train_{name}").value for name in ("epochs", "batch_size", "learning_rate")]
    assert numbers == [10, 32, 0.01]


def test_the_layers_are_shown_before_anything_starts(open_page, with_sample):
    page = open_page("train")
    page.segmented_control(key="train_architecture").set_value("mlp").run()
    assert page.dataframe[0].value["Output"].tolist() == ["28 × 28 × 1", "784", "128", "10"]
    assert "101,770 parameters. Loss: categorical cross-entropy. Optimizer: Adam." in texts(page)
    assert (
        "The network learns from 3,200 digits. After each epoch it is checked on 800 others, "
        "and at the end it is tested on 1,000 it has never seen."
    ) in texts(page)


def test_start_makes_a_run_starts_its_worker_and_watches_it(open_page, with_sample, started):
    page = open_page("train")
    page.segmented_control(key="train_architecture").set_value("mlp").run()
    page.number_input(key="train_epochs").set_value(4)
    click(page, "Start training")
    (run,) = runs.all_runs()
    assert started == [run]
    assert run.config == make_settings(architecture="mlp", epochs=4)
    assert page.session_state["train_view"] == "Watch"
    assert page.selectbox(key="run").value == run.id


@pytest.mark.parametrize("there", [True, False])
def test_jax_and_the_race_are_offered_only_where_jax_is_installed(open_page, with_sample, started, monkeypatch, there):
    monkeypatch.setattr(settings, "is_installed", lambda name: there)
    page = open_page("train")
    shown = [box.key for box in page.number_input]
    assert ("train_racers" in shown) == there
    if there:
        page.number_input(key="train_racers").set_value(3)
        click(page, "Start training")
        problem = "Networks at once is 3, but only JAX trains several together. Choose JAX, or 1 network."
        assert page.error[0].value == problem
        page.segmented_control(key="train_backend").set_value("jax").run()
        page.segmented_control(key="train_race").set_value("learning-rates").run()
    click(page, "Start training")
    (run,) = runs.all_runs()
    chosen = ("jax", 3, "learning-rates") if there else ("tensorflow", 1, "seeds")
    assert (run.config.backend, run.config.racers, run.config.race) == chosen


def test_a_setting_that_the_browser_made_up_is_refused_in_a_sentence(open_page, with_sample, started):
    page = open_page("train")
    page.session_state["train_batch_size"] = 65_000
    click(page, "Start training")
    assert page.error[0].value == "Batch size is 65,000, but there are only 3,200 training digits. Start with 32."
    assert not started and not runs.all_runs()


def test_without_runs_watch_says_how_to_begin(open_page, with_sample):
    page = open_page("train", train_view="Watch")
    assert "Choose a network under **Set up**" in page.info[0].value


def live(run, **changes):
    status = {"state": "running", "phase": "Training", "updated": time.time(), "device": "CPU", "xla": True}
    write_json(run.path / "status.json", status | changes)


def test_a_running_run_shows_its_state_device_progress_and_time_left(open_page, with_sample):
    run = runs.create(make_settings(epochs=10, backend="jax", racers=2, race="learning-rates"))
    epoch = {"epoch": 1, "seconds": 2.0, "loss": 0.5, "accuracy": 0.85, "val_loss": 0.4, "val_accuracy": 0.875}
    each = [{"val_loss": 0.4, "val_accuracy": 0.875}, {"val_loss": 0.5, "val_accuracy": 0.85}]
    epoch |= {"leader": 0, "racers": each}
    append_json_line(run.path / "metrics.jsonl", {"epoch": 1, "step": 5, "steps": 25, "loss": 0.9, "accuracy": 0.7})
    append_json_line(run.path / "metrics.jsonl", epoch)
    with run.lock():
        memory = {"used": 1_100_000_000, "total": 16_000_000_000}
        live(run, progress={"epoch": 2, "step": 10, "steps": 25}, elapsed=7.0, backend="jax", memory=memory)
        page = open_page("train", train_view="Watch")
    said = texts(page)
    leader = "Best on the validation digits: learning rate 0.00316, of 2 in the race."
    for word in ("running", "CPU", "XLA on", "JAX", "1.1 of 16 GB", leader):
        assert word in said
    metrics = {metric.label: metric.value for metric in page.metric}
    assert metrics == {"Epochs": "1 of 10", "Validation accuracy": "87.50%", "Time": "7.0 s"}
    assert len(page.get("plotly_chart")) == 2
    assert all(name in page.get("plotly_chart")[0].proto.spec for name in run.config.racer_names)
    click(page, "Stop")
    assert run.is_asked_to_stop


def test_a_finished_run_shows_its_test_score_and_what_to_do_next(open_page, with_run):
    page = open_page("train", train_view="Watch", run=with_run.id)
    assert {metric.label for metric in page.metric} == {"Epochs", "Validation accuracy", "Test accuracy", "Time"}
    assert {button.label for button in page.button} >= {"Save the name", "Delete for ever"}


def test_a_failed_run_says_why(open_page, with_sample):
    run = runs.create(make_settings())
    live(run, state="failed", phase="", error="the loss became NaN in epoch 1")
    page = open_page("train", train_view="Watch")
    assert page.error[0].value == "Failed: the loss became NaN in epoch 1"


def test_a_lost_run_says_so(open_page, with_sample):
    run = runs.create(make_settings())
    live(run, pid=1)
    page = open_page("train", train_view="Watch")
    assert "ended without a word" in page.error[0].value and run.state == RunState.LOST


def test_a_queued_run_shows_its_place_and_can_be_moved_and_cancelled(open_page, with_sample, monkeypatch):
    monkeypatch.setattr(process, "start", lambda arguments, log: None)
    first, second, third = (runs.create(make_settings()) for _ in range(3))
    with first.lock():
        live(first)
        queue.start(second)
        queue.start(third)
        third.rename("=cmd()")
        page = open_page("train", train_view="Watch", run=third.id)
        assert "Place **2 of 2** in the queue" in texts(page)
        waiting = next(table.value for table in page.dataframe if "Place" in table.value)
        assert waiting["Run"].tolist()[1] == isolated("=cmd()")  # no formula in a downloaded table
        click(page, "Earlier")
        assert queue.waiting() == [third, second] and "Place **1 of 2** in the queue" in texts(page)
        click(page, "Cancel")
        assert (third.state, queue.waiting()) == (RunState.STOPPED, [second])


def test_a_running_run_can_be_paused_and_a_silent_one_is_said_not_to_respond(open_page, with_sample):
    run = runs.create(make_settings())
    with run.lock():
        live(run, updated=time.time() - SILENT_SECONDS)
        page = open_page("train", train_view="Watch")
        assert "not responding" in texts(page)
        click(page, "Pause")
        assert run.is_asked_to_pause and not run.is_asked_to_stop


def test_a_paused_run_goes_on_and_a_finished_one_to_more_epochs(open_page, with_run, started):
    live(with_run, state="paused", phase="", note="It went on after epoch 2.")
    page = open_page("train", train_view="Watch")
    assert "It went on after epoch 2." in texts(page)
    click(page, "Go on training")
    assert (with_run.state, with_run.num_epochs, started) == (RunState.QUEUED, 3, [with_run])
    live(with_run, state="done", phase="")
    page = open_page("train", train_view="Watch")
    click(page, "Go on training")
    assert (with_run.state, with_run.num_epochs) == (RunState.QUEUED, 4)


def test_a_run_is_renamed_and_deleted_only_on_purpose(open_page, with_run):
    page = open_page("train", train_view="Watch")
    page.text_input(key=f"train_name_{with_run.id}").set_value("*Mine* <b>")
    click(page, "Save the name")
    assert with_run.name == "*Mine* <b>"
    click(page, "Delete for ever")
    assert runs.all_runs() == [] and "Choose a network under" in page.info[0].value


def test_notes_and_tags_are_written_about_a_run(open_page, with_run):
    page = open_page("train", train_view="Watch")
    page.text_area(key=f"train_notes_{with_run.id}").set_value("good with [sevens](x)")
    page.text_input(key=f"train_tags_{with_run.id}").set_value("first, mlp,")
    click(page, "Save the notes")
    assert (with_run.notes, with_run.tags) == ("good with [sevens](x)", ["first", "mlp"])


def test_a_link_to_an_unknown_run_is_friendly(open_page, with_run):
    page = open_page("train", train_view="Watch", run="[a](http://evil.example) <script>alert(1)</script>")
    assert page.warning[0].value == "The link names a run that is not here; this is another."
    assert page.selectbox(key="run").value == with_run.id


def test_augmentation_is_previewed(open_page, with_sample):
    page = open_page("train")
    page.toggle(key="train_augmentation").set_value(True).run()
    assert not page.exception and "Augmented digits" in texts(page)
    click(page, "Others")


def test_an_error_while_starting_is_said_in_a_sentence(open_page, with_sample, monkeypatch):
    def fail(config):
        raise DigitsError("Could not make a run: No space left on device.")

    monkeypatch.setattr(runs, "create", fail)
    page = click(open_page("train"), "Start training")
    assert "No space left on device" in page.error[0].value


def test_digits_that_are_not_there_yet_are_offered_and_the_sample_is_a_way_round(open_page, with_sample):
    page = open_page("train")
    page.segmented_control(key="train_source").set_value("mnist").run()
    assert "MNIST is not ready yet" in texts(page)
    click(page, "Use the sample")
    assert page.segmented_control(key="train_source").value == "sample"
    assert any(button.label == "Start training" for button in page.button)


def test_damaged_metrics_are_said_and_a_run_with_damaged_settings_breaks_no_page_and_can_be_deleted(
    open_page, with_run
):
    metrics = with_run.path / "metrics.jsonl"
    metrics.write_text(metrics.read_text().replace("val_loss", "val_lass", 1))
    page = open_page("train", train_view="Watch")
    assert page.warning[0].value == "Damaged on the disk and left out: metrics.jsonl (1 line)."
    config = with_run.path / "config.json"
    config.write_text(config.read_text().replace("mlp", "cnn"))
    for other in ("home", "evaluate", "compare", "draw"):
        assert not any(with_run.id[:15] in option for box in open_page(other).selectbox for option in box.options)
    page = open_page("train", train_view="Watch")
    assert "it can only be deleted" in page.error[0].value
    click(page, "Delete for ever")
    assert not runs.all_runs()
