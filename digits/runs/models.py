"""Which trained model predicts: the later of what a visitor chose and what their own training finished."""

from contextlib import suppress

from digits import permissions, tasks
from digits.errors import DamagedFile, UnknownRun
from digits.inference.activations import Activations
from digits.inference.recognizer import Recognizer
from digits.inference.snapshot import Snapshot
from digits.permissions import Action
from digits.runs import starter, store
from digits.runs.run import Model, Run
from digits.runs.store.rows import moment
from digits.storage import database
from digits.storage.home import run_folder
from digits.storage.owners import Owners

SHOWN = 100  # runs in a picker; the others are found on Compare or by a link


def usable(owners: Owners = None) -> list[Run]:
    """Return the newest runs with a model of some owners, or of everybody, and the starter last."""
    return [*store.with_model(SHOWN, owners), starter.run()]


def chosen(owner: str = tasks.LOCAL) -> Run:
    """Return the model to use when none is named.

    It is the later of what `owner` chose and what their own training finished; without either, that of the machine
    itself, whose owner is LOCAL; without any, the starter.
    """
    for whose in dict.fromkeys((owner, tasks.LOCAL)):
        for run_id in _newest_first(whose):
            with suppress(UnknownRun):
                if (run := store.get(run_id)).model:
                    return run
    return starter.run()


def _newest_first(owner: str) -> list[str]:
    """Return the ids of the run that `owner` chose and of those that they trained, by the time of either."""
    # A run that was stopped in its first epoch may have learned next to nothing.
    rows = database.rows(
        """SELECT run, chosen AS time FROM choices WHERE owner = :owner
           UNION ALL
           SELECT id, published FROM runs WHERE owner = :owner AND published IS NOT NULL
             AND EXISTS (SELECT 1 FROM epochs WHERE run = runs.id)
           ORDER BY time DESC LIMIT 10""",
        {"owner": owner},
    )
    return [row["run"] for row in rows]


def choose(run: Run, owner: str = tasks.LOCAL) -> None:
    """Remember the model that `owner` wants. Raises DigitsError for a run without one, NotAllowed."""
    permissions.demand(Action.USE, run.owner)
    permissions.demand(Action.CHOOSE, owner)
    run.demand_model("use")
    with database.writing() as connection:
        connection.execute("INSERT OR REPLACE INTO choices VALUES (?, ?, ?)", (owner, run.id, moment(connection)))


def recognizer(run: Run) -> Recognizer:
    """Return the network of `run`, its confidence calibrated. Raises DamagedFile."""
    model = _model(run)
    return Recognizer.load(model.file("model.tflite"), model.temperature or 1.0)


def activations(run: Run) -> Activations:
    """Return what shows the hidden layers of `run`. Raises DamagedFile."""
    model = _model(run)
    return Activations.load(model.file("layers.tflite"), model.layers)


def snapshot(run: Run, epoch: int) -> Snapshot:
    """Return the network of `run` as it was after `epoch`. Raises DamagedFile."""
    stored = store.files(run.id, "snapshot").get(epoch)
    if stored is None:
        raise DamagedFile(f"Epoch {epoch} of this run is not kept.", f"It is {run.id}.")
    return Snapshot.load(run_folder(run.id), stored)


def _model(run: Run) -> Model:
    if run.model is None:
        raise DamagedFile(f"This run has no model: it is {run.state}. Choose another one.", f"It is {run.id}.")
    return run.model
