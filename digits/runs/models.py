"""Which trained model reads the drawings: the one the user chose, else the newest finished run, else the starter."""

from digits.errors import DamagedFile, DigitsError, UnknownRun
from digits.evaluation.calibration import temperature
from digits.inference.activations import Activations
from digits.inference.recognizer import Recognizer
from digits.inference.snapshot import Snapshot
from digits.runs import runs
from digits.runs.run import Run
from digits.storage.home import home
from digits.storage.records import read_json, write_json
from digits.training import snapshots


def usable() -> list[Run]:
    """Every run with a model, newest first, and the starter last."""
    starter = [Run(runs.STARTER)] if (runs.STARTER / "manifest.json").is_file() else []
    return [run for run in runs.all_runs() if run.has_model] + starter


def chosen() -> Run:
    """The model to use when none is named. Raises DigitsError when there is none at all."""
    models = usable()
    try:
        remembered = runs.find(str(read_json(home() / "chosen.json").get("run")))
        if remembered.has_model:
            return remembered
    except (DamagedFile, UnknownRun):
        pass
    if not models:
        raise DigitsError("There is no trained model yet. Train one: python -m digits train")
    # A run that was stopped in its first epoch may have learned next to nothing.
    return next((run for run in models if run.epochs()), models[0])


def recognizer(run: Run) -> Recognizer:
    """The network of `run`, its confidence calibrated. Raises DamagedFile."""
    return Recognizer.load(run.model_file(), temperature(run))


def layers(run: Run) -> Activations:
    """What the hidden layers of `run` see. Raises DamagedFile."""
    shapes = read_json(run.path / "manifest.json").get("layers")
    if not shapes:
        raise DamagedFile(f"The run {run.id} has no layers.tflite: an earlier version trained it. Train it again.")
    return Activations.load(run.model_file("layers.tflite"), {name: tuple(shape) for name, shape in shapes.items()})


def followable() -> list[Run]:
    """Every run that goes on or has kept its epochs, newest first: a drawing can be read along its training."""
    return [run for run in runs.all_runs() if run.has_config and (not run.state.is_final or snapshots.files(run.path))]


def snapshot(run: Run, epoch: int) -> Snapshot:
    """The network of `run` as it was after `epoch`. Raises DamagedFile."""
    return Snapshot.load(snapshots.file(run.path, epoch))


def choose(run: Run) -> None:
    """Remember `run` as the model to use."""
    write_json(home() / "chosen.json", {"run": run.id})
