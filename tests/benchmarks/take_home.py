"""Measure how soon a take-home page answers a moving pen, in Chromium, by its own clock."""

import argparse
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, sync_playwright

from tests.browser.conftest import CHROMIUM, FLAGS
from tests.exports.drawings import SIDE, drawings

COUNT_TIMES = """() => {
    window.times = []
    const request = window.requestAnimationFrame.bind(window)
    window.requestAnimationFrame = answer => request(time => {
        const began = performance.now()
        answer(time)
        window.times.push(performance.now() - began)
    })
}"""
"""The page answers what the pen did once a frame: it paints, prepares the ink, predicts and shows the bars."""


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("pages", nargs="+", type=Path, metavar="FILE", help="digits.html of exports")
    parser.add_argument("--drawings", type=int, default=20, help="how many are drawn on each (%(default)s)")


def run(options: argparse.Namespace) -> None:
    print("| page | MB | answers | median | 95 of 100 within | slowest |\n|---|---:|---:|---:|---:|---:|")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for file in options.pages:
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            page.goto(file.absolute().as_uri())
            times = _draw(page, options.drawings)
            within = " | ".join(f"{np.percentile(times, part):.1f} ms" for part in (50, 95, 100))
            print(f"| {file} | {file.stat().st_size / 1e6:.2f} | {len(times)} | {within} |", flush=True)
            page.close()
        browser.close()


def _draw(page: Page, count: int) -> list[float]:
    """Draw digits with the mouse; returns the ms of each answer but those to the first one, which warms the page up."""
    page.evaluate(COUNT_TIMES)
    box = page.locator("#canvas").bounding_box()
    for number, strokes in enumerate(drawings(count + 1)):
        for stroke in strokes:
            first, *rest = stroke.points * (box["width"] / SIDE) + [box["x"], box["y"]]
            page.mouse.move(*first)
            page.mouse.down()
            for point in rest:
                page.mouse.move(*point)
            page.mouse.up()
        page.get_by_role("button", name="Clear").click()
        if number == 0:
            page.evaluate("times.length = 0")
    return page.evaluate("times")
