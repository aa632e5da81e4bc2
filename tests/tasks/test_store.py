"""What is decided about tasks: each is done once, in its turn, by one worker, which is known whatever happens to it."""

import dataclasses
import signal
import time
from collections import Counter

import pytest

from digits import tasks
from digits.errors import BadConfig, RunBusy, TakenOver
from digits.storage import database
from digits.tasks import (
    COMPUTING,
    TRAINING,
    TaskState,
    claims,
    lease,
    memory,
    places,
    store,
    supervision,
    turns,
    workers,
)
from digits.tasks.lease import FOREIGN_SECONDS, SILENT_SECONDS
from tests.conftest import wait_until
from tests.tasks.conftest import add_worker


def enqueue(subject, lane=COMPUTING, **options):
    with database.writing() as connection:
        return store.enqueue(connection, "wait", subject, lane=lane, **options)


def state(subject):
    return tasks.find("wait", subject).state


def finish(task, worker, how=TaskState.DONE):
    """End a task as its worker does it."""
    with database.guarded(lambda connection: claims.check_lease(connection, task.id, worker)):
        claims.finish(task.id, how)


def subjects(lane=TRAINING):
    return [task.subject for task in tasks.waiting(lane)]


@pytest.fixture
def later(monkeypatch):
    """later(seconds) lets that time pass for whoever looks at leases."""
    clock = lease.clock

    def later(seconds):
        for module in (claims, lease, memory, places, store, supervision, turns, workers):
            monkeypatch.setattr(module, "clock", lambda: clock() + seconds)

    return later


# Queueing


def test_looking_for_a_task_that_nobody_asked_for_makes_nothing(digits_home):
    assert tasks.find("wait", "a") is None
    assert tasks.unfinished() == tasks.waiting() == []
    tasks.look_after()
    assert list(digits_home.iterdir()) == []


def test_asking_twice_is_one_task_and_one_worker(started):
    tasks.submit("wait", "a", owner="anna")
    tasks.submit("wait", "a", owner="bert")
    [task] = tasks.unfinished()
    assert (task.kind, task.subject, task.state, task.owner) == ("wait", "a", TaskState.QUEUED, "anna")
    assert started == [(COMPUTING,)]


def test_an_ended_task_can_be_asked_for_again_and_forgets_how_it_ended(started):
    tasks.submit("wait", "a")
    worker = add_worker()
    task = claims.claim(worker, COMPUTING)
    with database.guarded(lambda connection: claims.check_lease(connection, task.id, worker)):
        claims.tell(task.id, 0.7, "Waiting")
        claims.finish(task.id, TaskState.FAILED, "There are no digits.")
    assert (state("a"), tasks.find("wait", "a").cause) == (TaskState.FAILED, "There are no digits.")
    tasks.submit("wait", "a", owner="bert")
    again = tasks.find("wait", "a")
    assert (again.id, again.owner, again.state) == (task.id, "bert", TaskState.QUEUED)
    assert (again.fraction, again.phase, again.cause, again.request) == (0, "", "", "")


def test_the_same_work_on_another_subject_or_part_is_another_task(started):
    for subject, part in (("a", ""), ("b", ""), ("a", "official")):
        tasks.submit("wait", subject, part)
    assert len(tasks.waiting(COMPUTING)) == 3


def test_tasks_begin_in_the_order_in_which_they_came(digits_home):
    for name in "abc":
        enqueue(name)
    worker = add_worker()
    for name in "abc":
        task = claims.claim(worker, COMPUTING)
        assert (task.subject, task.state, task.phase) == (name, TaskState.RUNNING, "Starting")
        finish(task, worker)
    assert claims.claim(worker, COMPUTING) is None


def test_the_order_can_be_changed(digits_home):
    ids = {name: enqueue(name, TRAINING) for name in "abc"}
    store.move(ids["c"], 1)
    assert subjects() == ["c", "a", "b"]
    store.move(ids["c"], 99)
    assert subjects() == ["a", "b", "c"]
    store.move(ids["b"], -3)
    assert subjects() == ["b", "a", "c"]
    enqueue("d", TRAINING)
    assert subjects() == ["b", "a", "c", "d"]
    assert claims.claim(add_worker(lane=TRAINING), TRAINING).subject == "b"
    with pytest.raises(RunBusy, match="not waiting in the queue"):
        store.move(ids["b"], 1)


