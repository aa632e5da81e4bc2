"""The class at a glance: a line for each pupil, from as few questions to the database as for one."""

from dataclasses import dataclass

from digits import classes, tasks
from digits.classes import Class, Member
from digits.classes.membership import PUPIL, TEACHER
from digits.evaluation import store as results
from digits.lessons import checks, learners
from digits.lessons.content import LESSONS
from digits.runs import store as runs
from digits.runs.run import Run
from digits.storage import database
from digits.tasks import COMPUTING, TRAINING, Task, TaskState


@dataclass(frozen=True)
class Line:
    """Where a pupil is."""

    member: Member
    steps: dict[str, int]
    """How many steps of each lesson are done, by the lesson's name."""
    run: Run | None
    """The newest."""
    accuracy: float | None
    """Of that run, on the test set of its split or else another; None while it is not evaluated."""
    num_drawings: int
    num_shared: int
    running: Task | None
    """What is done for them now."""
    place: int
    """Of the first of their tasks that wait, in the queue of its lane: 1 for the next to start; 0 if none waits."""


def names(of: Class) -> dict[str, str]:
    """Return what everybody may call the members, by id: their first names or, while these are hidden, "Pupil 7"."""
    found = classes.members(of)
    if not of.hide_names:
        return {member.id: member.first_name for member in found}
    return {
        member.id: f"{role.capitalize()} {number}"
        for role in (TEACHER, PUPIL)
        for number, member in enumerate((member for member in found if member.role == role), start=1)
    }


def lines(of: Class) -> list[Line]:
    """Return a line for each pupil, in the order in which they joined. Raises StoreUnavailable."""
    members = {member.id: member for member in classes.members(of) if member.role == PUPIL}
    learned, newest = learners.learners(list(members)), runs.newest_of_each(members)
    evaluated, drawn = results.accuracy_of_each([run.id for run in newest.values()]), _drawings(of)
    at_work, places = _tasks()
    found = []
    for owner, member in members.items():
        run = newest.get(owner)
        num_drawings, num_shared = drawn.get(owner, (0, 0))
        found.append(
            Line(
                member,
                {name: _done(lesson, learned[owner]) for name, lesson in LESSONS.items()},
                run,
                evaluated.get(run.id) if run else None,
                num_drawings,
                num_shared,
                at_work.get(owner),
                places.get(owner, 0),
            )
        )
    return found


def _done(lesson, learner: learners.Learner) -> int:
    return sum(bool(checks.check(step.check, learner)) for step in lesson.steps)


def _drawings(of: Class) -> dict[str, tuple[int, int]]:
    """Return how many drawings each member has and shares."""
    rows = database.rows(
        """SELECT owner, count(*) AS num_drawings, sum(shared) AS num_shared FROM drawings
           JOIN members ON members.id = owner WHERE class = ? GROUP BY owner""",
        (of.id,),
    )
    return {row["owner"]: (row["num_drawings"], row["num_shared"]) for row in rows}


def _tasks() -> tuple[dict[str, Task], dict[str, int]]:
    """Return what runs for each owner, and the place of the first that waits."""
    running = {task.owner: task for task in tasks.unfinished() if task.state == TaskState.RUNNING}
    places: dict[str, int] = {}
    for lane in (TRAINING, COMPUTING):
        for place, task in enumerate(tasks.waiting(lane), start=1):
            places.setdefault(task.owner, place)
    return running, places
