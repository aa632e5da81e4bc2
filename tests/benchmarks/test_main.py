"""The one entry of the benchmarks."""

import subprocess
import sys

import pytest

from digits.storage.home import ROOT
from tests.benchmarks.__main__ import PARTS, main


def test_help_names_every_part():
    process = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks", "--help"], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert process.returncode == 0 and all(f"\n{part} " in process.stdout for part in PARTS)


@pytest.mark.parametrize("part", PARTS)
def test_every_part_says_what_it_measures_and_lists_its_options(part, capsys):
    with pytest.raises(SystemExit) as ended:
        main([part, "--help"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: python -m tests.benchmarks {part} [-h]")


def test_an_error_is_one_sentence(digits_home, tmp_path, capsys):
    assert main(["pack", str(tmp_path / "packed")]) == 1
    error = capsys.readouterr().err
    assert error.startswith("python -m tests.benchmarks pack: ") and "python -m digits data mnist" in error


def test_a_part_that_does_not_exist_is_refused():
    with pytest.raises(SystemExit) as ended:
        main(["everything"])
    assert ended.value.code == 2
