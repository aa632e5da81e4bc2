"""The end of a class: everything in one zip, then nothing of it is left.

members.csv                  a line for each member: first name, role, when they joined, how much they made
runs/01-Anna/<run id>.zip    as `python -m digits runs import` reads them; runs without a model are not there; of a
                             damaged one there is a text that says so
drawings/01-Anna.zip         as My drawings imports them
"""

import csv
import io
import re
import time
import zipfile
from pathlib import Path

from digits import classes, permissions, tasks
from digits.classes import Class, Member
from digits.data import own_sources
from digits.drawings import import_export
from digits.drawings import store as drawings
from digits.errors import DamagedFile, RunBusy
from digits.lessons import store as lessons
from digits.permissions import LOCAL, Action
from digits.progress import Progress, to_nobody
from digits.runs import store as runs
from digits.runs import transfer
from digits.runs.run import Run
from digits.storage import database, files
from digits.storage.home import home
from digits.sweeps import store as sweeps

COLUMNS = ("first_name", "role", "joined", "runs", "drawings", "lesson_acts")
TABLES = ("turns", "drafts", "choices", "lesson_acts")
"""What belongs to a visitor and has neither files nor a store that deletes it."""
STOP_SECONDS = 60.0  # in which what still runs comes to its end


def export_file(of: Class) -> Path:
    """Return where the zip lies that the teacher lets a worker pack."""
    return home() / "classes" / f"{of.code}.zip"


def export(of: Class, target: Path, on_progress: Progress = to_nobody) -> None:
    """Write all of a class into one zip. Raises DigitsError, NotAllowed."""
    found = classes.members(of)
    for member in found:
        permissions.demand(Action.MANAGE, member.id)
    files.atomic_write(target.absolute(), lambda part: _write(found, part, on_progress))


def clear(visitor: str) -> None:
    """Delete all that a visitor made, for ever: runs, sweeps, drawings, digits of their own, steps of the lesson.

    What still runs is stopped first. Raises NotAllowed; RunBusy if something does not end in time.
    """
    permissions.demand(Action.DELETE, visitor)
    _stop(visitor)
    for sweep in sweeps.page(limit=-1, owners=[visitor]):
        sweeps.delete(sweep)
    for run in runs.page(limit=-1, owners=[visitor]):
        runs.delete(run.id)
    drawings.remove_all([visitor])
    for name in own_sources.of_owner(visitor):
        own_sources.remove(name)
    with database.writing() as connection:
        for table in TABLES:
            connection.execute(f"DELETE FROM {table} WHERE owner = ?", (visitor,))
        # What they had computed of others' things stays, and names nobody.
        connection.execute("UPDATE tasks SET owner = ? WHERE owner = ?", (LOCAL, visitor))


def end(of: Class, *, keep: bool = False) -> None:
    """Close a class. Without `keep`, everything of its members is deleted for ever. Raises what `clear` raises."""
    if not keep:
        classes.pause(of, True)  # so that nothing new comes meanwhile
        found = classes.members(of)
        for member in found:
            _stop(member.id)
        for member in found:
            clear(member.id)
        export_file(of).unlink(missing_ok=True)
        classes.delete(of)
    else:
        classes.close(of)


def _write(members: list[Member], file: Path, on_progress: Progress) -> None:
    table = io.StringIO()
    lines = csv.writer(table)
    lines.writerow(COLUMNS)
    with zipfile.ZipFile(file, "w") as archive:
        for number, member in enumerate(members, start=1):
            on_progress((number - 1) / len(members), f"Packing what member {number} of {len(members)} made")
            name = f"{number:02}-" + re.sub(r"\W+", "-", member.first_name)
            theirs, drawn = runs.page(limit=-1, owners=[member.id]), drawings.drawings([member.id])
            for run in theirs:
                if run.model or transfer.is_unbuilt(run):
                    _write_run(archive, f"runs/{name}/{run.id}", run)
            if drawn:
                archive.writestr(f"drawings/{name}.zip", import_export.pack(drawn))
            counts = len(theirs), len(drawn), len(lessons.acts(member.id))
            lines.writerow((_cell(member.first_name), member.role, member.joined, *counts))
        archive.writestr("members.csv", "\ufeff" + table.getvalue())  # by which spreadsheets know that it is UTF-8


def _write_run(archive: zipfile.ZipFile, name: str, run: Run) -> None:
    try:
        archive.writestr(f"{name}.zip", transfer.pack(run))
    except DamagedFile as error:  # one run must not cost the class all others
        archive.writestr(f"{name}.txt", f"{error}\n")


def _stop(visitor: str) -> None:
    """Stop what a visitor's tasks do, and others' tasks on their runs, and wait until they have ended."""
    ids = {run.id for run in runs.page(limit=-1, owners=[visitor])}
    end = time.monotonic() + STOP_SECONDS
    while theirs := [
        task
        for task in tasks.unfinished()
        if (task.owner == visitor or task.subject in ids) and not task.state.is_final
    ]:
        for task in theirs:
            if not task.request:
                tasks.stop(task.id)
        if time.monotonic() > end:
            raise RunBusy("Something of this class still runs. Try again in a minute.")
        tasks.look_after()
        time.sleep(0.1)


def _cell(text: str) -> str:
    """Return a name for a spreadsheet, which would take one that begins so for a formula."""
    return f"'{text}" if text[0] in "=+-@" else text
