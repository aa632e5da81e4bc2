"""python -m digits export RUN FOLDER: a trained model for use outside of Digits, checked before it is handed out."""

import argparse
from pathlib import Path
from typing import Any

from digits import tasks
from digits.commands.printing import print_result
from digits.commands.progress import do
from digits.errors import BadConfig, DigitsError
from digits.exports import bundle, check, whole_run
from digits.exports.formats import FORMATS, SCALES, Export
from digits.runs import store as runs
from digits.runs import transfer
from digits.storage.files import cannot_write, new_folder

LAYOUTS = tuple(known.layout for known in FORMATS.values() if known.layout)


def add_to(verbs) -> None:
    parser = verbs.add_parser(
        "export",
        help="write a trained model in a format for use elsewhere, with a card that says what it is",
        description="Write a trained model in a format, or without --format the files of the run with a card. The "
        "export is loaded again in a separate process and compared with the app on 200 test digits.",
    )
    named = [
        parser.add_argument("run", metavar="RUN"),
        parser.add_argument("folder", type=Path, metavar="FOLDER", help="is made; must be empty if it exists"),
    ]
    parser.add_argument("--format", choices=FORMATS, metavar="FORMAT", help=f"one of {', '.join(FORMATS)}")
    parser.add_argument("--scale", choices=SCALES, default=SCALES[0], help="the pixels that the model takes")
    parser.add_argument("--layout", choices=LAYOUTS, help="the folders that a model server takes")
    check_help = "instead of RUN FOLDER: compare an export again, here; only one of somebody you trust"
    parser.add_argument("--check", type=Path, action=Check, const=named, metavar="FOLDER", help=check_help)
    parser.set_defaults(command=run)


class Check(argparse.Action):
    """Takes the place of the arguments in `const`. With `nargs="?"` no option could stand between RUN and FOLDER."""

    def __call__(self, parser, namespace, folder, option=None):
        namespace.check = folder
        for action in self.const:
            action.required = False


def run(options) -> None:
    if options.check:
        if options.run:
            raise BadConfig("--check needs the folder of an export, and nothing else.")
        _say(check.check(options.check), options)
        return
    if not options.format and (options.layout or options.scale != SCALES[0]):
        raise BadConfig("--scale and --layout need a --format.")
    found, folder = transfer.ensure_built(runs.get(options.run)), options.folder
    found.demand_model("export")
    wanted = options.format and Export(format=options.format, scale=options.scale, layout=options.layout or "")
    try:
        if folder.is_dir() and any(folder.iterdir()):
            raise DigitsError("The folder is not empty. Choose another one.", f"It is {folder}.")
        with new_folder(folder) as part:  # what fails or is stopped leaves nothing
            outcome = _make(found, wanted, part) if wanted else whole_run.write(found, part)
    except OSError as error:
        raise cannot_write(folder, error) from error
    if not wanted:
        print_result(options, {"run": found.id, "format": None, "path": str(folder)}, [f"{found.id} is in {folder}."])
        return
    outcome["path"] = str(folder / Path(outcome["path"]).relative_to(part))
    _say(outcome, options)


def _make(found: runs.Run, wanted: Export, folder: Path) -> dict[str, Any]:
    """Make an export here and now, with a progress bar. Raises DigitsError, also where it was stopped."""
    outcome: dict[str, Any] = {}

    def handle(work: tasks.Work, run_id: str, part: str) -> None:
        outcome.update(bundle.make(found, wanted, folder, work.report))

    do("export", found.id, f"{wanted.part} {wanted.layout} to a folder", handle)
    return outcome


def _say(outcome: dict[str, Any], options) -> None:
    same = "the same predictions" if outcome["same_predictions"] else "mostly the same predictions"
    lines = [
        f"{outcome['path']}: {same} as in the app on {outcome['n']} test digits, by {outcome['checked_with']}; the "
        f"largest difference of a probability is {outcome['max_difference']:.2g}."
    ]
    if "accuracy" in outcome:
        lost = outcome["accuracy_before"] - outcome["accuracy"]
        lines.append(
            f"Accuracy on {outcome['test']}: {outcome['accuracy']:.2%}, {abs(lost):.2%} "
            f"{'less' if lost >= 0 else 'more'} than the app's {outcome['accuracy_before']:.2%}."
        )
    print_result(options, outcome, lines)
