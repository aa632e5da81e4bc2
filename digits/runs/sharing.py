"""What repeats a run elsewhere: its command line, and the plain files that its folder gets for people."""

import csv
import json
from pathlib import Path

from digits.networks.settings import Settings
from digits.runs import store
from digits.runs.run import Run
from digits.storage.files import atomic_write
from digits.storage.home import run_folder


def command(run: Run) -> str:
    """Return the command line that repeats the run; of a fine-tuned one, as long as My drawings are the same.

    Of an ensemble that was imported it names no members, because these had other names elsewhere.
    """
    settings = run.settings
    if settings.members:
        return " ".join(["python -m digits ensemble", *(member.parent or "RUN" for member in settings.members)])
    if settings.damage:
        return f'python -m digits fine-tune --run {settings.parent} --seed {settings.seed} --damage "{settings.damage}"'
    if settings.parent:
        return f"python -m digits fine-tune --run {settings.parent} --seed {settings.seed}"
    more = f" and then --resume RUN --epochs {run.num_epochs}" if run.num_epochs > settings.epochs else ""
    return train_command(settings) + more


def train_command(settings: Settings) -> str:
    """Return the command line of a training with these settings, all of them named."""
    options = []
    for name, value in settings.as_dict().items():
        if name.startswith("parent") or name == "damage":
            continue
        flag = name.replace("_", "-")
        if isinstance(value, bool):
            options.append(f"--{flag}" if value else f"--no-{flag}")
        else:
            options.append(f"--{flag} {value}")
    return "python -m digits train " + " ".join(options)


def write_plain_files(run: Run) -> None:
    """Write run.json and metrics.csv into the run's folder, for people and other tools. Digits never reads them."""
    described = {
        "run": run.id,
        "name": run.name,
        "created": run.created,
        "settings": run.settings.as_dict(),
        "epochs": run.epochs_done,
        "details": run.details,
        "files": {name: vars(stored) for name, stored in run.model.files.items()} if run.model else {},
        "temperature": run.model.temperature if run.model else None,
    }
    text = json.dumps(described, indent=2) + "\n"
    atomic_write(run_folder(run.id) / "run.json", lambda part: part.write_text(text, encoding="utf-8"))
    atomic_write(run_folder(run.id) / "metrics.csv", lambda part: _write_metrics(run, part))


def _write_metrics(run: Run, file: Path) -> None:
    names = ["epoch", "seconds", "loss", "accuracy", "val_loss", "val_accuracy", "learning_rate"]
    with file.open("w", newline="", encoding="utf-8") as table:
        writer = csv.DictWriter(table, names, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(store.epochs(run.id))
