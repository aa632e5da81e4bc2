"""The time left, at every moment of trainings as they went on busy and very slow machines."""

import pytest

from digits.training.time_left import time_left
from pages.shared.background import SOON
from tests.training.recorded import FOLDER, recorded

RUNS = sorted(file.stem for file in FOLDER.glob("*.json"))


@pytest.mark.parametrize("name", RUNS)
def test_an_estimate_is_within_a_factor_of_one_and_a_half_of_the_truth(name):
    run = recorded(name)
    end = run["ticks"][-1]["seconds"]
    for number, tick in enumerate(run["ticks"], start=1):
        left, truth = time_left(run["ticks"][:number], run["num_epochs"]), end - tick["seconds"]
        if left is None:
            continue
        if left < SOON:  # the page says: a few seconds
            assert truth < 1.5 * SOON
        else:
            assert truth / 1.5 <= left <= truth * 1.5, f"at {tick}: {left:.1f} s instead of {truth:.1f} s"


@pytest.mark.parametrize("name", ["cnn", "cnn-large", "mlp-60"])
def test_half_a_minute_of_training_has_an_estimate_before_it_is_half_over(name):
    run = recorded(name)
    first, last = run["ticks"][0]["seconds"], run["ticks"][-1]["seconds"]
    seen = [tick for tick in run["ticks"] if tick["seconds"] - first <= (last - first) / 2]
    assert time_left(seen, run["num_epochs"]) is not None


def test_a_training_of_ten_batches_of_a_minute_and_a_half_has_an_estimate_after_its_seventh():
    run = recorded("very-slow")
    seen = [tick for tick in run["ticks"] if (tick["epoch"], tick["step"]) <= (2, 3)]
    assert time_left(seen, run["num_epochs"]) == pytest.approx(
        run["ticks"][-1]["seconds"] - seen[-1]["seconds"], rel=0.2
    )


def ticks(*rows):
    return [{"epoch": epoch, "step": step, "steps": 10, "seconds": seconds} for epoch, step, seconds in rows]


def test_before_there_is_anything_to_measure_nobody_knows():
    assert time_left([], 5) is None
    assert time_left(ticks((1, 1, 30.0)), 5) is None  # 30 s of compiling say nothing
    assert time_left(ticks((1, 1, 30.0), (1, 3, 31.0), (1, 5, 32.0)), 5) is None  # 2 s are too few
    assert time_left(ticks((1, 1, 30.0), (1, 8, 60.0)), 5) is None  # and so is one interval


def test_compiling_and_the_first_batch_are_not_counted():
    assert time_left(ticks((1, 1, 100.0), (1, 3, 102.0), (1, 6, 105.0)), 2) == pytest.approx(14)


def test_the_end_of_an_epoch_is_counted_once_for_each_epoch():
    # A batch takes 1 s, and the end of an epoch 5 s: 15 s an epoch. The first end, which compiles, takes 60 s.
    first = [(1, step, step) for step in range(1, 11)]
    second = [(2, step, 70 + step) for step in range(1, 11)]
    third = [(3, step, 85 + step) for step in range(1, 11)]
    assert time_left(ticks(*first, *second, *third[:2]), 4) == pytest.approx(1.5 * 18, rel=0.02)


def test_a_machine_that_was_busy_long_ago_counts_no_longer():
    slow = [(1, step, 20 * step) for step in range(1, 6)]
    quick = [(1, step, 100 + 10 * (step - 5)) for step in range(6, 11)]
    assert time_left(ticks(*slow), 1) == pytest.approx(100)
    assert time_left(ticks(*slow, *quick)[:9], 1) == pytest.approx(10, rel=0.35)


def test_a_single_stall_of_a_busy_machine_does_not_spoil_the_estimate():
    steady = [(epoch, 10, 2 * epoch) for epoch in range(1, 9)]  # an epoch takes 2 s
    stalled = [*steady, (9, 10, 38)]  # this one took 22 s
    assert time_left(ticks(*steady), 30) == pytest.approx(44)
    assert time_left(ticks(*stalled), 30) < 70  # 95 by the mean
