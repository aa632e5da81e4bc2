"""Measure how soon the Evaluate page opens and answers a click, in Chromium, with MNIST's 10,000 test digits.

Needs TFDS_DATA_DIR (or a network) for MNIST, and Chromium.
"""

import argparse
import asyncio
import time
from pathlib import Path

import numpy as np
import psutil
from playwright.async_api import Page, async_playwright

from digits.evaluation import evaluate
from digits.evaluation.test_sets import test_set
from digits.runs import store as runs
from tests.benchmarks.load.server import Rows, report
from tests.browser.conftest import CHROMIUM, FLAGS
from tests.conftest import digits

TIMES = 10
SHEET = ".st-key-evaluate_sheet"
DRAWN = f"document.querySelector('{SHEET} .imagelayer image')?.getBoundingClientRect().width"
FIGURE = "document.querySelector('h1')?.innerText === 'Evaluate' && document.querySelector('.js-plotly-plot .main-svg')"
HOME = "document.body?.innerText.includes('Draw a digit now')"
CELLS = ".st-key-evaluate_confusion .heatmaplayer"
MISTAKES = "evaluate?evaluate_view=Mistakes"
# The browser's own clock, in ms since the navigation began, as soon as a sign is true; looked at once a frame, because
# Playwright's waiting looks ever more seldom and so adds up to a quarter of a second.
SEEN = """sign => new Promise((resolve, reject) => {
    const test = new Function("return " + sign)
    const look = () => test() ? resolve(performance.now()) : requestAnimationFrame(look)
    look()
    setTimeout(() => reject(new Error("not seen within a minute: " + sign)), 60000)
})"""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add none: this part has no options."""


def run(options: argparse.Namespace) -> None:
    report(pages)


async def pages(address: str, process: psutil.Process, home: Path) -> Rows:
    """Open the page TIMES times by its link and from Home; click on the TIMES largest cells beside the diagonal."""
    await asyncio.to_thread(digits, "data", "mnist", home=home)
    await asyncio.to_thread(digits, "train", "--source", "mnist", "--split", "official", home=home)
    (run,) = runs.page()
    evaluation = evaluate.stored(run, test_set("official", run.settings))
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        context = await browser.new_context(viewport={"width": 1280, "height": 1000})
        page = await context.new_page()
        await page.goto(f"{address}/{MISTAKES}")  # once before, so that the browser has Streamlit's own files
        await page.evaluate(SEEN, DRAWN)
        home_page = [await _opened(page, address, HOME) for _ in range(TIMES)]
        by_link = [await _opened(page, f"{address}/{MISTAKES}", DRAWN) for _ in range(TIMES)]
        from_home = [await _from_home(page) for _ in range(TIMES)]
        await _opened(page, f"{address}/{MISTAKES}", DRAWN)
        counts = np.array(evaluation["confusion"]) * (1 - np.eye(10, dtype=int))
        largest = np.argsort(-counts, axis=None, kind="stable")[:TIMES]
        clicks = [await _clicked(page, *divmod(int(cell), 10)) for cell in largest]
        await browser.close()
    return [
        ("Home, to compare: the page is loaded", _summary(home_page), ""),
        ("Evaluate, mistakes among 10,000 digits: the page is loaded", _summary(by_link), "under 1000 ms"),
        ("Evaluate: a click in the navigation", _summary(from_home), "under 1000 ms"),
        ("a click on a cell: its digits are drawn", _summary(clicks), "under 500 ms"),
    ]


async def _opened(page: Page, address: str, sign: str) -> float:
    """Seconds from a link to the sign that the page is drawn."""
    await page.goto(address, wait_until="commit")
    return await page.evaluate(SEEN, sign) / 1000


async def _from_home(page: Page) -> float:
    """Seconds from a click in the navigation until the first figure of the page is drawn."""
    await page.get_by_role("link", name="Home").first.click()
    await page.evaluate(SEEN, HOME)
    began = await page.evaluate("performance.now()")
    await page.get_by_role("link", name="Evaluate").first.click()
    return (await page.evaluate(SEEN, FIGURE) - began) / 1000


async def _clicked(page: Page, label: int, predicted: int) -> float:
    """Seconds from a click on a cell until the sheet shows its digits and no others."""
    await page.wait_for_timeout(1500)  # the page rests
    box = await page.locator(CELLS).bounding_box()
    x, y = box["x"] + (predicted + 0.5) * box["width"] / 10, box["y"] + (label + 0.5) * box["height"] / 10
    began = time.perf_counter()
    await page.mouse.click(x, y)
    await page.wait_for_function(
        "([sheet, caption]) => { const texts = [...document.querySelectorAll(sheet + ' text')].map(t => t.textContent);"
        " return texts.length && texts.every(text => text === caption); }",
        arg=[SHEET, f"{label} → {predicted}"],
    )
    return time.perf_counter() - began


def _summary(seconds: list[float]) -> str:
    return f"median {np.median(seconds) * 1000:.0f} ms, most {max(seconds) * 1000:.0f}"
