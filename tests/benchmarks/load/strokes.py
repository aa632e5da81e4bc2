"""Measure how soon a stroke is answered: in Chromium, against the canvas alone, and in the server."""

import argparse
import asyncio
from pathlib import Path

import numpy as np
import psutil
from playwright.async_api import Page, async_playwright

from tests.benchmarks.load.server import Rows, report
from tests.benchmarks.load.trainings import training
from tests.benchmarks.load.visitor import Visitor
from tests.browser.conftest import CHROMIUM, FLAGS, serving

BARE = "tests/benchmarks/load/bare.py"
ROUNDS = 25  # drawings on each page, by turns
SEVEN = [[(250, 80), (220, 200), (190, 320)], [(90, 90), (250, 80)]]  # the first of them reads as a 1
PAUSE = 0.2  # s between these; a visitor who sends more than ten a second is read more slowly
STROKES = 200  # sent to the server while a network trains

# From the moment the pen is lifted until each of `signs` is true, in ms; looked at once a frame.
WAIT = """signs => new Promise(resolve => {
    let lifted = null
    addEventListener("mouseup", () => { lifted = performance.now() }, {capture: true, once: true})
    const times = signs.map(() => null), tests = signs.map(sign => new Function("return " + sign))
    const look = () => {
        tests.forEach((test, at) => { if (lifted && !times[at] && test()) times[at] = performance.now() - lifted })
        times.every(time => time) ? resolve(times) : requestAnimationFrame(look)
    }
    look()
})"""
COUNTED = "document.querySelector('[data-testid=stText]')?.textContent"
BARE_SIGNS = [[f"/^{count} strokes/.test({COUNTED})"] for count in (1, 2)]
SAID = "document.querySelector('.st-key-draw_answer:has([data-testid=stMetricValue])')?.innerText"
PICTURE = "document.querySelector('img[alt^=\"Your digit as\"]')?.src"
# Of each stroke: the new digit with how sure it is; and, under its bars, the 28 x 28 of this very drawing.
OUR_SIGNS = [
    [f"window.said = {SAID}", f"window.picture = {PICTURE}"],
    [f"{SAID} != window.said", f"{PICTURE} != window.picture"],
]


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add none: this part has no options."""


def run(options: argparse.Namespace) -> None:
    report(strokes)


async def strokes(address: str, process: psutil.Process, home: Path) -> Rows:
    """The two strokes of a 7, on an empty canvas and on that: both pages by turns; then the server alone."""
    with serving(home, BARE) as bare:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            ours, theirs = [await _open(browser, url) for url in (f"{address}/draw?model=starter", bare)]
            times = [await _draw(ours, OUR_SIGNS) + await _draw(theirs, BARE_SIGNS) for _ in range(ROUNDS + 2)]
            await browser.close()
    # The first two rounds warm up. Columns: ours, first stroke: digit, all; second stroke: digit, all; theirs: 1, 2.
    middle = np.median(times[2:], axis=0)
    rows = []
    for stroke, name in enumerate(("first", "second")):
        digit, whole, bare_one = middle[2 * stroke], middle[2 * stroke + 1], middle[4 + stroke]
        what = f"pen-up to the answer, {name} stroke, median of {ROUNDS}; the bare canvas needs {bare_one:.0f} ms"
        more = f"{digit - bare_one:+.0f} ms (the digit), {whole - bare_one:+.0f} ms (with bars and pictures)"
        rows.append((what, more, "+60 ms"))
    async with training():
        seconds, work = await _in_server(address, process)
    middle, most = np.percentile(seconds, [50, 95]) * 1000
    what = f"a stroke in the server while a network trains, {STROKES} strokes"
    return [*rows, (what, f"p95 {most:.0f} ms (median {middle:.0f}; {1000 * work:.0f} of processor)", "p95 30 ms")]


async def _open(browser, url: str) -> Page:
    page = await (await browser.new_context(viewport={"width": 1280, "height": 900})).new_page()
    await page.goto(url)
    await page.locator("canvas.upper-canvas").wait_for()
    await page.wait_for_timeout(3000)
    return page


async def _draw(page: Page, signs: list[list[str]]) -> list[float]:
    """Clear the canvas and draw a 7; the ms from the end of each stroke to each of its signs."""
    await page.get_by_role("button", name="Clear").click()
    await page.wait_for_timeout(1200)
    box = await page.locator("canvas.upper-canvas").bounding_box()
    times = []
    for ((x, y), *rest), of_stroke in zip(SEVEN, signs, strict=True):
        await page.mouse.move(box["x"] + x, box["y"] + y)
        await page.mouse.down()
        for x, y in rest:
            await page.mouse.move(box["x"] + x, box["y"] + y, steps=8)
        waiting = await page.evaluate_handle(f"signs => ({{times: ({WAIT})(signs)}})", of_stroke)
        await page.mouse.up()
        times += await waiting.evaluate("waiting => waiting.times")
        await page.wait_for_timeout(600)
    return times


async def _in_server(address: str, process: psutil.Process) -> tuple[list[float], float]:
    """The seconds that each of many strokes takes a visitor without a browser, and their mean processor time."""
    visitor = await Visitor.open(address, "draw", "model=starter")
    drawings = [seven(shift) for shift in range(20)]
    for drawing in drawings:
        await visitor.draw(drawing)
    before = process.cpu_times()
    seconds = []
    for number in range(STROKES):
        seconds.append(await visitor.draw(drawings[number % len(drawings)]))
        await asyncio.sleep(PAUSE)
    after = process.cpu_times()
    await visitor.close()
    return seconds, (after.user + after.system - before.user - before.system) / STROKES


def seven(shift: int) -> dict:
    """A 7 as the canvas sends it, some px to the right."""
    objects = []
    for stroke in SEVEN:
        path = [["L" if number else "M", x + shift, y] for number, (x, y) in enumerate(stroke)]
        objects.append({"type": "Path", "path": path, "strokeWidth": 24})
    return {"raw": {"objects": objects}, "data": None}
