"""Turns go round by person, and while a class is open each person may have only so much in the queue."""

import pytest

from digits import classes, tasks
from digits.errors import QueueFull, RunBusy
from digits.permissions import LOCAL
from digits.storage import database
from digits.tasks import COMPUTING, TRAINING, TRIALS, Place, TaskState, claims, estimates, places, store
from tests.tasks.conftest import add_worker


def enqueue(owner, number=1, lane=TRAINING):
    """Queue a task of a person, such as anna1; returns its id."""
    with database.writing() as connection:
        return store.enqueue(connection, "wait", f"{owner}{number}", owner=owner, lane=lane)


def queue(lane=TRAINING):
    return [task.subject for task in tasks.waiting(lane)]


def begin(lane=TRAINING):
    """Let a worker of its own take the next task; None if none may begin."""
    return claims.claim(add_worker(lane=lane), lane)


def begin_and_end(lane=TRAINING):
    task = begin(lane)
    claims.finish(task.id, TaskState.DONE)
    return task.subject


def test_turns_go_round_by_person_and_not_by_arrival(digits_home):
    for owner, number in [("anna", 1), ("anna", 2), ("anna", 3), ("bert", 1), ("cleo", 1), ("bert", 2)]:
        enqueue(owner, number)
    order = ["anna1", "bert1", "cleo1", "anna2", "bert2", "anna3"]
    assert queue() == order
    assert [begin_and_end() for _ in order] == order


def test_the_order_that_is_shown_is_the_order_in_which_they_begin_whoever_comes_meanwhile(digits_home):
    for number in (1, 2, 3):
        enqueue("anna", number)
    assert begin_and_end() == "anna1"
    enqueue("bert")
    assert queue() == ["bert1", "anna2", "anna3"]  # anna has had a turn
    assert begin_and_end() == "bert1"
    enqueue("bert", 2)
    enqueue("cleo")
    order = ["cleo1", "anna2", "bert2", "anna3"]
    assert queue() == order
    assert [begin_and_end() for _ in order] == order


def test_who_deletes_what_has_run_comes_no_sooner(digits_home):
    enqueue("anna")
    begin_and_end()
    enqueue("bert")
    enqueue("bert", 2)
    begin_and_end()
    with database.writing() as connection:
        connection.execute("DELETE FROM tasks WHERE owner = 'bert' AND state = 'done'")
    enqueue("anna", 2)
    assert queue() == ["anna2", "bert2"]


def test_a_task_is_moved_among_those_of_its_person_only(digits_home):
    ids = {name + str(number): enqueue(name, number) for number in (1, 2, 3) for name in ("anna", "bert")}
    assert queue() == ["anna1", "bert1", "anna2", "bert2", "anna3", "bert3"]
    store.move(ids["bert3"], 1)
    assert queue() == ["anna1", "bert3", "anna2", "bert1", "anna3", "bert2"]
    store.move(ids["bert3"], 99)
    assert queue() == ["anna1", "bert1", "anna2", "bert2", "anna3", "bert3"]


def test_a_task_that_another_process_has_to_do_is_the_next_again(digits_home):
    enqueue("anna")
    enqueue("bert")
    task = begin()
    claims.give_back(task.id)
    assert queue() == ["anna1", "bert1"]


def test_thirty_maps_of_one_person_do_not_keep_out_the_evaluation_of_another(digits_home):
    for number in range(30):
        enqueue("anna", number, COMPUTING)
    running = [begin(COMPUTING) for _ in range(places.NUM_COMPUTING)]
    enqueue("bert", 1, COMPUTING)
    claims.finish(running[0].id, TaskState.DONE)
    assert begin(COMPUTING).subject == "bert1"


# While a class is open


def test_alone_nothing_is_limited(digits_home):
    for number in range(10):
        enqueue("anna", number)
    opened = classes.create("7b", "1234")
    with pytest.raises(QueueFull):
        enqueue("anna", 10)
    classes.close(opened)
    enqueue("anna", 10)


