"""Doing a task here and now: how far it is, how it ends, and what signals ask of it."""

import errno
import os
import signal
import threading
import time
from types import SimpleNamespace

import pytest

from digits import tasks
from digits.errors import DigitsError, RunBusy, TakenOver
from digits.storage import database
from digits.tasks import COMPUTING, TRAINING, Interrupted, TaskState, claims, execution, places, store, work
from tests.conftest import wait_until
from tests.tasks.conftest import add_worker


def do(handler, subject="a", part="", **options):
    return tasks.do_now("wait", subject, part, handler, **options)


def workers_left():
    with database.reading() as connection:
        return connection.execute("SELECT count(*) FROM workers").fetchone()[0]


def test_a_task_done_in_this_process_is_visible_to_everybody(digits_home):
    seen, heard = [], []

    def handler(job, subject, part):
        seen.append((subject, part, tasks.find("wait", "a", "official").state))
        job.tell(0.5, "Half")
        seen.append((tasks.find("wait", "a", "official").fraction, tasks.find("wait", "a", "official").phase))

    task = do(handler, part="official", on_progress=lambda fraction, phase: heard.append((fraction, phase)))
    assert (task.state, task.fraction, task.cause) == (TaskState.DONE, 1.0, "")
    assert seen == [("a", "official", TaskState.RUNNING), (0.5, "Half")]
    assert heard == [(0.5, "Half")]
    assert workers_left() == 0


def test_a_task_ends_as_its_function_says(digits_home):
    assert do(lambda job, subject, part: TaskState.STOPPED).state == TaskState.STOPPED
    assert do(lambda job, subject, part: None).state == TaskState.DONE
    assert do(lambda job, subject, part: {"issues": []}).state == TaskState.DONE  # as of the search for doubtful labels

    def pause(job, subject, part):
        raise Interrupted(TaskState.PAUSED)

    task = do(pause)
    assert (task.state, task.phase) == (TaskState.PAUSED, "On request")


def raising(error):
    def handler(job, subject, part):
        raise error

    return handler


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (DigitsError("There are no digits.", "They should be in /data."), "There are no digits."),
        (MemoryError(), "There was not enough memory. Close other programs and try again."),
        (
            OSError(errno.EMFILE, "Too many open files", "/home/me/secret.npy"),
            "The system refused: Too many open files. Check the disk, and try again.",
        ),
        (ValueError("3 is not 4\nand more"), "It failed because of a fault in Digits: 3 is not 4"),
    ],
)
def test_an_error_is_raised_and_stored_as_the_cause(digits_home, capsys, error, cause):
    with pytest.raises(type(error)):
        do(raising(error))
    task = tasks.find("wait", "a")
    assert (task.state, task.cause) == (TaskState.FAILED, cause)
    assert workers_left() == 0
    assert ("Traceback" in capsys.readouterr().err) == isinstance(error, ValueError)
    assert do(lambda job, subject, part: None).state == TaskState.DONE


def test_reports_are_written_at_each_phase_and_otherwise_at_most_twice_a_second(digits_home, monkeypatch):
    written, now = [], [0.0]
    monkeypatch.setattr(work, "time", SimpleNamespace(monotonic=lambda: now[0]))
    monkeypatch.setattr(claims, "tell", lambda task, fraction, phase: written.append((fraction, phase)))

    def handler(job, subject, part):
        for number in range(16):
            job.tell(number / 16, "First" if number < 5 else "Second")
            now[0] += 0.125

    do(handler)
    assert [(16 * fraction, phase) for fraction, phase in written] == [
        (0, "First"), (4, "First"), (5, "Second"), (9, "Second"), (13, "Second"),
    ]  # fmt: skip


def test_a_report_ends_the_work_if_somebody_asked_for_it(digits_home, monkeypatch):
    monkeypatch.setattr(work, "LOOK_SECONDS", 0)

    def handler(job, subject, part):
        job.report(0.1, "Waiting")
        tasks.stop(job.task.id, "pause")
        job.report(0.2, "Waiting")
        raise AssertionError("it went on")

    assert do(handler).state == TaskState.PAUSED


def test_a_task_that_another_process_does_is_refused(digits_home, bystander):
    with database.writing() as connection:
        store.enqueue(connection, "wait", "a")
    claims.claim(add_worker(bystander().pid), COMPUTING)
    with pytest.raises(RunBusy, match="Another process is doing this already. Wait for it."):
        do(lambda job, subject, part: None)
    assert tasks.find("wait", "a").state == TaskState.RUNNING
    assert workers_left() == 1


def test_a_queued_task_is_done_in_this_process_at_once(started):
    tasks.submit("wait", "a")
    assert do(lambda job, subject, part: None).state == TaskState.DONE


@pytest.fixture
def busy(digits_home, bystander):
    """A run that trains in another process. Returns the generation number of its worker."""
    with database.writing() as connection:
        store.enqueue(connection, "wait", "other", lane=TRAINING)
    worker = add_worker(bystander().pid, TRAINING)
    claims.claim(worker, TRAINING)
    return worker


def test_a_training_waits_for_its_turn_and_says_so(busy, started):
    said, done = [], []

    def on_progress(fraction, phase):
        said.append(phase)
        if len(said) == 2:
            places.remove_worker(busy)

    task = do(lambda job, subject, part: done.append(1), lane=TRAINING, on_progress=on_progress)
    assert (task.state, done) == (TaskState.DONE, [1])
    assert said == ["Waiting: another run is using the device"] * 2