def test_moving_in_one_lane_leaves_the_other_alone(digits_home):
    enqueue("x")
    ids = {name: enqueue(name, TRAINING) for name in "ab"}
    enqueue("y")
    store.move(ids["b"], 1)
    assert (subjects(TRAINING), subjects(COMPUTING)) == (["b", "a"], ["x", "y"])


# Places


@pytest.mark.parametrize(("lane", "trainings", "places"), [(TRAINING, "", 1), (TRAINING, "3", 3), (COMPUTING, "1", 2)])
def test_as_many_run_at_once_as_a_lane_has_places(started, monkeypatch, lane, trainings, places):
    if trainings:
        monkeypatch.setenv("DIGITS_TRAININGS", trainings)
    for number in range(5):
        enqueue(f"{number}", lane)
    tasks.look_after()
    tasks.look_after()
    assert started == [(lane,)] * places
    claimed = [claims.claim(add_worker(lane=lane), lane) for _ in range(5)]
    assert [task is not None for task in claimed] == [True] * places + [False] * (5 - places)


@pytest.mark.parametrize("value", ["none", "0", "-1", "1.5", ""])
def test_a_bad_number_of_trainings_is_refused(started, monkeypatch, value):
    monkeypatch.setenv("DIGITS_TRAININGS", value)
    with pytest.raises(BadConfig, match=f"DIGITS_TRAININGS is '{value}'; expected how many runs may train at once"):
        tasks.submit("wait", "a", lane=TRAINING)


def test_a_full_lane_does_not_delay_the_other(started):
    enqueue("a", TRAINING)
    claims.claim(add_worker(lane=TRAINING), TRAINING)
    enqueue("b", TRAINING)
    enqueue("c")
    tasks.look_after()
    assert started == [(COMPUTING,)]


def test_a_worker_that_is_on_its_way_counts(digits_home, monkeypatch):
    """Between its place and its first word it is neither lost nor replaced, however slow the machine is."""
    monkeypatch.setattr(workers, "_start", lambda *arguments: None)
    enqueue("a", TRAINING)
    enqueue("b", TRAINING)
    tasks.look_after()
    with database.reading() as connection:
        [first] = connection.execute("SELECT id FROM workers").fetchall()
    tasks.look_after()
    with database.reading() as connection:
        assert connection.execute("SELECT id FROM workers").fetchall() == [first]
    assert places.identify(first["id"], 1) and claims.claim(first["id"], TRAINING).subject == "a"


def test_a_worker_that_never_came_loses_its_place_and_ends_if_it_comes_later(digits_home, monkeypatch, later):
    monkeypatch.setattr(workers, "_start", lambda *arguments: None)
    enqueue("a", TRAINING)
    tasks.look_after()
    with database.reading() as connection:
        [first] = connection.execute("SELECT id FROM workers").fetchall()
    later(FOREIGN_SECONDS + 1)
    tasks.look_after()
    with database.reading() as connection:
        [second] = connection.execute("SELECT id FROM workers").fetchall()
    assert second["id"] > first["id"]
    assert not places.identify(first["id"], 1)
    assert claims.claim(first["id"], TRAINING) is None
    assert claims.claim(second["id"], TRAINING).subject == "a"


CLAIM = """
import os, sys
from digits.storage import database
from digits.tasks import COMPUTING, TaskState, claims, places
places.NUM_COMPUTING = 100
go, went = os.pipe()
for number in range(8):
    if not os.fork():
        os.close(went)
        os.read(go, 1)  # until all are there
        with database.writing() as connection:
            worker = places.add_worker(connection, COMPUTING, foreground=False, pid=os.getpid())
        while task := claims.claim(worker, COMPUTING):
            with open(os.environ["DIGITS_HOME"] + "/notes", "a") as file:
                file.write(f"{task.subject} {number}\\n")
            with database.guarded(lambda connection: claims.check_lease(connection, task.id, worker)):
                claims.finish(task.id, TaskState.DONE)
        os._exit(0)
os.close(go); os.close(went)
sys.exit(max(os.waitstatus_to_exitcode(os.wait()[1]) for _ in range(8)))
"""


