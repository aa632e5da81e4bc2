"""The house: who may import whom, and that the UI never loads TensorFlow."""

import ast
import re
import subprocess
import sys

import pytest

from digits.storage.home import ROOT

DIGITS = sorted((ROOT / "digits").rglob("*.py"))
PAGES = sorted((ROOT / "pages").rglob("*.py"))
HEAVY = {"tensorflow", "keras", "tensorflow_datasets", "jax"}

# Each wing and what of the other wings it may import. What stands in digits/ itself (errors, files, records, home,
# worker, job) is for all of them; models.py, commands/ and __main__.py stand on top.
ARROWS = {
    "data": set(),
    "training": {"data"},
    "inference": set(),
    "mine": {"inference", "training", "data"},
    "evaluation": {"data", "training", "inference"},
    "figures": set(),
    "bench": {"data", "training", "inference"},
    "gate": {"data", "training", "inference"},
}


def imported(file, *, at_top_only=False):
    """The modules that a file imports, as dotted names."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    nodes = tree.body if at_top_only else ast.walk(tree)
    names = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def roots(names):
    return {name.split(".")[0] for name in names}


def name(file):
    return str(file.relative_to(ROOT))


@pytest.mark.parametrize("file", DIGITS, ids=name)
def test_digits_knows_no_streamlit_and_no_page(file):
    assert not roots(imported(file)) & {"streamlit", "streamlit_drawable_canvas", "pages", "app"}


def test_no_module_needs_what_windows_lacks_to_be_imported():
    for file in [*DIGITS, *PAGES]:
        assert not roots(imported(file, at_top_only=True)) & {"resource", "fcntl", "pwd", "grp", "termios"}, name(file)


@pytest.mark.parametrize("wing", ARROWS)
def test_the_arrows_between_the_wings_run_one_way(wing):
    for file in (ROOT / "digits" / wing).rglob("*.py"):
        wings = {match[1] for module in imported(file) if (match := re.match(r"digits\.(\w+)", module))}
        allowed = {wing, "errors", "files", "records", "home", "worker", "job"} | ARROWS[wing]
        assert wings <= allowed, f"{name(file)} imports {wings - allowed}"


def test_figures_know_nothing_but_figures():
    for file in (ROOT / "digits" / "figures").rglob("*.py"):
        assert {module for module in imported(file) if module.startswith("digits")} <= {
            module for module in imported(file) if module.startswith("digits.figures")
        }


@pytest.mark.parametrize("file", PAGES, ids=name)
def test_a_page_imports_no_other_page_and_nothing_heavy(file):
    own = f"pages.{file.relative_to(ROOT).parts[1]}"
    for module in imported(file):
        assert module.split(".")[0] not in HEAVY | {"app"}
        if module.startswith("pages"):
            assert module in ("pages",) or module.startswith((own, "pages.shared")), f"{name(file)}: {module}"


def test_opening_every_page_and_drawing_loads_no_tensorflow(with_run):
    """In a process of its own, because the tests of the engine load TensorFlow into this one."""
    code = """
import sys
from streamlit.testing.v1 import AppTest
app = AppTest.from_file("app.py", default_timeout=60).run()
for page in ("home", "explore", "train", "evaluate", "compare", "draw"):
    app.switch_page(f"pages/{page}/page.py").run()
    assert not app.exception, (page, app.exception)
    print(page, app.title[0].value)
print(sorted({"tensorflow", "keras", "tensorflow_datasets", "sklearn"} & set(sys.modules)))
"""
    process = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert process.stdout.splitlines() == [
        "home Digits", "explore Explore", "train Train", "evaluate Evaluate", "compare Compare", "draw Draw", "[]",
    ], process.stderr  # fmt: skip


@pytest.mark.parametrize("file", [*DIGITS, *PAGES], ids=name)
def test_every_module_says_what_it_is(file):
    assert ast.get_docstring(ast.parse(file.read_text(encoding="utf-8")))
