"""What tests of evaluations, and of the pages that show them, have in common."""

from digits.runs import store as runs
from digits.runs import updates
from digits.runs.run import Run
from digits.storage import files
from digits.storage.home import run_folder


def train_further(run: Run) -> Run:
    """Publish another model of `run`: it predicts the same, but its files are new. Returns the run with it."""
    new = {
        name: files.write_new(run_folder(run.id), name, lambda part, name=name: _write_longer(run, name, part))
        for name in run.model.files
    }
    updates.publish_model(run.id, new, {name: list(shape) for name, shape in run.model.layers.items()}, "done")
    return runs.get(run.id)


def damage(result) -> None:
    """Change a byte in the file of a stored result."""
    file = result.folder / result.file.name
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)


def _write_longer(run: Run, name: str, part) -> None:
    part.write_bytes(run.model.file(name).read_bytes() + b"\0")
