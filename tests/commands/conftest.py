"""The command line in this process: quicker than a process for each."""

from collections.abc import Callable
from typing import NamedTuple

import pytest

from digits.__main__ import main


class Said(NamedTuple):
    """What a command ended with."""

    code: int
    out: str
    err: str


@pytest.fixture
def run(digits_home, capfd) -> Callable[..., Said]:
    """run("runs", "--json") runs that command line."""

    def run(*arguments: object) -> Said:
        capfd.readouterr()
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as ended:  # argparse ends so
            code = ended.code
        return Said(code, *capfd.readouterr())

    return run