def test_eight_processes_do_each_of_forty_tasks_exactly_once(python, digits_home):
    with database.writing() as connection:
        for number in range(40):
            store.enqueue(connection, "wait", f"{number:02}")
    assert python(CLAIM).wait() == 0
    done = [line.split() for line in (digits_home / "notes").read_text().splitlines()]
    assert Counter(subject for subject, _ in done) == {f"{number:02}": 1 for number in range(40)}
    assert all(state(f"{number:02}") == TaskState.DONE for number in range(40))


# Whoever is at it


@pytest.fixture
def running(bystander):
    """A task that a process of its own is at. Returns the process and the generation number of its lease."""
    process = bystander()
    enqueue("a")
    worker = add_worker(process.pid)
    assert claims.claim(worker, COMPUTING).subject == "a"
    return process, worker


def test_the_task_of_a_killed_worker_is_lost_at_once_and_its_place_is_free(running, started):
    process, _ = running
    assert state("a") == TaskState.RUNNING
    process.kill()
    # It stays a zombie, because nobody asks how it ended.
    wait_until(lambda: lease.started(process.pid) is None)
    assert (state("a"), "ended unexpectedly" in tasks.find("wait", "a").cause) == (TaskState.LOST, True)
    [lost] = tasks.unfinished()
    assert lost.state == TaskState.LOST
    tasks.look_after()
    assert tasks.unfinished() == [] and state("a") == TaskState.LOST
    tasks.submit("wait", "a")
    assert (state("a"), started) == (TaskState.QUEUED, [(COMPUTING,)])


def test_nobody_takes_over_the_work_of_a_worker_that_does_not_respond(running, started, later):
    assert tasks.find("wait", "a").is_responding
    later(SILENT_SECONDS + 1)
    task = tasks.find("wait", "a")
    assert (task.state, task.is_responding) == (TaskState.RUNNING, False)
    later(24 * 3600)
    tasks.submit("wait", "a")
    assert (state("a"), started, running[0].poll()) == (TaskState.RUNNING, [], None)
    places.renew(running[1])
    assert tasks.find("wait", "a").is_responding


def test_a_clock_that_is_set_back_or_forward_changes_nothing(running, monkeypatch):
    for now in (0, time.time() + 10 * 365 * 24 * 3600):
        monkeypatch.setattr(time, "time", lambda now=now: now)
        places.renew(running[1])
        task = tasks.find("wait", "a")
        assert (task.state, task.is_responding) == (TaskState.RUNNING, True)
        tasks.look_after()
        assert state("a") == TaskState.RUNNING


def change_lease(**values):
    with database.writing() as connection:
        for name, value in values.items():
            connection.execute(f"UPDATE workers SET {name} = ?", (value,))


@pytest.mark.parametrize(
    "other", [{"pid_started": "1"}, {"boot_id": "before"}, {"boot_id": "before", "pid_namespace": "another container"}]
)
def test_another_process_with_the_same_pid_is_not_taken_for_the_worker(running, other):
    change_lease(**other)
    assert state("a") == TaskState.LOST


def test_a_worker_of_another_container_counts_as_gone_only_after_a_long_silence(running, later):
    change_lease(pid_namespace="another container", pid=1)
    assert state("a") == TaskState.RUNNING
    later(FOREIGN_SECONDS - 1)
    assert (state("a"), tasks.find("wait", "a").is_responding) == (TaskState.RUNNING, False)
    later(FOREIGN_SECONDS + 1)
    assert state("a") == TaskState.LOST


