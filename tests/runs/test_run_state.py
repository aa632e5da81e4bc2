import pytest

from digits.runs.run import RunState
from digits.tasks import TaskState


@pytest.mark.parametrize(
    ("stage", "expected"),
    [("starting", "starting"), ("running", "running"), ("evaluating", "evaluating"), ("finished", "evaluating")],
)
def test_a_run_at_work_is_in_one_of_three_stages_also_in_its_last_moment(stage, expected):
    assert RunState.of(TaskState.RUNNING, stage) == expected


@pytest.mark.parametrize("task", [state for state in TaskState if state != TaskState.RUNNING])
def test_any_other_run_has_the_state_of_its_task(task):
    assert RunState.of(task, "finished") == str(task)