def test_a_fourth_waiting_task_is_refused_in_a_sentence_and_leaves_nothing_behind(digits_home):
    classes.create("7b", "1234")
    for number in (1, 2, 3):
        enqueue("anna", number)
    with pytest.raises(QueueFull, match="^You have 3 in the queue already. Cancel one, or wait until the next has st"):
        enqueue("anna", 4)
    assert tasks.find("wait", "anna4") is None
    enqueue("anna", 3)  # what waits already is not asked for again
    enqueue("bert")
    enqueue("anna", 4, COMPUTING)  # another queue
    begin()
    enqueue("anna", 4)


def test_the_machine_s_owner_and_the_trials_of_a_sweep_are_not_limited(digits_home):
    classes.create("7b", "1234")
    for number in range(5):
        enqueue(LOCAL, number, COMPUTING)
        enqueue("anna", number, TRIALS)
    assert [begin(COMPUTING).owner for _ in range(places.NUM_COMPUTING)] == [LOCAL] * places.NUM_COMPUTING
    assert [begin(TRIALS).owner for _ in range(5)] == ["anna"] * 5


def test_only_one_task_of_a_person_runs_at_a_time(digits_home, monkeypatch):
    monkeypatch.setenv("DIGITS_TRAININGS", "3")
    classes.create("7b", "1234")
    for number in (1, 2):
        enqueue("anna", number)
    first = begin()
    assert begin() is None  # although places are free
    enqueue("bert")
    assert begin().subject == "bert1"
    claims.finish(first.id, TaskState.DONE)
    assert begin().subject == "anna2"


def test_no_worker_is_started_and_none_stays_for_a_task_that_may_not_begin(started, monkeypatch):
    monkeypatch.setenv("DIGITS_TRAININGS", "3")
    classes.create("7b", "1234")
    for number in (1, 2):
        tasks.submit("wait", f"{number}", owner="anna", lane=TRAINING)
    assert started == [(TRAINING,)]
    assert begin()
    for _ in range(3):
        tasks.look_after()
    assert started == [(TRAINING,)]
    assert places.leave_if_idle(add_worker(lane=TRAINING), TRAINING)


# The place that is shown


def test_a_place_is_that_in_the_order_and_the_time_that_of_all_before_it(digits_home):
    ids = [enqueue(owner, number) for owner, number in [("anna", 1), ("anna", 2), ("bert", 1), ("cleo", 1)]]
    running, second, bert, cleo = ids
    assert begin().id == running
    left = {running: 5.0, bert: 20.0, cleo: 30.0}
    places = {task.subject: tasks.place(task, left) for task in tasks.waiting(TRAINING)}
    assert places == {"bert1": Place(1, 3, 5.0), "cleo1": Place(2, 3, 25.0), "anna2": Place(3, 3, 55.0)}
    assert tasks.place(tasks.find("wait", "anna1")) is None  # it has begun


def test_with_several_places_the_first_free_one_counts(digits_home):
    left = {enqueue("anna", number, COMPUTING): seconds for number, seconds in enumerate([40.0, 10.0, 5.0, 1.0, 1.0])}
    begin(COMPUTING), begin(COMPUTING)
    assert [tasks.place(task, left).seconds for task in tasks.waiting(COMPUTING)] == [10.0, 15.0, 16.0]


def test_a_time_that_nobody_can_know_is_not_told(digits_home):
    enqueue("anna")
    enqueue("bert")
    first, second = tasks.waiting(TRAINING)
    assert (tasks.place(first), tasks.place(second)) == (Place(1, 2, 0.0), Place(2, 2, None))


def test_without_other_knowledge_a_task_takes_as_long_as_its_kind_did(digits_home, monkeypatch):
    clock, now = claims.clock, [0.0]
    monkeypatch.setattr(claims, "clock", lambda: clock() + now[0])
    monkeypatch.setattr(estimates, "clock", lambda: clock() + now[0])
    enqueue("anna")
    task = begin()
    now[0] += 60
    claims.finish(task.id, TaskState.DONE)
    for number in (2, 3, 4):
        enqueue("anna", number)
    begin()
    now[0] += 20
    assert [tasks.place(task).seconds for task in tasks.waiting(TRAINING)] == pytest.approx([40, 100], abs=2)


def test_moving_what_does_not_wait_is_refused(digits_home):
    task = enqueue("anna")
    begin()
    with pytest.raises(RunBusy, match="not waiting in the queue"):
        store.move(task, 1)