def test_a_lease_tells_its_process_from_any_other(bystander):
    process = bystander()
    first = lease.started(process.pid)
    assert first is not None and first == lease.started(process.pid)
    process.kill()
    process.wait()
    assert lease.started(process.pid) is None
    assert lease.started(2**22 - 1) is None


def test_a_worker_whose_work_was_given_to_another_changes_nothing(running, started):
    _, old = running
    task = tasks.find("wait", "a")
    places.remove_worker(old)  # it counted as gone
    tasks.submit("wait", "a")
    new = add_worker()
    assert claims.claim(new, COMPUTING).subject == "a"
    before = tasks.find("wait", "a")
    with database.guarded(lambda connection: claims.check_lease(connection, task.id, old)):
        for write in (
            lambda: claims.tell(task.id, 0.9, "Back from the dead"),
            lambda: claims.finish(task.id, TaskState.FAILED, "Back from the dead"),
            lambda: claims.acknowledge(task.id),
        ):
            with pytest.raises(TakenOver, match="given to another process"):
                write()
    assert not places.renew(old) and claims.claim(old, COMPUTING) is None
    assert tasks.find("wait", "a") == before
    finish(task, new)
    assert state("a") == TaskState.DONE


def test_a_task_that_ended_is_not_changed_by_its_own_late_worker(running):
    _, worker = running
    task = tasks.find("wait", "a")
    finish(task, worker)
    with pytest.raises(TakenOver):
        finish(task, worker, TaskState.FAILED)
    assert state("a") == TaskState.DONE


# Asking it to end


@pytest.mark.parametrize(("what", "end"), [("stop", TaskState.STOPPED), ("pause", TaskState.PAUSED)])
def test_a_task_that_waits_ends_at_once_when_asked(started, what, end):
    tasks.submit("wait", "a")
    tasks.submit("wait", "b")
    tasks.stop(tasks.find("wait", "a").id, what)
    assert (state("a"), tasks.find("wait", "a").phase) == (end, "Ended before it began")
    assert claims.claim(add_worker(), COMPUTING).subject == "b"


def test_a_running_task_notices_what_is_asked_and_is_not_ended_by_force(running, started):
    task = tasks.find("wait", "a")
    tasks.stop(task.id, "pause")
    assert (claims.current_request(task.id), tasks.find("wait", "a").request) == ("pause", "pause")
    assert (state("a"), running[0].poll()) == (TaskState.RUNNING, None)


def test_asking_an_ended_task_changes_nothing(running):
    finish(tasks.find("wait", "a"), running[1])
    before = tasks.find("wait", "a")
    tasks.stop(before.id)
    assert tasks.find("wait", "a") == before


@pytest.fixture
def signals(running):
    """The signals that would have been sent to workers."""
    sent = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(workers.os, "kill", lambda pid, number: sent.append((pid, signal.Signals(number))))
        yield sent


def test_a_worker_that_notices_nothing_is_ended_first_by_sigterm_then_by_sigkill(running, signals, later):
    process, _ = running
    tasks.stop(tasks.find("wait", "a").id)
    later(workers.ASKED_SECONDS - 1)
    change_lease(renewed=places.clock())
    tasks.look_after()
    assert signals == []
    later(workers.ASKED_SECONDS + 1)
    change_lease(renewed=places.clock())  # its other threads live
    tasks.look_after()
    tasks.look_after()
    assert signals == [(process.pid, signal.SIGTERM)]
    later(workers.ASKED_SECONDS + workers.TERM_SECONDS + 2)
    tasks.look_after()
    tasks.look_after()
    assert signals == [(process.pid, signal.SIGTERM), (process.pid, signal.SIGKILL)]


def test_a_worker_without_a_sign_of_life_is_ended_soon(running, signals, later):
    tasks.stop(tasks.find("wait", "a").id)
    later(SILENT_SECONDS + 0.1)
    tasks.look_after()
    assert [number for _, number in signals] == [signal.SIGTERM]
    assert SILENT_SECONDS + workers.TERM_SECONDS <= 15


def test_a_worker_that_nobody_asked_to_end_is_never_ended(running, signals, later):
    later(24 * 3600)
    tasks.look_after()
    assert signals == []


