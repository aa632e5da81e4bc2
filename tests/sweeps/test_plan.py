"""Where a sweep searches, and what it refuses; no optimizer is needed for that."""

import pytest

from digits.errors import BadConfig, DigitsError
from digits.networks.settings import make_settings
from digits.storage import database
from digits.sweeps import space, store, study
from digits.sweeps.plan import Plan
from digits.sweeps.trial import COMPLETE, PRUNED, RUNNING, Trial, best_of, spread
from digits.tasks import TaskState

CNN = space.default(["cnn"], "sample")


class Ends:
    """An optimizer that always chooses the last choice, or the highest number."""

    def suggest_float(self, name, low, high, log):
        return high

    suggest_int = suggest_float

    def suggest_categorical(self, name, choices):
        return choices[-1]


def test_the_default_ranges_suit_every_network_and_every_source():
    for architectures in (["linear"], ["mlp"], ["cnn"], ["cnn-large"], ["linear", "mlp", "cnn", "cnn-large"]):
        for source in ("sample", "mnist"):
            plan = Plan(space=space.default(architectures, source), source=source)
            assert plan.trials == 12
            usual = make_settings(architecture=architectures[0], source=source).learning_rate
            rates = plan.space["learning_rate"]
            assert rates["low"] < usual < rates["high"]


def test_a_network_gets_only_settings_that_it_has():
    chosen = space.suggest(
        {"architecture": ["cnn", "linear"], "dropout": {"low": 0.0, "high": 0.4}, "epochs": 5}, Ends()
    )
    assert chosen == {"architecture": "linear", "epochs": 5}
    chosen = space.suggest({"dropout": {"low": 0.0, "high": 0.4}, "architecture": "cnn"}, Ends())
    assert chosen == {"architecture": "cnn", "dropout": 0.4}


def test_learning_rates_are_meant_for_adam_and_are_ten_times_as_high_for_sgd():
    plan = Plan(
        space={"architecture": "mlp", "optimizer": ["adam", "sgd"], "learning_rate": {"low": 0.001, "high": 0.01}}
    )
    params = {"architecture": "mlp", "learning_rate": 0.01}
    assert plan.settings(params | {"optimizer": "sgd"}).learning_rate == pytest.approx(0.1)
    assert plan.settings(params | {"optimizer": "adam"}).learning_rate == 0.01


def test_a_grid_has_all_choices_and_three_points_of_a_range():
    points = space.grid(
        {"architecture": "cnn", "filters": {"low": 8, "high": 9}, "batch_size": [32, 64], "epochs": 3,
         "learning_rate": {"low": 0.001, "high": 0.1, "log": True}}
    )  # fmt: skip
    assert points["learning_rate"] == pytest.approx([0.001, 0.01, 0.1])
    assert points["batch_size"] == [32, 64]
    assert points["filters"] == [8, 9]
    assert set(points) == {"learning_rate", "batch_size", "filters"}
    whole = Plan(space={"architecture": "cnn", "batch_size": [32, 64]}, sampler="grid", trials=50)
    assert whole.num_trials == 2


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"space": CNN | {"seed": [1, 2]}}, "cannot vary 'seed'"),
        ({"space": CNN | {"colour": ["red"]}}, "cannot vary 'colour'"),
        ({"space": CNN | {"dropout": {"low": 0.5, "high": 1.5}}}, "Dropout is 1.5; expected a number from 0 to 0.9."),
        ({"space": CNN | {"dropout": {"low": 0.5, "high": 0.1}}}, "expected a low and a high end"),
        ({"space": CNN | {"dropout": {"low": 0.0, "high": 0.1, "log": True}}}, "begins above 0"),
        ({"space": CNN | {"optimizer": {"low": 1, "high": 2}}}, "Optimizer needs a list of choices"),
        ({"space": CNN | {"batch_size": [32, 32]}}, "a list of different choices"),
        ({"space": CNN | {"batch_size": [32, 50_000]}}, "there are only 3,200 training digits"),
        ({"space": CNN | {"dropout": {"low": 0.0, "high": 0.1, "log": "yes"}}}, "numbers with low and high"),
        ({"space": {"dropout": 0.1}}, "needs at least one network"),
        ({"space": {"architecture": "linear", "filters": [8, 16]}}, "All trials would be the same"),
        ({"space": CNN, "trials": 0}, "Trials is 0; expected a whole number from 1 to 10,000."),
        ({"space": CNN, "parallel": 1001}, "Trials at once is 1001"),
        ({"space": CNN, "sampler": "magic"}, "expected one of tpe, random, grid"),
        ({"space": space.default(["mlp", "cnn"], "sample"), "sampler": "grid"}, "A grid searches one network"),
    ],
)  # fmt: skip
def test_a_plan_that_cannot_work_is_refused_in_a_sentence(change, message):
    with pytest.raises(BadConfig, match=message):
        Plan(**change)


