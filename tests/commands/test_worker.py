"""Workers as pages start them: python -m digits work."""

import ast

from digits import tasks
from digits.commands.worker import HANDLERS
from digits.data.dataset import is_prepared
from digits.evaluation import evaluate, features
from digits.evaluation.test_sets import test_set as named_test_set
from digits.storage import database
from digits.storage.home import ROOT
from digits.tasks import TaskState
from tests.conftest import wait_until
from tests.runs.conftest import finished


def kinds():
    """The kinds of tasks that pages and commands ask for by name."""
    for folder in ("pages", "digits"):
        for file in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                name = isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", ""))
                is_named = name in ("submit", "do_now", "offer", "compute") and node.args
                if is_named and isinstance(node.args[0], ast.Constant):
                    yield node.args[0].value


def test_every_task_that_somebody_asks_for_has_a_function():
    asked_for = set(kinds())
    assert asked_for <= set(HANDLERS) and {"train", "prepare", "audit"} <= asked_for


def test_a_worker_does_what_waits_and_ends(digits_home):
    tasks.submit("prepare", "sample")
    wait_until(lambda: tasks.find("prepare", "sample").state == TaskState.DONE)
    assert is_prepared("sample")
    run = finished()
    chosen = named_test_set("tutorial", run.settings)
    for kind in ("evaluate", "features"):
        tasks.submit(kind, run.id, "tutorial")
    wait_until(lambda: not tasks.unfinished())
    assert evaluate.stored(run, chosen)["accuracy"] > 0.9
    assert len(features.stored(run, "tutorial")) == 1_000

    def workers():
        with database.reading() as connection:
            return connection.execute("SELECT count(*) FROM workers").fetchone()[0]

    wait_until(lambda: workers() == 0)


def test_the_cause_of_a_failed_task_is_stored(digits_home):
    run = finished()
    tasks.submit("evaluate", run.id, "evil")
    wait_until(lambda: not tasks.unfinished())
    task = tasks.find("evaluate", run.id, "evil")
    assert task.state == TaskState.FAILED and "There is no test set 'evil'" in task.cause
