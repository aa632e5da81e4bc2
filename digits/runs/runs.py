"""All runs: make, find, let go on and delete them.

The folders are the only truth, so any tab, a second browser and the command line see the same runs, and a restarted
server finds them again.
"""

import re
import shutil
import time
from datetime import UTC, datetime

from filelock import Timeout

from digits.errors import BadConfig, DigitsError, RunBusy, UnknownRun
from digits.networks.settings import TrainConfig
from digits.runs.run import MAX_EPOCHS, Run, RunState
from digits.storage.home import ROOT, runs_folder
from digits.storage.records import write_json
from digits.training.fine_tuning import Taught

STARTER = ROOT / "digits" / "starter"
"""The bundled run: trained by this project's own command on the whole of MNIST."""


def create(config: TrainConfig, taught: Taught | None = None) -> Run:
    """Make the folder of a new run, queued, with what it is taught. Raises DigitsError when it cannot be written."""
    base = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{config.architecture}"
    try:
        runs_folder().mkdir(parents=True, exist_ok=True)
        for number in range(1, 1000):
            path = runs_folder() / (base if number == 1 else f"{base}-{number}")
            try:
                path.mkdir()
                break
            except FileExistsError:  # another run began in the same second
                continue
    except OSError as error:
        raise DigitsError(f"Could not make a run in {runs_folder()}: {error.strerror}. Set DIGITS_HOME.") from error
    if taught:
        try:
            taught.save(path)
        except DigitsError:
            shutil.rmtree(path, ignore_errors=True)
            raise
    write_json(path / "config.json", config.as_dict())
    write_json(path / "status.json", {"state": RunState.QUEUED, "phase": "Waiting", "updated": time.time()})
    return Run(path)


def resume(run: Run, epochs: int | None = None) -> None:
    """Make an ended run a queued one again, to go on from its last checkpoint; its files stay until then.

    epochs: the last epoch, where it is to have more than before. A schedule stays as it was planned; the epochs beyond
    it learn at a constant rate, a tenth of the highest where there is a schedule.
    Raises RunBusy while it is queued or trained, BadConfig for a number of epochs that makes no sense.
    """
    if run.path == STARTER:
        raise DigitsError("The starter model comes with the app and cannot go on. Train a network of your own.")
    status = run.status()
    try:
        with run.lock().acquire(timeout=1):
            # Somebody else may have let it go on since; only a first look tells a lost run, for now the lock is held.
            if not status["state"].is_final or run.status()["updated"] != status["updated"]:
                raise RunBusy(f"The run {run.id} is {run.state} already.")
            is_done = status["state"] == RunState.DONE
            if is_done and epochs is None:
                raise BadConfig(f"The run {run.id} has done all its {run.num_epochs} epochs; ask for more of them.")
            least = run.num_epochs + is_done
            wanted = epochs or least
            if not least <= wanted <= MAX_EPOCHS:
                raise BadConfig(f"epochs is {wanted}; expected a last epoch from {least} to {MAX_EPOCHS:,}.")
            if wanted > run.num_epochs:
                write_json(run.path / "epochs.json", {"epochs": wanted})
            for request in ("stop", "pause"):
                (run.path / request).unlink(missing_ok=True)
            write_json(run.path / "status.json", {"state": RunState.QUEUED, "phase": "Waiting", "updated": time.time()})
    except Timeout:
        raise RunBusy(f"The run {run.id} is being trained.") from None
    except OSError as error:
        raise DigitsError(f"Could not let the run {run.id} go on: {error.strerror}.") from error


def find(run_id: str) -> Run:
    """The run with this id; "starter" is the bundled one. Raises UnknownRun."""
    if run_id == "starter" and STARTER.is_dir():
        return Run(STARTER)
    if not _is_id(run_id) or not (runs_folder() / run_id / "config.json").is_file():
        raise UnknownRun(f"There is no run {run_id[:64]!r}. List them with: python -m digits runs")
    return Run(runs_folder() / run_id)


def all_runs() -> list[Run]:
    """Every run of this user, newest first; the bundled starter is not among them."""
    folders = runs_folder().iterdir() if runs_folder().is_dir() else ()
    return [
        Run(path) for path in sorted(folders, reverse=True) if _is_id(path.name) and (path / "config.json").is_file()
    ]


def delete(run: Run) -> None:
    """Remove a run for ever. Raises RunBusy while it is being trained, DigitsError when it cannot be removed."""
    if run.path == STARTER:
        raise DigitsError("The starter model comes with the app and cannot be deleted.")
    if not run.state.is_final:
        raise RunBusy(f"The run {run.id} is {run.state}; stop it first.")
    gone = run.path.with_name(f".deleted-{run.id}")
    try:
        run.path.rename(gone)  # in one step, so that nobody meets half a run
        shutil.rmtree(gone)
    except OSError as error:
        raise DigitsError(f"Could not delete the run {run.id}: {error.strerror}.") from error


def command(run: Run) -> str:
    """The command line that repeats the run; of a taught one, as long as My digits are the same."""
    if run.config.parent:
        return f"python -m digits teach --run {run.config.parent} --seed {run.config.seed}"
    options = []
    for name, value in run.config.as_dict().items():
        if name.startswith("parent"):
            continue
        flag = name.replace("_", "-")
        if isinstance(value, bool):
            options.append(f"--{flag}" if value else f"--no-{flag}")
        else:
            options.append(f"--{flag} {value}")
    trained = "python -m digits train " + " ".join(options)
    more = f" and then --resume RUN --epochs {run.num_epochs}" if run.num_epochs > run.config.epochs else ""
    return trained + more


def _is_id(text: str) -> bool:
    return re.fullmatch(r"[a-z0-9-]{1,64}", text) is not None