def test_asking_twice_does_not_end_a_worker_that_has_noticed_and_makes_progress(running, signals, later):
    work = tasks.Work(tasks.find("wait", "a"))
    tasks.stop(work.task.id)
    assert work.request == "stop"
    tasks.stop(work.task.id)
    work.tell(0.9, "Evaluating")
    later(workers.ASKED_SECONDS + workers.TERM_SECONDS + 10)
    change_lease(renewed=places.clock())
    tasks.look_after()
    assert signals == []


def test_a_worker_that_has_noticed_and_then_hangs_is_ended_too(running, signals, later):
    task = tasks.find("wait", "a")
    tasks.stop(task.id)
    claims.acknowledge(task.id)
    later(SILENT_SECONDS + 1)
    tasks.look_after()
    assert [number for _, number in signals] == [signal.SIGTERM]


def test_no_signal_goes_to_another_process_that_has_the_pid_now(running, signals, later):
    tasks.stop(tasks.find("wait", "a").id)
    later(24 * 3600)
    change_lease(pid_namespace="another container", renewed=places.clock() - SILENT_SECONDS - 1)
    tasks.look_after()
    change_lease(pid_namespace=lease.pid_namespace(), pid_started="1")
    tasks.look_after()
    assert signals == []


def test_a_worker_that_was_ended_on_request_leaves_its_task_stopped_and_its_place_free(running, started, later):
    process, _ = running
    tasks.stop(tasks.find("wait", "a").id)
    later(SILENT_SECONDS + 1)
    tasks.look_after()  # SIGTERM, which ends this one
    wait_until(lambda: lease.started(process.pid) is None)
    tasks.submit("wait", "b")
    assert (state("a"), tasks.find("wait", "a").cause) == (
        TaskState.STOPPED, "It did not respond and was ended. The last checkpoint is kept."
    )  # fmt: skip
    assert started == [(COMPUTING,)]


# A process at the command line that waits for its turn


def reserve(subject, pid=None):
    """Let a process wait for its turn in the training lane; returns its generation number."""
    worker = add_worker(pid, TRAINING, foreground=True)
    return worker, enqueue(subject, TRAINING, reserved=worker)


def test_a_task_that_somebody_waits_for_is_done_by_nobody_else(started):
    waiting, task = reserve("a")
    tasks.look_after()
    assert started == []
    assert claims.claim(add_worker(lane=TRAINING), TRAINING) is None
    assert claims.claim(waiting, TRAINING, only=task).subject == "a"


def test_a_waiting_process_that_was_killed_leaves_its_task_to_a_worker(bystander, started):
    process = bystander()
    reserve("a", process.pid)
    process.kill()
    process.wait()
    tasks.look_after()
    assert started == [(TRAINING,)]
    assert claims.claim(add_worker(lane=TRAINING), TRAINING).subject == "a"


def test_a_suspended_process_that_waits_delays_nobody_and_keeps_its_place(started, later):
    waiting, task = reserve("a")
    enqueue("b", TRAINING)
    worker = add_worker(lane=TRAINING)
    assert claims.claim(worker, TRAINING) is None
    later(SILENT_SECONDS + 1)
    b = claims.claim(worker, TRAINING)
    assert b.subject == "b"
    places.renew(waiting)
    assert claims.claim(waiting, TRAINING, only=task) is None  # the place is taken meanwhile
    places.remove_worker(worker)
    assert claims.claim(waiting, TRAINING, only=task).subject == "a"


def test_computing_at_the_command_line_waits_for_no_turn(digits_home):
    for number in range(5):
        enqueue(f"{number}")
        claims.claim(add_worker(), COMPUTING)
    worker = add_worker(foreground=True)
    task = enqueue("a", reserved=worker)
    assert claims.claim(worker, COMPUTING, only=task, out_of_turn=True).subject == "a"


def test_a_task_is_a_value(running):
    with pytest.raises(dataclasses.FrozenInstanceError):
        tasks.find("wait", "a").state = TaskState.DONE
