"""The training of a run: what it leaves in the database and in the run's folder, and where it continues."""

import os
import time
from typing import TYPE_CHECKING, Any

from digits.data.dataset import Dataset
from digits.errors import DamagedFile
from digits.networks import architectures, backends, layers
from digits.runs import store, updates
from digits.runs.run import Run, RunState
from digits.storage import deletion
from digits.storage.files import StoredFile
from digits.storage.home import run_folder
from digits.tasks import Work
from digits.training import checkpoints, threads
from digits.training.checkpoints import Checkpoint, CheckpointWriter
from digits.training.fine_tuning import FineTuneData
from digits.training.snapshots import SnapshotWriter
from digits.training.time_left import time_left

if TYPE_CHECKING:
    from digits.training.trainer import Fitted


class Training:
    """The training of a run from its last undamaged checkpoint on."""

    def __init__(self, work: Work, run: Run, *, keep_snapshots: bool = True):
        """Find the checkpoint, to whose epoch the run returns, and remove what no one names."""
        self.work, self.run, self.keep_snapshots = work, run, keep_snapshots
        self.checkpoint, note = _last_checkpoint(run)
        self.notes = [note]
        folder = run_folder(run.id)
        deletion.sweep(folder, keep={"run.json", "metrics.csv", *(stored.name for stored in store.named_files(run))})
        self.checkpoints = CheckpointWriter(folder, self._keep_checkpoint)
        steps = layers.steps(architectures.all_layers(run.settings))
        self.snapshots = SnapshotWriter(folder, steps, self._keep_snapshot, there=store.files(run.id, "snapshot"))
        self.ticks: list[dict[str, float]] = []
        self.device, self.began = "", 0.0

    def fit(self, dataset: Dataset, fine_tune: FineTuneData | None) -> "Fitted":
        """Load the library of the run, and train to the end; on the CPU, where the GPU cannot. Raises DigitsError."""
        settings, run_id = self.run.settings, self.run.id
        backends.check_installed(settings.backend)
        self.work.tell(0.0, f"Loading {backends.TITLES[settings.backend]}")
        updates.add_details(run_id, backend=settings.backend, versions=backends.versions(settings.backend))
        os.environ["KERAS_BACKEND"] = settings.backend  # read when Keras is imported, which is now
        from digits.training import device, trainer

        updates.add_details(run_id, threads=threads.use(settings))

        def fit() -> "Fitted":
            self.ticks.clear()
            return trainer.fit(
                settings,
                dataset,
                self.device,
                fine_tune=fine_tune,
                num_epochs=self.run.num_epochs,
                checkpoint=self.checkpoint,
                on_compile=self._on_compile,
                on_tick=self._on_tick,
                on_epoch=self._on_epoch,
                on_checkpoint=self.checkpoints.keep,
                on_weights=self.snapshots.keep if self.keep_snapshots else lambda epoch, model: None,
                should_stop=lambda: bool(self.work.request),
            )

        chosen = device.choose()
        self._use(chosen.name, chosen.note)
        self.work.tell(0.0, "Building the network")
        self.began = time.perf_counter() - sum(row["seconds"] for row in store.epochs(run_id))
        try:
            with device.watched(chosen):
                fitted = fit()
        except device.GpuFailed as failed:
            self.checkpoints.flush()
            self.checkpoint, note = _last_checkpoint(self.run)
            self._use("CPU", note, str(failed))
            with device.cpu():
                fitted = fit()
        self.checkpoints.flush()
        self.snapshots.flush()
        updates.add_details(run_id, seconds=time.perf_counter() - self.began, left=None)
        return fitted

    def _use(self, device: str, *notes: str) -> None:
        self.device = device
        self.notes += notes
        updates.add_details(self.run.id, device=device, note=" ".join(note for note in self.notes if note))

    def _on_compile(self, xla: bool) -> None:
        updates.set_stage(self.run.id, RunState.RUNNING, xla=xla)
        self.work.tell(0.0, "Compiling")

    def _on_tick(self, tick: dict[str, float]) -> None:
        self.ticks.append(tick | {"seconds": time.perf_counter()})
        updates.add_tick(self.run.id, tick)
        updates.add_details(self.run.id, left=time_left(self.ticks, self.run.num_epochs))
        done = (tick["epoch"] - 1 + tick["step"] / tick["steps"]) / self.run.num_epochs
        self.work.tell(min(done, 1.0), "Training")

    def _on_epoch(self, row: dict[str, Any]) -> None:
        from digits.training import device

        updates.add_epoch(self.run.id, row)
        more = {"leader": row["leader"]} if "leader" in row else {}
        seconds = time.perf_counter() - self.began
        updates.add_details(self.run.id, seconds=seconds, memory=device.memory(self.device), **more)

    def _keep_checkpoint(self, epoch: int, stored: StoredFile) -> None:
        earlier = [number for number in store.files(self.run.id, "checkpoint") if number < epoch]
        # Two, because the newest may turn out damaged.
        updates.add_file(self.run.id, "checkpoint", epoch, stored, keep=earlier[-1:])

    def _keep_snapshot(self, epoch: int, stored: StoredFile, wanted: list[int]) -> None:
        updates.add_file(self.run.id, "snapshot", epoch, stored, keep=wanted)


def _last_checkpoint(run: Run) -> tuple[Checkpoint | None, str]:
    """Return the newest undamaged checkpoint, to which the run's epochs return, and a sentence about it."""
    damaged, found = [], None
    for _, stored in reversed(store.files(run.id, "checkpoint").items()):
        try:
            found = checkpoints.read(run_folder(run.id), stored)
            break
        except DamagedFile:
            damaged.append(stored.name)
    if not found and not damaged and not run.epochs_done and not store.last_tick(run.id):
        return None, ""  # its first start
    rows = found.epochs if found else []
    updates.return_to(run.id, rows)
    note = (
        f"It continued after epoch {len(rows)}."
        if rows
        else "It started again from the beginning, because there is no undamaged checkpoint."
    )
    if damaged:
        note += f" Skipped as damaged: {', '.join(damaged)}."
    return found, note
