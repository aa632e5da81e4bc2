"""python -m digits drawings: count My drawings, export them as a zip, or import zips and filled forms."""

import sys
from collections import Counter
from dataclasses import asdict
from pathlib import Path

from digits.commands import form
from digits.commands.printing import one_line, print_result
from digits.drawings import import_export, store
from digits.errors import DigitsError
from digits.storage.files import atomic_write


def add_to(verbs) -> None:
    parser = verbs.add_parser(
        "drawings", help="count My drawings, export them as a zip, or import zips and filled forms"
    )
    parser.set_defaults(command=count)
    actions = parser.add_subparsers(title="actions", metavar="ACTION")
    export = actions.add_parser("export", help="write all of them to a zip")
    export.add_argument("file", type=Path, metavar="ZIP")
    export.set_defaults(command=export_zip)
    take = actions.add_parser("import", help="import the drawings of some zips, each picture once")
    take.add_argument("files", type=Path, nargs="+", metavar="ZIP")
    take.set_defaults(command=import_zips)
    form.add_import_to(actions)


def count(options) -> None:
    _, _, labels = store.images_and_labels()
    counts = Counter(labels.tolist())
    text = f"{counts.total():,} drawings; " + ", ".join(f"{digit}: {counts[digit]}" for digit in range(10))
    print_result(options, {"n": counts.total(), "by_digit": [counts[digit] for digit in range(10)]}, [text])


def export_zip(options) -> None:
    drawings = store.drawings()
    atomic_write(options.file.absolute(), lambda part: part.write_bytes(import_export.pack(drawings)))
    lines = [f"{len(drawings):,} drawings are in {options.file}."]
    print_result(options, {"file": str(options.file), "n": len(drawings)}, lines)


def import_zips(options) -> int:
    """Import each zip whole or not at all; return 1 if one of them was not imported."""
    rows, lines = [], []
    for file in options.files:
        try:
            merged = store.merge(import_export.unpack(file))
            rows.append({"file": str(file)} | asdict(merged))
            lines.append(f"{file}: {merged.new:,} new, {merged.known:,} known, {merged.other:,} known by another label")
        except DigitsError as error:
            rows.append({"file": str(file), "error": error.with_hint})
            print(one_line(f"{file}: {error.with_hint}"), file=sys.stderr)
    print_result(options, rows, map(one_line, lines))
    return int(len(lines) < len(rows))
