"""A run as a tracker takes it: settings, one row of numbers for each epoch, accuracies on test sets, files."""

from datetime import datetime
from typing import Any

from digits.errors import DigitsError
from digits.evaluation import evaluate
from digits.runs import store as runs
from digits.runs.run import Run

METRICS = ("loss", "accuracy", "val_loss", "val_accuracy", "learning_rate", "seconds")


def described(run: Run) -> dict[str, Any]:
    """Return {run, title, notes, tags, state, settings, started, epochs, accuracies, files} in plain values.

    started: seconds since 1970. epochs: [{epoch, loss, accuracy, ...}]. accuracies: {test: accuracy, 0 to 1}.
    files: paths of the model. Raises DigitsError for a run that is not at its end, or that has no epoch.
    """
    epochs = runs.epochs(run.id)
    if not run.state.is_final or not epochs:
        raise DigitsError(
            f"This run is {run.state} and has {len(epochs)} epochs. Only a finished training can go to a tracker.",
            f"It is {run.id}.",
        )
    return {
        "run": run.id,
        "title": run.title,
        "notes": run.notes,
        "tags": run.tags,
        "state": str(run.state),
        "settings": run.settings.as_dict(),
        "started": datetime.fromisoformat(run.created).timestamp(),
        "epochs": [{name: row[name] for name in ("epoch", *METRICS) if row.get(name) is not None} for row in epochs],
        "accuracies": {report["test"]: report["accuracy"] for report in evaluate.reports(run)} if run.model else {},
        "files": [str(run.model.file(name)) for name in ("model.keras", "model.tflite")] if run.model else [],
    }
