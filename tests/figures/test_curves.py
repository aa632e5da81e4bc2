import pytest

from digits.figures.curves import MAX_POINTS, compared, curves

EPOCHS = [
    {"epoch": 1, "loss": 0.5, "accuracy": 0.8, "val_loss": 0.4, "val_accuracy": 0.85},
    {"epoch": 2, "loss": 0.3, "accuracy": 0.9, "val_loss": 0.35, "val_accuracy": 0.88},
]


def lines(figure):
    return {line.name: (list(line.x), list(line.y)) for line in figure.data}


@pytest.mark.parametrize("metric", ["loss", "accuracy"])
def test_training_and_validation_are_drawn_at_the_end_of_their_epochs(metric):
    assert lines(curves(EPOCHS, [], metric)) == {
        "within the epoch": ([], []),
        "training": ([1, 2], [row[metric] for row in EPOCHS]),
        "validation": ([1, 2], [row[f"val_{metric}"] for row in EPOCHS]),
    }


def test_a_race_is_a_thin_line_for_each_with_its_name_and_the_leader_of_now_in_bold():
    each = [[(0.5, 0.8), (0.4, 0.9)], [(0.45, 0.82), (None, 0.1)]]  # by epoch and racer; one becomes NaN
    rows = [
        row | {"leader": leader, "racers": [{"val_loss": loss, "val_accuracy": right} for loss, right in racers]}
        for row, racers, leader in zip(EPOCHS, each, (1, 0), strict=True)
    ]
    drawn = lines(curves(rows, [], "loss", racers=("seed 0", "seed 1")))
    assert drawn["seed 0"] == drawn["validation"] == ([1, 2], [0.5, 0.45])
    assert drawn["seed 1"] == ([1, 2], [0.4, None])


def test_a_racer_that_is_worse_than_guessing_does_not_press_the_others_flat():
    racers = [{"val_loss": 0.4, "val_accuracy": 0.85}, {"val_loss": 14.0, "val_accuracy": 0.1}]
    rows = [EPOCHS[0] | {"leader": 0, "racers": racers}]
    figures = [curves(rows, [], metric, racers="ab") for metric in ("loss", "accuracy")]
    (_, highest), (lowest, _) = [figure.layout.yaxis.range for figure in figures]
    assert highest < 1 and lowest > 0.7


def test_ticks_lie_within_their_epoch():
    ticks = [{"epoch": 3, "step": step, "steps": 4, "loss": 1.0 / step, "accuracy": 0.5} for step in (1, 2, 4)]
    assert lines(curves(EPOCHS, ticks, "loss"))["within the epoch"] == ([2.25, 2.5, 3.0], [1.0, 0.5, 0.25])


def test_fewer_ticks_than_epochs_are_not_drawn_because_they_show_nothing_from_within_these():
    ticks = [{"epoch": epoch, "step": 4, "steps": 4, "loss": 9.0, "accuracy": 0.1} for epoch in (1, 3)]
    figure = curves(EPOCHS, ticks, "loss")
    assert not lines(figure)["within the epoch"][0]
    assert figure.layout.yaxis.range[1] < 9


@pytest.mark.parametrize("count", [MAX_POINTS, MAX_POINTS + 1, 20_000])
def test_a_long_training_sends_few_points_and_the_newest_is_among_them(count):
    ticks = [{"epoch": 1, "step": step, "steps": count, "loss": 0.1, "accuracy": 0.9} for step in range(1, count + 1)]
    x, _ = lines(curves([], ticks, "loss"))["within the epoch"]
    assert MAX_POINTS / 2 <= len(x) <= MAX_POINTS
    assert x[-1] == 1.0


def test_of_a_thousand_epochs_few_points_are_drawn_without_markers_and_the_newest_is_among_them():
    figure = curves([{**EPOCHS[0], "epoch": epoch} for epoch in range(1, 1001)], [], "loss")
    assert all(len(line.x) <= MAX_POINTS and line.mode == "lines" for line in figure.data)
    assert lines(figure)["training"][0][-1] == 1000
    assert curves(EPOCHS, [], "loss").data[1].mode == "lines+markers"


def test_a_training_without_validation_has_no_validation_points():
    rows = [{"epoch": 1, "loss": 0.5, "accuracy": 0.8, "val_loss": None}]
    assert lines(curves(rows, [], "loss"))["validation"] == ([], [])


def test_the_picture_of_a_running_training_is_as_wide_as_that_of_the_finished_one():
    assert curves(EPOCHS[:1], [], "loss", total_epochs=2).layout.xaxis == curves(EPOCHS, [], "loss").layout.xaxis


def test_a_live_update_keeps_the_zoom():
    before, after = (curves(EPOCHS[:count], [], "loss").layout.uirevision for count in (1, 2))
    assert before == after == "loss"


def test_each_compared_run_has_a_colour_for_validation_and_training_alike():
    rows = [{"epoch": epoch, "loss": 1 / epoch, "val_loss": 2 / epoch} for epoch in (1, 2)]
    figure = compared({"A": rows, "B": rows[:1]}, "loss")
    assert [trace.name for trace in figure.data] == ["A, training", "A", "B, training", "B"]
    colours = [trace.line.color for trace in figure.data]
    assert colours[0] == colours[1] != colours[2] == colours[3]
    dashes = [trace.line.dash for trace in figure.data]
    assert dashes[0] == dashes[1] != dashes[2] == dashes[3]  # for whoever does not tell colours apart
    assert figure.data[1].marker.symbol != figure.data[3].marker.symbol
    assert (figure.data[1].x, figure.data[1].y, figure.data[3].y) == ((1, 2), (2.0, 1.0), (2.0,))


def test_training_and_validation_differ_by_their_dash_and_so_do_the_networks_of_a_race():
    racers = [{"val_loss": 0.4, "val_accuracy": 0.85}] * 4
    figure = curves([EPOCHS[0] | {"leader": 0, "racers": racers}], [], "loss", racers="abcd")
    dashes = {line.name: line.line.dash for line in figure.data}
    assert dashes["training"] != dashes["validation"] == "solid"
    assert len({dashes[name] for name in ("training", "validation", *"abcd")}) == 6


@pytest.mark.parametrize("metric", ["loss", "accuracy"])
def test_the_axis_fits_the_data_from_the_first_tick_on_and_never_leaves_what_is_possible(metric):
    first = [{"epoch": 1, "step": step, "steps": 9, "loss": 2.3 / step, "accuracy": 0.05 * step} for step in (1, 2, 3)]
    for ticks in ([], first[:1], first):
        low, high = curves([], ticks, metric).layout.yaxis.range
        values = [tick[metric] for tick in ticks] or [0, 1]
        assert 0 <= low <= min(values) and high >= max(values)
        assert high <= (1.1 if metric == "accuracy" else 2.5)
    low, high = curves(EPOCHS, first, metric).layout.yaxis.range
    assert (low == 0) if metric == "loss" else (0.75 < low < 0.8 and high < 0.95)


def test_percentages_that_differ_by_less_than_one_are_told_apart():
    near = [row | {"accuracy": 0.99, "val_accuracy": 0.985 + row["epoch"] / 1000} for row in EPOCHS]
    assert curves(near, [], "accuracy").layout.yaxis.tickformat == ".1%"
    assert curves(EPOCHS, [], "accuracy").layout.yaxis.tickformat == ".0%"
