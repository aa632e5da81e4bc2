"""The bundled run: trained by this project's own command on the whole of MNIST, so that drawings are read at once."""

from functools import cache
from typing import Any

from digits.networks.settings import read_settings
from digits.runs.run import FINISHED, STARTER, Model, Run, RunState
from digits.storage.files import StoredFile, read_json
from digits.storage.home import ROOT

FOLDER = ROOT / "digits" / "starter"


@cache
def described() -> dict[str, Any]:
    """Return run.json: settings, details, epochs, model, temperature and evaluations. Raises DamagedFile."""
    return read_json(FOLDER / "run.json")


def run() -> Run:
    """Return the bundled run."""
    said = described()
    model_files = {name: StoredFile(name, digest) for name, digest in said["model"]["sha256"].items()}
    layers = {name: tuple(shape) for name, shape in said["model"]["layers"].items()}
    settings = read_settings(said["settings"])
    return Run(
        id=STARTER,
        number=0,
        owner="",
        created=said["created"],
        name="",
        notes="",
        tags=[],
        settings=settings,
        num_epochs=settings.epochs,
        epochs_done=len(said["epochs"]),
        val_accuracy=said["epochs"][-1]["val_accuracy"],
        state=RunState.DONE,
        stage=FINISHED,
        model=Model(FOLDER, model_files, layers, said["temperature"]),
        details=said["details"],
    )


def evaluation(test: str) -> dict[str, Any] | None:
    """Return the report that comes with it on the test set of that name, if there is one."""
    return described()["evaluations"].get(test)