def test_ranges_are_read_from_toml(tmp_path):
    file = tmp_path / "ranges.toml"
    file.write_text('architecture = ["mlp"]\nlearning_rate = {low = 0.001, high = 0.1, log = true}\nepochs = 3\n')
    ranges = {"architecture": ["mlp"], "learning_rate": {"low": 0.001, "high": 0.1, "log": True}, "epochs": 3}
    assert space.read(file) == ranges
    file.write_text("architecture = [")
    with pytest.raises(BadConfig, match="is no TOML"):
        space.read(file)
    with pytest.raises(BadConfig, match="cannot be read: No such file"):
        space.read(tmp_path / "nowhere.toml")


def trial(number, state, *accuracies):
    settings = make_settings()
    return Trial(sweep="a-sweep", number=number, params={}, settings=settings, state=state, accuracies=list(accuracies))


def test_a_grid_without_end_and_nested_ranges_are_refused_in_a_sentence(tmp_path):
    file = tmp_path / "ranges.toml"
    file.write_text("units = " + "[" * 9_999)
    with pytest.raises(BadConfig, match="no TOML"):
        space.read(file)
    ranges = {"architecture": "cnn", "batch_size": list(range(1, 2_000)), "filters": list(range(1, 64))}
    with pytest.raises(BadConfig, match=r"This grid has 125,937 points; expected at most 100,000\."):
        store.create(Plan(space=ranges, sampler="grid"), queued=False)
    assert store.page() == []


def test_a_trial_that_was_ended_early_wins_only_if_none_came_to_its_end():
    early, first, second = trial(0, PRUNED, 0.99), trial(1, COMPLETE, 0.5, 0.9), trial(2, COMPLETE, 0.9)
    assert best_of([early, second, first]) == first
    assert best_of([early, trial(3, RUNNING, 0.999)]) == early
    assert best_of([trial(3, RUNNING), trial(4, COMPLETE)]) is None


def test_a_sweep_is_stored_with_its_plan_and_its_trials_and_forgotten():
    plan = Plan(space=CNN, trials=3)
    sweep, other = store.create(plan, queued=False), store.create(plan, queued=False)
    assert (sweep.title, sweep.plan, sweep.state) == ("Sweep 1", plan, TaskState.STOPPED)
    assert [each.id for each in store.page()] == [other.id, sweep.id]
    begun = trial(0, RUNNING)
    with database.writing() as connection:
        store.add_trial(connection, Trial(**vars(begun) | {"sweep": sweep.id, "params": {"dropout": 0.1}}))
    [found] = store.trials(sweep.id)
    store.update_trial(found, accuracies=[0.5, 0.75], state=COMPLETE, seconds=2.0)
    [found] = store.trials(sweep.id)
    assert (found.val_accuracy, found.params, found.state, found.seconds) == (0.75, {"dropout": 0.1}, COMPLETE, 2.0)
    assert store.trials(sweep.id, repeats_best=True) == store.trials(other.id) == []
    store.delete(sweep)
    with pytest.raises(DigitsError, match="There is no such sweep"):
        store.get(sweep.id)
    assert store.get(other.id) == other


def test_the_spread_of_seeds_is_that_of_a_sample():
    assert spread([0.9, 0.92, 0.94]) == {"n": 3, "mean": pytest.approx(0.92), "sd": pytest.approx(0.02)}
    assert spread([0.9]) == {"n": 1, "mean": 0.9, "sd": 0.0}
    assert spread([]) is None


def test_poor_trials_end_at_two_moments_and_none_shortly_before_its_end():
    pytest.importorskip("optuna", reason="requirements-sweep.txt is not installed")
    for epochs, first in ((4, 1), (9, 2), (30, 4), (100, 12)):
        begun = study.Study(
            f"of-{epochs}", Plan(space={"architecture": "cnn", "dropout": [0.1, 0.2], "epochs": epochs})
        )
        for number in (0, 1, 2):
            begun.ask(number)
        for number in (0, 1):  # the better ones
            begun.report(number, [0.9] * (3 * first))
        begun.report(2, [0.5] * (first - 1))
        assert not begun.is_pruned(2)
        begun.report(2, [0.5] * first)
        assert begun.is_pruned(2)
        begun.report(1, [0.9] * (3 * first) + [0.1] * (epochs - 3 * first))
        assert not begun.is_pruned(1)


def test_without_optuna_a_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setattr(study, "is_installed", lambda name: False)
    with pytest.raises(DigitsError, match="Install what requirements-sweep.txt lists"):
        study.check_installed()
