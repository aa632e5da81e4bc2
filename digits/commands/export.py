"""python -m digits export RUN FOLDER: a finished run without its logs, with a card, to give away or to bundle."""

import shutil
from pathlib import Path

from digits.data.sources import SOURCES
from digits.errors import DigitsError
from digits.runs import runs
from digits.runs.run import Run
from digits.storage.files import publish
from digits.storage.records import append_json_line, read_json

MODELS = ("model.keras", "model.tflite", "layers.tflite")
FILES = ("config.json", "status.json", "manifest.json", *MODELS, "calibration.json")


def add_to(verbs) -> None:
    parser = verbs.add_parser("export", help="copy a finished run, with a card that says what it is")
    parser.add_argument("run", metavar="RUN")
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="is made; must be empty if it exists")
    parser.set_defaults(command=run)


def run(options) -> int:
    found, folder = runs.find(options.run), options.folder
    for name in MODELS:
        found.model_file(name)  # a damaged one is said now
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise DigitsError(f"{folder} is not empty; choose another folder.")
        for name in FILES:
            shutil.copy2(found.path / name, folder / name)
        for epoch in found.epochs():
            append_json_line(folder / "metrics.jsonl", epoch)
        for report in sorted((found.path / "evaluation").glob("*/report.json")):
            (folder / "evaluation" / report.parent.name).mkdir(parents=True)
            shutil.copy2(report, folder / "evaluation" / report.parent.name / "report.json")
    except OSError as error:
        raise DigitsError(f"Could not write {folder}: {error.strerror}.") from error
    publish(folder / "card.md", lambda part: part.write_text(card(found), encoding="utf-8"))
    print(f"{found.id} is in {folder}.")
    return 0


def card(run: Run) -> str:
    """What the model is, in Markdown: how it was made, from what, and how good it is."""
    config, alone, status = run.config, run.trained_with, run.status()
    layers = read_json(run.path / "manifest.json")
    scores = []
    for file in sorted((run.path / "evaluation").glob("*/report.json")):
        report = read_json(file)
        low, high = report["interval"]
        scores.append(f"- {report['title']}: {report['accuracy']:.2%} (95 % interval {low:.2%} to {high:.2%})")
    source = SOURCES[config.source]
    versions = ", ".join(f"{name} {version}" for name, version in status["versions"].items())
    files = "\n".join(f"- {name}: sha256 {digest}" for name, digest in layers["sha256"].items())
    return f"""# {run.id}

Reads one handwritten digit, 28 x 28 grey pixels from 0 (paper) to 255 (ink), as MNIST has them; gives ten
probabilities. For learning and play; not for reading anything that matters.

Made by

    {runs.command(run)}

in {status["seconds"]:.0f} s on {status["device"]}, with {versions}; learning rate {alone.learning_rate:.3g},
seed {alone.seed}.

Data: {source.title} ({source.origin}), split "{config.split}"; licence {source.licence}.
{source.citation}.

Accuracy:

{chr(10).join(scores)}

Files:

{files}
"""
