"""python -m digits backup FILE, and restore FILE: everything that the app has written, as one zip, and back."""

from pathlib import Path

from digits import tasks
from digits.commands.printing import print_result
from digits.commands.progress import bar
from digits.storage import backup
from digits.storage.home import home


def add_to(verbs) -> None:
    parser = verbs.add_parser("backup", help="copy runs, drawings and data into a zip")
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.set_defaults(command=run)
    parser = verbs.add_parser("restore", help="fill an empty DIGITS_HOME from a backup")
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.set_defaults(command=restore)


def run(options) -> None:
    with bar() as on_progress:
        number = backup.backup(options.file, on_progress)
    lines = [f"{number:,} files are in {options.file}."]
    print_result(options, {"file": str(options.file), "files": number}, lines)


def restore(options) -> None:
    number = backup.restore(options.file)
    tasks.forget_workers()
    print_result(options, {"home": str(home()), "files": number}, [f"{number:,} files are in {home()}."])
