"""The house: the layers of pyproject.toml hold, the UI never loads TensorFlow, and every module says what it is."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from digits.storage.home import ROOT

DIGITS = sorted((ROOT / "digits").rglob("*.py"))
PAGES = sorted((ROOT / "pages").rglob("*.py"))
HEAVY = {"tensorflow", "keras", "tensorflow_datasets", "jax"}
NOT_ON_WINDOWS = {"resource", "fcntl", "pwd", "grp", "termios"}


def imported(file, *, at_top_only=False):
    """The packages that a file imports."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    names = set()
    for node in tree.body if at_top_only else ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names


def name(file):
    return str(file.relative_to(ROOT))


def test_imports_go_down_the_layers():
    """The contracts stand in pyproject.toml; `lint-imports` tells which import breaks one."""
    command = Path(sys.executable).with_name("lint-imports")
    process = subprocess.run([command, "--no-cache", "--no-logo"], cwd=ROOT, capture_output=True, text=True)
    assert process.returncode == 0, process.stdout + process.stderr


@pytest.mark.parametrize("file", [ROOT / "app.py", *PAGES], ids=name)
def test_the_frame_and_the_pages_import_nothing_heavy_and_no_test(file):
    assert not imported(file) & {*HEAVY, "tests"}


def test_opening_every_page_and_drawing_loads_no_tensorflow(with_run):
    """In a process of its own, because the tests of the engine load TensorFlow into this one."""
    code = """
import sys
import streamlit as st
from streamlit.testing.v1 import AppTest
type(st.context).cookies = {}  # where an AppTest has a mock
app = AppTest.from_file("app.py", default_timeout=60).run()
for page in ("home", "explore", "train", "evaluate", "compare", "draw", "lesson", "glossary"):
    app.switch_page(f"pages/{page}/page.py").run()
    assert not app.exception, (page, app.exception)
    print(page, app.title[0].value)
print(sorted({"tensorflow", "keras", "tensorflow_datasets", "sklearn"} & set(sys.modules)))
"""
    process = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert process.stdout.splitlines() == [
        "home Digits", "explore Explore", "train Train", "evaluate Evaluate", "compare Compare", "draw Draw",
        "lesson Lesson", "glossary Glossary", "[]",
    ], process.stderr  # fmt: skip


def test_no_module_needs_what_windows_lacks_to_be_imported():
    for file in [*DIGITS, *PAGES]:
        assert not imported(file, at_top_only=True) & NOT_ON_WINDOWS, name(file)


@pytest.mark.parametrize("file", [*DIGITS, *PAGES], ids=name)
def test_every_module_says_what_it_is(file):
    assert ast.get_docstring(ast.parse(file.read_text(encoding="utf-8")))
