import pytest
import streamlit as st

from digits import classes, tasks
from digits.errors import DigitsError
from digits.evaluation import evaluate
from digits.networks.expected import EXPECTED
from digits.networks.settings import make_settings
from digits.runs import store as runs
from digits.runs import updates
from digits.runs.run import RunState
from digits.tasks import TRAINING
from pages.shared.text import isolated
from pages.shared.visitor import COOKIE, signed
from pages.train import settings
from tests.pages.conftest import HOSTILE_NAME, be_at_work, click, execute, progress, texts

EPOCH = {"epoch": 1, "seconds": 2.0, "loss": 0.5, "accuracy": 0.85, "val_loss": 0.4, "val_accuracy": 0.875}


def watch(open_page, run):
    return open_page("train", train_view="Watch", run=run.id)


def labels(page):
    return [button.label for button in page.button]


def test_the_defaults_come_with_the_network(open_page, with_sample):
    page = open_page("train")
    assert page.session_state["train_epochs"] == 30
    page.radio(key="train_architecture").set_value("mlp").run()
    numbers = [page.number_input(key=f"train_{name}").value for name in ("epochs", "batch_size", "learning_rate")]
    assert numbers == [10, 32, 0.01]


def test_the_layers_are_shown_before_anything_starts(open_page, with_sample):
    page = open_page("train")
    page.radio(key="train_architecture").set_value("mlp").run()
    assert page.dataframe[0].value["Output"].tolist() == ["28 × 28 × 1", "784", "128", "10"]
    assert "101,770 parameters. Loss: categorical cross-entropy. Optimizer: Adam." in texts(page)
    assert (
        "The network learns from 3,200 digits. After each epoch it is checked on 800 others. "
        "At the end it is tested on 1,000 that it has never seen."
    ) in texts(page)
    (picture,) = [html for html in page.get("html") if "network" in html.proto.body]
    for step in ("28 × 28 pixels", "128 units", "each adds up 784 numbers", "10 probabilities", "100,480 parameters"):
        assert step in picture.proto.body


def test_start_makes_a_run_wants_a_worker_and_watches_it(open_page, with_sample, no_workers):
    page = open_page("train")
    page.radio(key="train_architecture").set_value("mlp").run()
    page.number_input(key="train_epochs").set_value(4)
    click(page, "Start training")
    (run,) = runs.page()
    assert (run.state, no_workers) == (RunState.QUEUED, [TRAINING])
    assert run.settings == make_settings(architecture="mlp", epochs=4)
    assert page.session_state["train_view"] == "Watch"
    assert page.selectbox(key="run").value == run.id


def test_a_network_is_edited_and_what_it_does_not_have_is_not_offered(open_page, with_sample, no_workers):
    page = open_page("train")
    page.number_input(key="train_convolutions").set_value(3)
    page.radio(key="train_activation").set_value("silu")
    page.segmented_control(key="train_optimizer").set_value("sgd").run()
    assert page.number_input(key="train_learning_rate").value == pytest.approx(0.05)  # ten times Adam's
    assert sum(html.proto.body.count("32 maps of 5 × 5") for html in page.get("html")) == 2
    assert "Optimizer: SGD." in texts(page)
    click(page, "Start training")
    assert runs.page()[0].settings.changes == {"convolutions": 3, "activation": "silu", "optimizer": "sgd"}

    page = open_page("train")
    page.radio(key="train_activation").set_value("sigmoid")
    page.radio(key="train_architecture").set_value("cnn-large").run()
    shown = {box.key for box in page.number_input}
    assert not {"train_convolutions", "train_filters", "train_hidden_layers", "train_units", "train_dropout"} & shown
    click(page, "Start training")
    assert runs.page()[0].settings == make_settings(architecture="cnn-large")  # the draft of another is no error


@pytest.mark.parametrize("source", ["sample", "mnist"])
def test_what_to_expect_is_said_for_the_chosen_digits(open_page, with_sample, source):
    page = open_page("train")
    page.segmented_control(key="train_source").set_value(source)
    page.radio(key="train_architecture").set_value("mlp").run()
    expected = EXPECTED[source, "tutorial"]["mlp"]
    said = f"Then about {expected.accuracy:.1%} of the test digits are correct."
    assert (said in texts(page)) == (source == "sample")  # those of MNIST are not ready


