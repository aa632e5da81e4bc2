"""A finished run as a folder with all its files and a card, as the starter lies in the program."""

import json
import shutil
from pathlib import Path

from digits.data.sources import SOURCES
from digits.evaluation import evaluate
from digits.evaluation.score_card import as_markdown, score_card
from digits.runs import sharing
from digits.runs import store as runs
from digits.runs.run import Run
from digits.storage.files import atomic_write

MODELS = ("model.keras", "model.tflite", "layers.tflite")
INPUT = {"shape": [1, 28, 28, 1], "dtype": "float32", "range": [0, 255], "meaning": "0 = paper, 255 = ink"}
OUTPUT = {"shape": [1, 10], "dtype": "float32", "meaning": "probabilities of the digits 0 to 9"}


def write(run: Run, folder: Path) -> None:
    """Copy the files of a run with a model into an empty folder, with run.json and card.md. Raises DamagedFile."""
    for name, path in {name: run.model.file(name) for name in MODELS}.items():  # a damaged one is said first
        shutil.copyfile(path, folder / name)
    reports = {report["test"]: report for report in evaluate.reports(run)}
    text = json.dumps(described(run, reports), indent=1) + "\n"
    atomic_write(folder / "run.json", lambda part: part.write_text(text, encoding="utf-8"))
    atomic_write(folder / "card.md", lambda part: part.write_text(card(run, reports), encoding="utf-8"))


def described(run: Run, reports: dict[str, dict]) -> dict:
    """Return what run.json says: all that `digits.runs.starter` needs of a bundled run."""
    digests = {name: stored.sha256 for name, stored in run.model.files.items()}
    layers = {name: list(shape) for name, shape in run.model.layers.items()}
    return {
        "format": "digits run",
        "version": 1,
        "created": run.created,
        "settings": run.settings.as_dict(),
        "details": run.details,
        "epochs": runs.epochs(run.id),
        "model": {"sha256": digests, "input": INPUT, "output": OUTPUT, "layers": layers},
        "temperature": run.model.temperature,
        "evaluations": reports,
    }


def card(run: Run, reports: dict[str, dict]) -> str:
    """Return what the model is, in Markdown: how it was made, from what, and how good it is."""
    source = SOURCES[run.settings.source]
    scores = "\n".join(as_markdown(score_card(run, report)) for report in reports.values())
    files = "\n".join(f"- {name}: sha256 {stored.sha256}" for name, stored in run.model.files.items())
    return f"""{scores}
Reads one handwritten digit, 28 x 28 grey pixels from 0 (paper) to 255 (ink), as MNIST has them; gives ten
probabilities. For learning and play; not for reading anything that matters.

Made by

    {sharing.command(run)}

Data: {source.title} ({source.origin}); licence {source.licence}.
{source.citation}.

Files:

{files}
"""
