"""python -m digits form [FILE]: make a form to print; drawings import-form PHOTO: import the filled form."""

import argparse
import re
from pathlib import Path
from typing import Any

import cv2

from digits.commands.evaluation import named_run
from digits.commands.printing import print_result
from digits.data.reading.entries import read_file
from digits.drawings import store
from digits.drawings.form import checking, layout, printing
from digits.drawings.form.reading import FormDigit, read_form
from digits.errors import BadConfig, DigitsError
from digits.inference.detector import Detector
from digits.inference.picture import read_upload
from digits.runs import models
from digits.storage.files import atomic_write


def add_to(verbs) -> None:
    parser = verbs.add_parser("form", help="make a form to print, whose photograph becomes labelled drawings")
    parser.add_argument("file", type=Path, nargs="?", default=Path("digits-form.pdf"), metavar="FILE",
                        help="a .pdf or .html file; digits-form.pdf by default")  # fmt: skip
    parser.set_defaults(command=write)


def add_import_to(actions) -> None:
    """Add `import-form` to the actions of drawings."""
    parser = actions.add_parser("import-form", help="check the photo of a filled form, and import it with --take")
    parser.add_argument("photo", type=Path, metavar="PHOTO")
    parser.add_argument("--take", action="store_true", help="add the digits to My drawings; only list them otherwise")
    parser.add_argument("--sheet", type=Path, metavar="PNG", help="write all digits on one sheet to look at")
    parser.add_argument("--leave-out", type=int, nargs="+", default=[], metavar="BOX", help="numbers of boxes")
    parser.add_argument("--label", type=_label, nargs="+", default=[], metavar="BOX=DIGIT",
                        help="correct a label, or put in what was left out")  # fmt: skip
    parser.add_argument("--run", metavar="RUN", help="the model that checks the labels; the chosen one by default")
    parser.set_defaults(command=import_form)


def write(options) -> None:
    suffix = options.file.suffix.lower()
    if suffix not in (".pdf", ".html"):
        raise BadConfig("A form is a .pdf or a .html file. Choose a name that ends so.")
    content = printing.pdf() if suffix == ".pdf" else printing.html().encode()
    atomic_write(options.file.absolute(), lambda part: part.write_bytes(content))
    lines = [f"The form is in {options.file}. Print it, fill it in, and photograph it from above."]
    print_result(options, {"file": str(options.file)}, lines)


def import_form(options) -> None:
    """List what the photo shows; with --take, add it to My drawings."""
    try:
        photo = read_file(options.photo)
    except OSError as error:
        raise DigitsError("The photo can't be read.", f"{options.photo}: {error.strerror}.") from error
    recognizer = models.recognizer(named_run(options.run))
    digits = read_form(read_upload(photo), recognizer, Detector.bundled())
    labels = _labels(digits, options)
    if options.sheet:
        png = cv2.imencode(".png", checking.sheet(digits, labels))[1].tobytes()
        atomic_write(options.sheet.absolute(), lambda part: part.write_bytes(png))
    rows, empty, new = [_row(digit, labels) for digit in digits], len(layout.boxes()) - len(digits), None
    lines = [_line(digit, labels) for digit in digits if digit.is_doubtful or labels.get(digit.number) != digit.label]
    lines.append(f"{len(digits)} digits, {len(digits) - len(labels)} left out, {empty} boxes empty.")
    if options.take:
        merged = store.merge(checking.drawings(digits, labels))
        new = merged.new
        lines.append(f"Added to My drawings: {new}. Already there: {merged.known + merged.other}.")
    else:
        lines.append("Nothing was added yet: repeat the command with --take.")
    print_result(options, {"photo": str(options.photo), "digits": rows, "empty": empty, "new": new}, lines)


def _labels(digits: list[FormDigit], options) -> dict[int, int]:
    """Return the labels as corrected. Raises BadConfig for a box without a digit."""
    corrected = dict(options.label)
    numbers = {digit.number for digit in digits}
    if unknown := sorted({*options.leave_out, *corrected} - numbers):
        raise BadConfig(f"There is no digit in box {', '.join(map(str, unknown))}. Count boxes row by row, from 1.")
    return {
        number: label
        for number, label in (checking.proposed(digits) | corrected).items()
        if number not in options.leave_out
    }


def _label(text: str) -> tuple[int, int]:
    if not re.fullmatch(r"[0-9]{1,3}=[0-9]", text):
        raise argparse.ArgumentTypeError(f"{text!r} isn't BOX=DIGIT, such as 12=7")
    box, digit = text.split("=")
    return int(box), int(digit)


def _row(digit: FormDigit, labels: dict[int, int]) -> dict[str, Any]:
    return {
        "box": digit.number,
        "label": labels.get(digit.number),
        "printed": digit.label,
        "predicted": digit.predicted,
        "left_out": digit.reason or "as asked" if digit.number not in labels else None,
    }


def _line(digit: FormDigit, labels: dict[int, int]) -> str:
    label = labels.get(digit.number)
    taken = f"label {label}" if label is not None else f"left out, {digit.reason or 'as asked'}"
    return f"Box {digit.number} (a {digit.label}): {taken}; predicted {digit.predicted}"
