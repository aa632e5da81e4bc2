"""What the README says is what happens."""

import re
import subprocess
import sys

import pytest

from digits.__main__ import main
from digits.storage.home import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
MEASUREMENTS = (ROOT / "docs" / "measurements.md").read_text(encoding="utf-8")


def test_ci_runs_the_readmes_test_line_word_for_word():
    line = (ROOT / ".ci" / "run").read_text(encoding="utf-8").strip().splitlines()[-1]
    assert f"\n{line}\n" in README


def test_every_command_of_the_readme_and_the_measurements_exists():
    commands = set(re.findall(r"python -m (digits [\w-]+|tests\.benchmarks \w+|digits\.[\w.]+)", README + MEASUREMENTS))
    assert {command.split()[0] for command in commands} >= {"digits", "tests.benchmarks"}
    for command in commands:
        module, verb = command.split() if " " in command else (command, "")
        if module == "digits":
            with pytest.raises(SystemExit, match="0"):
                main([verb, "--help"])
            continue
        process = subprocess.run(
            [sys.executable, "-m", *command.split(), "--help"], cwd=ROOT, capture_output=True, text=True
        )
        assert process.returncode == 0, process.stderr


def test_every_picture_of_the_readme_is_there():
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README)
    assert pictures
    assert all((ROOT / picture).is_file() for picture in pictures)


def test_every_folder_of_the_readmes_map_is_there():
    block = README.split("## The house")[1].split("```")[1]
    for line in block.strip().splitlines():
        path = line.strip().split()[0]
        if path.endswith("/"):
            assert any((ROOT / above / path).is_dir() for above in ("", "pages", "digits")), path