def test_what_needs_no_device_does_not_wait_for_it(busy, started):
    assert do(lambda job, subject, part: None).state == TaskState.DONE


def test_a_training_that_is_taken_out_of_the_queue_while_it_waits_is_not_done(busy, started):
    def stop(fraction, phase):
        tasks.stop(tasks.find("wait", "a").id)

    task = do(lambda job, subject, part: 1 / 0, lane=TRAINING, on_progress=stop)
    assert (task.state, task.phase, workers_left()) == (TaskState.STOPPED, "Ended before it began", 1)


def test_the_next_task_gets_a_worker_when_this_one_has_ended(started):
    with database.writing() as connection:
        store.enqueue(connection, "wait", "b")
    do(lambda job, subject, part: None)
    assert started == [(COMPUTING,)]


# Signals


def send(number):
    """A handler that sends this process a signal and then asks what is wanted of it."""

    def handler(job, subject, part):
        os.kill(os.getpid(), number)
        return work.REQUESTS[job.request]

    return handler


@pytest.mark.parametrize(
    ("number", "end"),
    [(signal.SIGINT, TaskState.STOPPED), (signal.SIGTERM, TaskState.PAUSED), (signal.SIGHUP, TaskState.PAUSED)],
)
def test_ctrl_c_stops_and_the_other_signals_pause(digits_home, number, end):
    before = signal.getsignal(number)
    assert do(send(number)).state == end
    assert signal.getsignal(number) == before


def test_a_second_ctrl_c_ends_at_once_and_the_state_says_so(digits_home):
    def handler(job, subject, part):
        os.kill(os.getpid(), signal.SIGINT)
        assert job.request == "stop"
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(10)

    with pytest.raises(KeyboardInterrupt):
        do(handler)
    task = tasks.find("wait", "a")
    assert (task.state, task.cause) == (
        TaskState.STOPPED, "Ended at once by a second Ctrl-C. The last checkpoint is kept."
    )  # fmt: skip
    assert workers_left() == 0


@pytest.mark.parametrize(("number", "end"), [(signal.SIGINT, TaskState.STOPPED), (signal.SIGTERM, TaskState.PAUSED)])
def test_a_signal_ends_the_waiting_too_and_nobody_does_the_task(busy, started, number, end):
    task = do(lambda job, subject, part: 1 / 0, lane=TRAINING, on_progress=lambda *told: os.kill(os.getpid(), number))
    assert (task.state, tasks.waiting(TRAINING)) == (end, [])


# Whoever has lost its place


def test_a_worker_that_has_lost_its_place_writes_nothing_more(digits_home):
    def handler(job, subject, part):
        with database.reading() as connection:
            [worker] = connection.execute("SELECT id FROM workers").fetchall()
        # Not in the context of this task, as another process does it.
        thread = threading.Thread(target=places.remove_worker, args=(worker["id"],))
        thread.start()
        thread.join()
        job.tell(0.9, "Back from the dead")

    with pytest.raises(TakenOver):
        do(handler)
    task = tasks.find("wait", "a")
    assert task.state == TaskState.LOST and task.phase != "Back from the dead"


def test_a_worker_that_came_too_late_does_nothing(started):
    tasks.submit("wait", "a")
    tasks.serve(4711, COMPUTING, {"wait": lambda job, subject, part: 1 / 0})
    assert tasks.find("wait", "a").state == TaskState.QUEUED


def test_a_kind_that_a_worker_does_not_know_fails_in_words(started):
    tasks.submit("wait", "a")
    tasks.serve(add_worker(), COMPUTING, {})
    task = tasks.find("wait", "a")
    assert (task.state, task.cause) == (TaskState.FAILED, "The worker belongs to another version of Digits. Try again.")


def test_a_worker_goes_on_with_the_next_task_when_one_failed(started, capsys):
    done = []

    def handler(job, subject, part):
        done.append(subject)
        if subject == "a":
            raise ZeroDivisionError("division by zero")

    for name in "abc":
        tasks.submit("wait", name)
    tasks.serve(add_worker(), COMPUTING, {"wait": handler})
    assert done == ["a", "b", "c"]
    assert [tasks.find("wait", name).state for name in "abc"] == [TaskState.FAILED, TaskState.DONE, TaskState.DONE]
    assert "ZeroDivisionError" in capsys.readouterr().err  # for the log


def test_a_worker_without_a_lease_notices_it(digits_home):
    worker = add_worker()
    with execution.renewed(worker) as has_place:
        assert has_place()
        places.remove_worker(worker)
        wait_until(lambda: not has_place())


def test_the_lease_is_renewed_while_the_work_takes_its_time(digits_home, monkeypatch):
    clock, added = places.clock, []
    monkeypatch.setattr(places, "clock", lambda: clock() + sum(added))
    with execution.renewed(add_worker()):
        with database.reading() as connection:
            before = connection.execute("SELECT renewed FROM workers").fetchone()[0]

        def renewed():
            with database.reading() as connection:
                return connection.execute("SELECT renewed FROM workers").fetchone()[0]

        added.append(100)
        wait_until(lambda: renewed() > before + 90)
