import pytest

from digits.errors import BadConfig, RunBusy
from digits.networks.settings import make_config
from digits.runs import queue, runs
from digits.runs.run import RunState
from digits.storage.home import home
from digits.tasks import process


@pytest.fixture
def started(digits_home, monkeypatch):
    """The ids of the runs for which a worker was started; none is."""
    ids = []
    monkeypatch.setattr(process, "start", lambda arguments, log: ids.append(arguments[1]))
    return ids


@pytest.fixture
def three(started):
    """Three runs in the queue behind one that has the device."""
    made = [runs.create(make_config()) for _ in range(4)]
    for run in made:
        queue.start(run)
    assert started == [made[0].id]
    started.clear()
    return made[1:]


def end(state=RunState.DONE):
    """Let the run that has the device end, and whoever is next begin."""
    for run in runs.all_runs():
        if run.state == RunState.STARTING:
            queue._tell(run, state, "")
    queue.advance()


def test_one_trains_and_the_others_wait_in_the_order_they_came(three, started):
    assert queue.waiting() == three
    assert [queue.place(run) for run in three] == [1, 2, 3]
    for _ in three:
        end()
    assert started == [run.id for run in three] and queue.waiting() == []


def test_the_order_can_be_changed(three, started):
    first, second, third = three
    queue.move(third, 1)
    assert queue.waiting() == [third, first, second]
    queue.move(third, 99)
    assert queue.waiting() == [first, second, third]
    queue.move(second, -3)
    end()
    assert started == [second.id]


def test_a_cancelled_run_leaves_the_queue_and_is_not_started(three, started):
    three[0].ask_to_stop()
    queue.advance()
    assert (three[0].state, queue.waiting(), started) == (RunState.STOPPED, three[1:], [])


def test_starting_a_run_twice_gives_it_one_place(three):
    queue.start(three[0])
    assert queue.waiting() == three
    with pytest.raises(RunBusy, match="is queued already"):
        runs.resume(three[0])


def test_as_many_train_as_the_environment_says(three, started, monkeypatch):
    monkeypatch.setenv("DIGITS_TRAININGS", "3")
    queue.advance()
    assert started == [three[0].id, three[1].id]
    monkeypatch.setenv("DIGITS_TRAININGS", "none")
    with pytest.raises(BadConfig, match="DIGITS_TRAININGS is 'none'; expected how many"):
        queue.advance()


def test_a_damaged_queue_file_delays_but_loses_no_run(three, monkeypatch):
    (home() / "queue.json").write_text("{")
    assert queue.waiting() == []
    monkeypatch.setattr(queue, "GRACE_SECONDS", -1)
    assert queue.waiting() == three


def test_a_run_that_waits_at_the_command_line_is_not_started_by_others(three, started):
    with three[0].lock():
        end()
        assert started == []
        with queue.turn(three[0]) as mine, pytest.raises(RunBusy):
            assert mine
            runs.resume(three[0])