def test_a_run_can_be_named_at_its_start(open_page, with_sample, no_workers):
    page = open_page("train")
    page.text_input(key="train_name").set_value("*Mine*")
    click(page, "Start training")
    assert [run.name for run in runs.page()] == ["*Mine*"]
    assert page.session_state["train_name"] == ""  # the next one is another


@pytest.mark.parametrize("there", [True, False])
def test_jax_and_the_race_are_offered_only_where_jax_is_installed(
    open_page, with_sample, no_workers, monkeypatch, there
):
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
    (run,) = runs.page()
    chosen = ("jax", 3, "learning-rates") if there else ("tensorflow", 1, "seeds")
    assert (run.settings.backend, run.settings.racers, run.settings.race) == chosen


def test_a_setting_that_the_browser_made_up_is_refused_in_a_sentence(open_page, with_sample, no_workers):
    page = open_page("train")
    page.session_state["train_batch_size"] = 65_000
    click(page, "Start training")
    assert page.error[0].value == "Batch size is 65,000, but there are only 3,200 training digits. Start with 32."
    assert not no_workers and not runs.page()


def test_an_error_while_starting_is_said_in_a_sentence(open_page, with_sample, monkeypatch):
    def fail(settings, **how):
        raise DigitsError("Could not make a run: No space left on device.")

    monkeypatch.setattr(runs, "create", fail)
    page = click(open_page("train"), "Start training")
    assert "No space left on device" in page.error[0].value


def test_a_new_run_belongs_to_its_visitor(open_page, with_sample, no_workers, monkeypatch):
    monkeypatch.setattr("pages.train.set_up.owner", lambda: "someone")
    click(open_page("train"), "Start training")
    assert [run.owner for run in runs.page()] == ["someone"]


def test_the_page_lets_a_worker_warm_up_once_in_a_visit(open_page, with_sample, monkeypatch):
    asked = []

    def warm_up():
        asked.append(1)
        raise DigitsError("No process could be started.")

    monkeypatch.setattr(tasks, "warm_up", warm_up)
    open_page("train")
    assert not asked  # DIGITS_WARM is 0 in every test
    monkeypatch.delenv("DIGITS_WARM")
    page = open_page("train")
    page.run()
    assert not page.exception and len(asked) == 1


def test_augmentation_is_previewed(open_page, with_sample):
    page = open_page("train")
    page.toggle(key="train_augmentation").set_value(True).run()
    assert not page.exception and "Augmented digits" in texts(page)
    (before,) = page.get("plotly_chart")
    click(page, "Show others")
    (after,) = page.get("plotly_chart")
    assert before.proto.spec != after.proto.spec


def test_digits_that_are_not_there_yet_are_offered_and_the_sample_is_a_way_round(open_page, with_sample):
    page = open_page("train")
    page.segmented_control(key="train_source").set_value("mnist").run()
    assert "MNIST is not ready yet" in texts(page)
    click(page, "Use the sample")
    assert page.segmented_control(key="train_source").value == "sample"
    assert "Start training" in labels(page)


def test_without_runs_watch_says_how_to_begin(open_page, with_sample):
    page = open_page("train", train_view="Watch")
    assert "Choose a network under **Set up**" in page.info[0].value


def test_a_running_run_shows_its_state_device_progress_and_time_left(open_page, with_sample):
    run = runs.create(make_settings(epochs=10, learning_rate=0.01, backend="jax", racers=2, race="learning-rates"))
    run = be_at_work(run)
    each = [{"val_loss": 0.4, "val_accuracy": 0.875}, {"val_loss": 0.5, "val_accuracy": 0.85}]
    updates.add_epoch(run.id, EPOCH | {"leader": 0, "racers": each})
    updates.add_tick(run.id, {"epoch": 2, "step": 10, "steps": 25, "loss": 0.9, "accuracy": 0.7})
    memory = {"used": 1_100_000_000, "total": 16_000_000_000}
    updates.add_details(run.id, device="CPU", backend="jax", xla=True, memory=memory, seconds=7.0, left=17.2)
    page = watch(open_page, run)
    text = texts(page)
    leader = "Best on the validation digits: learning rate 0.00316, of 2 networks."
    for word in ("Running", "CPU", "XLA on", "JAX", "1.1 of 16 GB", "7.0 s", leader):
        assert word in text
    metrics = {metric.label: metric.value for metric in page.metric}
    assert metrics == {"Validation accuracy": "87.5%"}
    assert "Measured on the validation digits after 1 of 10 epochs." in text
    assert "It is too early to read these curves: they need at least 3 epochs." in text
    assert progress(page) == ["Epoch 2 of 10, about 17 s left"]
    assert len(page.get("plotly_chart")) == 2
    assert all(name in page.get("plotly_chart")[0].proto.spec for name in run.settings.racer_names)
    click(page, "Stop")
    assert runs.get(run.id).request == "stop" and "Stopping…" in labels(page)


