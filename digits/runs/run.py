"""One run: a training with its settings, its life and its model, as it was when somebody looked."""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from digits.errors import DamagedFile, DigitsError
from digits.networks.settings import Settings
from digits.storage import files
from digits.storage.files import StoredFile
from digits.tasks import COMPUTING, TRAINING, TaskState

STARTER = "starter"
"""The id of the bundled run."""
MAX_EPOCHS = 1000
MAX_TAGS = 8
FINISHED = "finished"
"""The last stage of a run."""


class RunState(StrEnum):
    """The life of a run: queued -> starting -> running -> evaluating -> done | stopped | paused | failed | lost.

    All but a finished one continue from their last checkpoint, by way of the queue; a finished one may get more epochs.
    """

    QUEUED = "queued"
    """Waits for its turn on the device."""
    STARTING = "starting"
    """The worker loads its library and the data."""
    RUNNING = "running"
    """Epochs are arriving."""
    EVALUATING = "evaluating"
    """Its model is there and is calibrated, evaluated and compared with its parent."""
    DONE = "done"
    """Came to its last epoch and was evaluated."""
    STOPPED = "stopped"
    """Ended early on request."""
    PAUSED = "paused"
    """Left the device on request, after a checkpoint."""
    FAILED = "failed"
    """Ended with a cause."""
    LOST = "lost"
    """Its worker vanished."""

    @property
    def is_final(self) -> bool:
        """Whether nothing will happen to the run unless somebody continues it."""
        return self not in (RunState.QUEUED, RunState.STARTING, RunState.RUNNING, RunState.EVALUATING)

    @classmethod
    def of(cls, task: TaskState, stage: str, ended: str = "") -> "RunState":
        """Return the state of a run by that of its task.

        stage: how far its pipeline is. ended: how its training did, done or stopped.
        """
        if task == TaskState.RUNNING:
            return cls.EVALUATING if stage == FINISHED else cls(stage)  # all is done, and its task ends next
        if task == TaskState.LOST and stage == FINISHED:  # killed when nothing was left to do
            return cls(ended or str(task))
        return cls(str(task))


@dataclass(frozen=True)
class Model:
    """The files of a trained network. They never change: what is trained further gets new ones."""

    folder: Path
    files: dict[str, StoredFile]
    """By what they are: model.keras, model.tflite, layers.tflite."""
    layers: dict[str, tuple[int, ...]]
    """The hidden layers in layers.tflite, in order, with the shape of each."""
    temperature: float | None
    """What calibrates its confidence; None while that is not fitted."""

    @property
    def sha256(self) -> str:
        """Of model.tflite: the name of all that is derived from this model."""
        return self.files["model.tflite"].sha256

    def file(self, name: str) -> Path:
        """Return the path of one of the files, compared with its sha256. Raises DamagedFile."""
        if name not in self.files:
            raise DamagedFile("This model has no such file. Train it again.", f"It lacks {name}.")
        return files.checked(self.folder, self.files[name])


@dataclass(frozen=True)
class Run:
    """A run as it was when somebody looked; `digits.runs.store.get` looks again."""

    id: str
    """`[a-z0-9-]{1,64}`, fit for a link."""
    number: int
    """1 for the first run that was ever here; 0 of the starter."""
    owner: str
    created: str
    """ISO 8601, UTC."""
    name: str
    """What the user calls it, empty until then. Plain text, never part of a path."""
    notes: str
    tags: list[str]
    settings: Settings
    num_epochs: int
    """How many it is to have: as planned, unless somebody asked for more."""
    epochs_done: int
    val_accuracy: float | None
    """After the last epoch that is done."""
    state: RunState
    stage: str
    """How far its pipeline is: starting, running, evaluating, finished."""
    model: Model | None = None
    """The newest that was published; it stays in use while the run is trained further."""
    phase: str = ""
    fraction: float = 0.0
    cause: str = ""
    """Why it failed or was lost, in a sentence."""
    request: str = ""
    is_responding: bool = True
    task_id: int = 0
    details: dict[str, Any] = field(default_factory=dict)
    """device, backend, xla, memory, versions, seconds, started, seconds left, a note; as far as they are known."""

    @property
    def is_starter(self) -> bool:
        """Whether it is the bundled model, which can neither be continued nor deleted."""
        return self.id == STARTER

    @property
    def is_queued(self) -> bool:
        """Whether it waits for the device."""
        return self.state == RunState.QUEUED

    @property
    def title(self) -> str:
        """What it is called everywhere: its name or network, and its number, as in "Convolutional · run 12"."""
        if self.is_starter:
            return "Starter model"
        return f"{self.name or self.settings.title} · run {self.number}"

    @property
    def lane(self) -> str:
        """The queue in which it waits: TRAINING, but an ensemble, which is not trained, needs no device."""
        return COMPUTING if self.settings.members else TRAINING

    @property
    def trained_with(self) -> Settings:
        """What decided its network alone: the run's settings, in a race those of the racer whose network it is."""
        leader = self.details.get("leader")
        return self.settings if leader is None else self.settings.racer(leader)

    def demand_model(self, to: str) -> Model:
        """Return its model. to: what that is wanted for, such as "heal". Raises DigitsError if it has none."""
        if self.model is None:
            why = f"This run has no model to {to}: it is {self.state}. Choose another one."
            raise DigitsError(why, f"It is {self.id}.")
        return self.model

    @property
    def lacks_evaluation(self) -> bool:
        """Whether its training is at its end, and what follows ended before it was done."""
        return self.state.is_final and self.stage == RunState.EVALUATING
