"""python -m digits export RUN FOLDER: a trained model with a card that says what it is, to give away or to bundle."""

import json
import shutil
from pathlib import Path

from digits.data.sources import SOURCES
from digits.errors import DigitsError
from digits.evaluation import evaluate
from digits.evaluation.score_card import as_markdown, score_card
from digits.runs import sharing
from digits.runs import store as runs
from digits.runs.run import Run
from digits.storage.files import atomic_write, cannot_write

MODELS = ("model.keras", "model.tflite", "layers.tflite")
INPUT = {"shape": [1, 28, 28, 1], "dtype": "float32", "range": [0, 255], "meaning": "0 = paper, 255 = ink"}
OUTPUT = {"shape": [1, 10], "dtype": "float32", "meaning": "probabilities of the digits 0 to 9"}


def add_to(verbs) -> None:
    parser = verbs.add_parser("export", help="copy a trained model, with a card that says what it is")
    parser.add_argument("run", metavar="RUN")
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="is made; must be empty if it exists")
    parser.set_defaults(command=run)


def run(options) -> int:
    found, folder = runs.get(options.run), options.folder
    if found.model is None:
        raise DigitsError(f"This run has no model to export: it is {found.state}.", f"It is {found.id}.")
    paths = {name: found.model.file(name) for name in MODELS}  # a damaged one is said now
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise DigitsError("The folder is not empty. Choose another one.", f"It is {folder}.")
        for name, path in paths.items():
            shutil.copyfile(path, folder / name)
    except OSError as error:
        raise cannot_write(folder, error) from error
    reports = {report["test"]: report for report in evaluate.reports(found)}
    text = json.dumps(described(found, reports), indent=1) + "\n"
    atomic_write(folder / "run.json", lambda part: part.write_text(text, encoding="utf-8"))
    atomic_write(folder / "card.md", lambda part: part.write_text(card(found, reports), encoding="utf-8"))
    print(f"{found.id} is in {folder}.")
    return 0


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