def test_while_nobody_can_know_how_long_it_takes_the_time_is_being_estimated(open_page, with_sample):
    run = be_at_work(runs.create(make_settings(epochs=10)))
    updates.add_tick(run.id, {"epoch": 1, "step": 10, "steps": 20, "loss": 0.9, "accuracy": 0.7})
    assert progress(watch(open_page, run)) == ["Epoch 1 of 10, estimating the time left"]
    updates.add_details(run.id, left=2.4)
    assert progress(watch(open_page, run)) == ["Epoch 1 of 10, a few seconds left"]


def test_before_the_first_batch_it_says_what_the_worker_does(open_page, with_sample):
    run = be_at_work(runs.create(make_settings()), RunState.STARTING, "Loading TensorFlow")
    assert progress(watch(open_page, run)) == ["Loading TensorFlow…"]


def test_the_page_looks_four_times_a_second_until_the_first_batch_and_once_while_it_trains(with_run):
    from pages.train.watch import _pace

    run = runs.create(make_settings())
    assert _pace(run) == 0.25
    run = be_at_work(run, RunState.RUNNING, "Compiling")
    assert _pace(run) == 0.25
    assert _pace(runs.create(make_settings())) == 1.0  # which waits behind the other
    updates.add_tick(run.id, {"epoch": 1, "step": 1, "steps": 25, "loss": 0.9, "accuracy": 0.7})
    execute("UPDATE tasks SET phase = 'Training' WHERE id = ?", run.task_id)
    assert _pace(runs.get(run.id)) == 1.0
    assert _pace(with_run) is None


def test_a_run_that_is_evaluated_says_so_and_what_is_done(open_page, with_run, no_workers):
    run = runs.resume(with_run.id, 4)
    run = be_at_work(run, RunState.EVALUATING, "Predicting 1,000 digits", 0.5)
    page = watch(open_page, run)
    assert "Evaluating" in texts(page) and progress(page) == ["Predicting 1,000 digits…"]
    assert page.get("progress")[0].proto.value == 50
    assert not {"Stop", "Pause"} & set(labels(page))


def test_a_finished_run_shows_its_test_score_and_what_to_do_next(open_page, with_run):
    page = watch(open_page, with_run)
    report = next(iter(evaluate.reports(with_run)))
    (metric,) = page.metric
    assert (metric.label, metric.value) == ("Test accuracy", f"{report['accuracy']:.1%}")
    correct = round(1000 * report["accuracy"])
    done = f"**Done**: {correct} of 1,000 test digits are correct, {1000 - correct} are misclassified."
    assert done in texts(page)
    assert {"Train another", "Continue training", "Save", "Delete run", "Make the export"} == set(labels(page))
    links = {link.proto.label: link.proto.query_string for link in page.get("page_link")}
    assert links["Draw with it"] == links["See its mistakes"] == f"model={with_run.id}"
    assert links["Draw at each epoch"] == f"follow={with_run.id}"
    assert [button.proto.label for button in page.get("download_button")] == [
        "Keras model (model.keras)", "LiteRT model, for phones and OpenCV (model.tflite)", "Settings and curves (JSON)",
    ]  # fmt: skip


def test_the_starter_model_can_be_looked_at_and_not_changed(open_page, with_sample):
    page = open_page("train", train_view="Watch", run="starter")
    assert "It took 16 epochs." in texts(page) and {"Train another"} <= set(labels(page)) <= {
        "Train another",
        "Make the export",
    }
    click(page, "Train another")
    assert page.session_state["train_view"] == "Set up" and "Start training" in labels(page)


