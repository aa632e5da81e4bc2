"""The app as a user meets it, without a browser."""

import functools
import os
import shutil

import pytest
import streamlit as st
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.scriptrunner import script_runner
from streamlit.testing.v1 import AppTest

from digits.runs import store as runs
from digits.runs import updates
from digits.runs.run import Run, RunState
from digits.storage import database
from digits.storage.home import ROOT, run_folder
from digits.tasks import TRAINING, claims, places, workers
from pages.draw.canvas import draft
from tests.conftest import PATIENCE

# What a link or a name may carry and must stay without effect: all of it for the parser of links (test_pickers.py), one
# for each page.
HOSTILE = [
    "nope",
    "../..",
    "<script>alert(1)</script>",
    "[a](http://evil.example) $x^2$ :red[b]",
    "=1+1",
    "a\0b",
    "\u202etxt.exe",
    "مرحبا",
    "🙂",
    "x" * 10_000,
]
HOSTILE_NAME = "<b>b</b> [a](http://evil.example) $x^2$ :red[b]"


@pytest.fixture(autouse=True, scope="session")
def one_scan():
    """Every AppTest reads what each installed package says of itself, in search of components; they stay the same."""
    with pytest.MonkeyPatch.context() as patch:
        scan = functools.cache(manifest_scanner.scan_component_manifests)
        patch.setattr(manifest_scanner, "scan_component_manifests", scan)
        yield


@pytest.fixture(autouse=True, scope="session")
def no_keras_to_clear():
    """Streamlit clears Keras' session after every rerun: seconds, where another test has loaded it. No page does."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(script_runner, "_clean_problem_modules", lambda: None)
        yield


@pytest.fixture(autouse=True)
def no_cookies(monkeypatch):
    """A visitor without a cookie; an AppTest has a mock in their place."""
    monkeypatch.setattr(type(st.context), "cookies", {})


@pytest.fixture(autouse=True)
def drawings_kept_at_once(monkeypatch):
    """No thread keeps a drawing when the test, and its home, are over."""
    monkeypatch.setattr(draft.SAVING, "submit", lambda save, *arguments: save(*arguments))


# The pages of the app, which Streamlit learns by opening one: half of the time of opening another.
_registered = {}


def opened_page(name: str, part: str = "page", **link: str) -> AppTest:
    """Open a page by a link, and check that nothing went wrong.

    part: another file of its folder, for a folder with several pages.
    """
    page = AppTest.from_file(str(ROOT / "app.py"), default_timeout=PATIENCE)
    if not _registered:
        _registered.update(page.run()._registered_pages)
    page._registered_pages = _registered
    page.switch_page(f"pages/{name}/{part}.py")
    for key, value in link.items():
        page.query_params[key] = value
    page.run()
    assert not page.exception
    return page


@pytest.fixture
def open_page():
    """open_page("draw", model="starter"): see `opened_page`."""
    return opened_page


@pytest.fixture
def no_workers(monkeypatch):
    """Lets no worker start; the lanes for which one was wanted."""
    wanted = []
    monkeypatch.setattr(workers, "_start", lambda worker, lane, *options: wanted.append(lane))
    return wanted


def be_at_work(run: Run, stage: RunState = RunState.RUNNING, phase: str = "Training", fraction: float = 0.0) -> Run:
    """Let this process be the worker of a run that waits, at that stage. Returns the run."""
    with database.writing() as connection:
        worker = places.add_worker(connection, TRAINING, foreground=True, pid=os.getpid())
    assert claims.claim(worker, TRAINING, only=run.task_id, out_of_turn=True)
    updates.set_stage(run.id, stage)
    claims.tell(run.task_id, fraction, phase)
    return runs.get(run.id)


def execute(statement: str, *values) -> None:
    """Change the database in one statement."""
    with database.writing() as connection:
        connection.execute(statement, values)


def texts(page: AppTest) -> str:
    """Return all that the page says in words."""
    kinds = (
        page.title,
        page.header,
        page.subheader,
        page.markdown,
        page.caption,
        page.text,
        page.info,
        page.warning,
        page.error,
        page.success,
    )
    return "\n".join(element.value for kind in kinds for element in kind)


def click(page: AppTest, label: str) -> AppTest:
    """Press the button with that label."""
    next(button for button in page.button if button.label == label).click().run()
    assert not page.exception
    return page


def bars(page: AppTest) -> list[str]:
    """Return the figures of ten probabilities on the page, as HTML."""
    return [element.proto.body for element in page.get("html") if 'class="probability-bars"' in element.proto.body]


def progress(page: AppTest) -> list[str]:
    """Return what the progress bars of the page say."""
    return [bar.proto.text for bar in page.get("progress")]


def copy_run(run: Run, *, created: str = "2020-01-01T00:00:00+00:00") -> Run:
    """Make a finished run with the same settings, epochs and model, but without results. Returns it."""
    copy = runs.create(run.settings, queued=False)
    shutil.copytree(run.model.folder, run_folder(copy.id), dirs_exist_ok=True)
    shutil.rmtree(run_folder(copy.id) / "evaluation", ignore_errors=True)
    execute(
        """UPDATE runs SET stage = 'finished', ended = 'done', created = ?, details = original.details,
               model = original.model, model_sha256 = original.model_sha256, temperature = original.temperature
           FROM (SELECT * FROM runs WHERE id = ?) AS original WHERE runs.id = ?""",
        created, run.id, copy.id,
    )  # fmt: skip
    execute("UPDATE tasks SET state = 'done' WHERE subject = ?", copy.id)
    execute("INSERT INTO epochs SELECT ?, epoch, val_accuracy, numbers FROM epochs WHERE run = ?", copy.id, run.id)
    return runs.get(copy.id)
