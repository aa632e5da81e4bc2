"""Measure how long each page takes to open and to rerun with many finished runs, without a browser."""

import argparse
import os
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

import streamlit as st
from streamlit.testing.v1 import AppTest

from digits.runs import store as runs
from digits.storage import database
from digits.storage.home import ROOT
from tests.benchmarks.results import progress
from tests.conftest import digits

PAGES = ("home", "explore", "train", "evaluate", "compare", "draw")
RERUNS = 5


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--runs", type=int, nargs="+", default=[1, 1_000, 10_000], metavar="N", help="how many")
    parser.add_argument("--pages", nargs="+", default=PAGES, choices=PAGES, metavar="PAGE", help=", ".join(PAGES))


def run(options: argparse.Namespace) -> None:
    type(st.context).cookies = {}  # an AppTest has a mock in their place
    print(f"  runs  page      first open, ms  rerun, ms  of the processor, ms  (medians of {RERUNS})")
    for num_runs in options.runs:
        with tempfile.TemporaryDirectory() as home:
            os.environ["DIGITS_HOME"] = home
            progress(f"making {num_runs:,} runs")
            make_runs(num_runs, Path(home))
            for page in options.pages:
                opened, rerun, busy = (1000 * seconds for seconds in measure(page))
                print(f"{num_runs:6,}  {page:8}  {opened:14.0f}  {rerun:9.0f}  {busy:20.0f}", flush=True)


COPY = (
    """INSERT INTO tasks (kind, subject, owner, lane, place, state)
       SELECT kind, :copy, owner, lane, place, state FROM tasks WHERE subject = :original""",
    """INSERT INTO runs (id, owner, created, settings, architecture, num_epochs, stage, ended, details, model,
                         model_sha256, temperature, task)
       SELECT :copy, owner, :created, settings, architecture, num_epochs, stage, ended, details, model,
              model_sha256, temperature, last_insert_rowid() FROM runs WHERE id = :original""",
    "INSERT INTO epochs SELECT :copy, epoch, val_accuracy, numbers FROM epochs WHERE run = :original",
    """INSERT INTO results SELECT :copy, kind, part, made_from, value, file, file_sha256
       FROM results WHERE subject = :original""",
)


def make_runs(count: int, home: Path) -> None:
    """Train one run; the others have its rows, but no files."""
    digits("train", "--architecture", "mlp", "--epochs", "3", home=home)
    (first,) = runs.page()
    with database.writing() as connection:
        for number in range(2, count + 1):
            created = f"2020-01-01T00:00:00.{number:06}+00:00"
            for statement in COPY:
                connection.execute(
                    statement, {"copy": f"{first.id}-{number}", "original": first.id, "created": created}
                )


def measure(page: str) -> tuple[float, float, float]:
    """Return the seconds of the first opening, the median of some reruns, and of the processor's time for these."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120).run()
    app = app.switch_page(f"pages/{page}/page.py")
    seconds, busy = [], []
    for _ in range(1 + RERUNS):
        began, began_busy = perf_counter(), process_time()
        app.run()
        seconds.append(perf_counter() - began)
        busy.append(process_time() - began_busy)
        if app.exception:
            raise RuntimeError(f"{page}: {app.exception[0].message}")
    return seconds[0], median(seconds[1:]), median(busy[1:])