def test_a_failed_run_says_why(open_page, with_sample):
    run = runs.create(make_settings(), queued=False)
    execute("UPDATE tasks SET state = 'failed', cause = 'The loss became NaN in epoch 1.' WHERE id = ?", run.task_id)
    page = watch(open_page, run)
    assert page.error[0].value == "Failed: The loss became NaN in epoch 1."


def test_a_run_that_was_ended_because_it_did_not_respond_says_so(open_page, with_sample):
    run = runs.create(make_settings(), queued=False)
    execute("UPDATE tasks SET cause = 'It did not respond and was ended.' WHERE id = ?", run.task_id)
    page = watch(open_page, run)
    assert page.warning[0].value == "It did not respond and was ended." and "Stopped" in texts(page)


def test_a_lost_run_says_so_and_how_to_continue(open_page, with_sample):
    run = be_at_work(runs.create(make_settings()))
    execute("DELETE FROM workers")
    page = watch(open_page, run)
    assert page.error[0].value.startswith("Lost: It ended unexpectedly")
    assert page.error[0].value.endswith("Continue it or try again.")
    assert "Continue training" in labels(page)


@pytest.mark.parametrize(
    ("state", "cause", "text"),
    [
        ("failed", "Its model is trained, but was not evaluated: The digits are damaged.", "The evaluation failed."),
        ("lost", "It ended unexpectedly.", "The evaluation was lost."),
    ],
)
def test_where_only_the_evaluation_is_missing_it_can_be_tried_again(
    open_page, with_run, no_workers, state, cause, text
):
    execute("UPDATE runs SET stage = 'evaluating' WHERE id = ?", with_run.id)
    execute("UPDATE tasks SET state = ?, cause = ? WHERE id = ?", state, cause, with_run.task_id)
    page = watch(open_page, with_run)
    assert page.warning[0].value == f"{text} {cause} You can use the model already." and not page.error
    assert any(link.proto.label == "Draw with it" for link in page.get("page_link"))
    click(page, "Try the evaluation again")
    run = runs.get(with_run.id)
    assert (run.state, run.stage, run.num_epochs) == (RunState.QUEUED, RunState.EVALUATING, 3)
    assert run.model and no_workers == [TRAINING]


def test_a_run_that_lacks_its_evaluation_is_continued_to_more_epochs(open_page, with_run, no_workers):
    execute("UPDATE runs SET stage = 'evaluating' WHERE id = ?", with_run.id)
    execute("UPDATE tasks SET state = 'failed' WHERE id = ?", with_run.task_id)
    click(watch(open_page, with_run), "Continue training")
    run = runs.get(with_run.id)
    assert (run.state, run.stage, run.num_epochs) == (RunState.QUEUED, RunState.STARTING, 4)


def test_a_queued_run_shows_its_place_and_can_be_moved_and_cancelled(open_page, with_sample, no_workers):
    first, second, third = (runs.create(make_settings()) for _ in range(3))
    be_at_work(first)
    runs.rename(third.id, "=cmd()")
    page = watch(open_page, third)
    assert "Place **2 of 2** in the queue" in texts(page)
    waiting = next(table.value for table in page.dataframe if "Place" in table.value)
    assert waiting["Run"].tolist() == [
        "Convolutional · run 2",
        f"{isolated('=cmd()')} · run 3",
    ]  # no formula in a downloaded table
    click(page, "Move up")
    assert [run.id for run in runs.queue()] == [third.id, second.id]
    assert "Place **1 of 2** in the queue" in texts(page)
    click(page, "Cancel")
    assert runs.get(third.id).state == RunState.STOPPED and [run.id for run in runs.queue()] == [second.id]


