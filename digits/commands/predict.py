"""python -m digits predict PATH...: read pictures of digits."""

import json
from pathlib import Path

from digits.errors import DigitsError
from digits.inference.detector import Gate
from digits.inference.picture import upload_ink
from digits.inference.preprocessing import to_mnist
from digits.runs import models, runs

SUFFIXES = (".png", ".jpg", ".jpeg")


def add_to(verbs) -> None:
    parser = verbs.add_parser("predict", help="read pictures of single digits")
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="pictures, or folders of pictures")
    parser.add_argument("--run", metavar="RUN", help="the chosen model by default")
    parser.add_argument("--json", action="store_true", help="print a JSON line for each picture")
    parser.set_defaults(command=run)


def run(options) -> int:
    model = runs.find(options.run) if options.run else models.chosen()
    recognizer, gate = models.recognizer(model), Gate.bundled()
    failed = False
    for path in sorted(_pictures(options.paths)):
        try:
            digit = to_mnist(upload_ink(path.read_bytes()))
            probabilities = recognizer.probabilities(digit[None])[0]
            is_digit = bool(gate.accepts(digit[None])[0])
            answer = {
                "image": str(path),
                "digit": int(probabilities.argmax()),
                "probabilities": [round(float(p), 6) for p in probabilities],
                "looks_like_a_digit": is_digit,
            }
        except (DigitsError, OSError) as error:
            failed = True
            answer = {"image": str(path), "error": str(error)}
        print(json.dumps(answer) if options.json else _line(answer), flush=True)
    return 1 if failed else 0


def _pictures(paths: list[Path]):
    for path in paths:
        if path.is_dir():
            yield from (file for file in path.iterdir() if file.suffix.lower() in SUFFIXES)
        else:
            yield path


def _line(answer: dict) -> str:
    if "error" in answer:
        return f"{answer['image']}: {answer['error']}"
    doubt = "" if answer["looks_like_a_digit"] else "; does not look like a digit"
    return f"{answer['image']}: {answer['digit']} ({max(answer['probabilities']):.1%}){doubt}"
