"""A short program as text and as a Jupyter notebook, which is a small JSON (nbformat 4.5)."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from string import Template
from typing import Any

TEMPLATES = Path(__file__).with_name("templates")
LANGUAGE = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
WRITE = """# The files that the code below reads.
import base64, pathlib
for name, text in {files}.items():
    pathlib.Path(name).write_bytes(base64.b64decode(text))"""


@dataclass(frozen=True, kw_only=True)
class Notebook:
    """A program that does what a page did."""

    name: str
    title: str
    code: str
    """10 to 20 lines that need the packages of requirements.txt, and `files` beside them."""
    command: str
    """The command line that does the same."""
    files: Callable[[], dict[str, bytes]] = field(default=dict)
    """Returns what the code reads, by name; the notebook brings it. May raise DamagedFile."""

    def as_json(self) -> bytes:
        """Return the .ipynb: a cell for each part of the code that an empty line ends."""
        cells = [_cell("markdown", f"# {self.title}\n\nMade by Digits. On its command line: `{self.command}`")]
        if files := self.files():
            encoded = {name: base64.b64encode(data).decode() for name, data in files.items()}
            cells.append(_cell("code", WRITE.format(files=encoded)))
        cells += [_cell("code", part) for part in self.code.split("\n\n")]
        for number, cell in enumerate(cells):
            cell["id"] = f"cell-{number}"
        book = {"nbformat": 4, "nbformat_minor": 5, "metadata": LANGUAGE, "cells": cells}
        return (json.dumps(book, indent=1, ensure_ascii=False) + "\n").encode()


def fill(template: str, **values: object) -> str:
    """Return the code of a template, with each $name in it replaced."""
    text = (TEMPLATES / f"{template}.py.txt").read_text(encoding="utf-8")
    return Template(text).substitute(values).strip()


def _cell(kind: str, text: str) -> dict[str, Any]:
    cell = {"cell_type": kind, "metadata": {}, "source": text.splitlines(keepends=True)}
    return cell | {"execution_count": None, "outputs": []} if kind == "code" else cell