def test_in_a_class_a_run_moves_among_ones_own_and_no_others_are_listed(
    open_page, with_sample, no_workers, monkeypatch
):
    first, _, second, third = (
        runs.create(make_settings(epochs=30), owner=owner) for owner in ("local", "anna", "bert", "bert")
    )
    be_at_work(first)
    classes.join(classes.create("7b", "1234"), "Bert", "bert")
    monkeypatch.setattr(type(st.context), "cookies", {COOKIE: signed("bert")})
    page = watch(open_page, third)
    # 13 s for each of the runs before it
    assert "Place **3 of 3** in the queue. It starts in about 39 s." in texts(page)
    waiting = next(table.value for table in page.dataframe if "Place" in table.value)
    assert waiting.to_numpy().tolist() == [[2, "Convolutional · run 3"], [3, "Convolutional · run 4"]]
    click(page, "Move up")
    assert [run.id for run in runs.queue()][1:] == [third.id, second.id]
    assert next(button for button in page.button if button.label == "Move up").disabled


def test_a_run_that_waits_alone_shows_no_order(open_page, with_sample, no_workers):
    page = watch(open_page, runs.create(make_settings()))
    assert progress(page) == ["Waiting for its turn…"] and labels(page) == ["Cancel"] and not page.dataframe


def test_a_running_run_can_be_paused(open_page, with_sample):
    run = be_at_work(runs.create(make_settings()))
    page = click(watch(open_page, run), "Pause")
    assert runs.get(run.id).request == "pause" and {"Pausing…", "Stop"} <= set(labels(page))


def test_a_worker_that_does_not_respond_is_said_to_and_can_be_stopped(open_page, with_sample):
    run = be_at_work(runs.create(make_settings()))
    execute("UPDATE workers SET renewed = renewed - 20")
    page = watch(open_page, run)
    assert "Running, but not responding" in texts(page) and "Pause" not in labels(page)
    click(page, "Stop")
    assert runs.get(run.id).request == "stop"


def test_a_paused_run_continues_and_its_model_stays_in_use(open_page, with_run, no_workers):
    updates.add_details(with_run.id, note="It continued after epoch 2.")
    execute("UPDATE tasks SET state = 'paused' WHERE id = ?", with_run.task_id)
    page = watch(open_page, with_run)
    assert "It continued after epoch 2." in texts(page)
    click(page, "Continue training")
    run = runs.get(with_run.id)
    assert (run.state, run.num_epochs, run.model) == (RunState.QUEUED, 3, with_run.model)
    assert no_workers == [TRAINING] and "The present model stays in use" in texts(page)


def test_a_finished_run_continues_to_more_epochs(open_page, with_run, no_workers):
    click(watch(open_page, with_run), "Continue training")
    run = runs.get(with_run.id)
    assert (run.state, run.num_epochs) == (RunState.QUEUED, 4)


def test_a_run_is_renamed_and_deleted_only_on_purpose(open_page, with_run):
    page = open_page("train", train_view="Watch")
    page.text_input(key=f"train_name_{with_run.id}").set_value("*Mine* <b>")
    click(page, "Save")
    assert runs.get(with_run.id).name == "*Mine* <b>"
    click(page, "Delete run")
    assert runs.count() == 0 and "Choose a network under" in page.info[0].value


def test_notes_and_tags_are_written_about_a_run(open_page, with_run):
    page = open_page("train", train_view="Watch")
    page.text_area(key=f"train_notes_{with_run.id}").set_value("good with [sevens](x)")
    page.text_input(key=f"train_tags_{with_run.id}").set_value("first, mlp,")
    click(page, "Save")
    run = runs.get(with_run.id)
    assert (run.notes, run.tags) == ("good with [sevens](x)", ["first", "mlp"])


def test_a_run_that_somebody_else_deleted_is_said_to_be_gone(open_page, with_run):
    page = open_page("train", train_view="Watch")
    runs.delete(with_run.id)
    click(page, "Save")
    assert page.toast[0].value == "There is no such run any more."


def test_a_link_to_an_unknown_run_is_friendly(open_page, with_run):
    page = open_page("train", train_view="Watch", run=HOSTILE_NAME)
    assert page.warning[0].value == "The link names a run that is not here; this is another one."
    assert page.selectbox(key="run").value == with_run.id


def test_the_files_of_a_model_that_are_gone_break_nothing(open_page, with_run):
    (with_run.model.folder / with_run.model.files["model.tflite"].name).unlink()
    page = watch(open_page, with_run)
    assert "Delete run" in labels(page)
    click(page, "Delete run")
    assert runs.count() == 0
