import re

import numpy as np

from digits.evaluation import evaluate
from digits.evaluation.test_sets import test_set as find_set
from digits.runs import store as runs
from tests.browser.conftest import box_at_rest, settle


def test_a_click_on_a_cell_shows_its_digits_and_a_click_on_one_opens_it(visit, server_with_runs):
    run = runs.page()[0]
    report = evaluate.stored(run, find_set("tutorial", run.settings))
    counts = np.array(report["confusion"])
    label, predicted = np.unravel_index((counts * (1 - np.eye(10))).argmax(), (10, 10))
    page = visit(f"{server_with_runs}/evaluate?evaluate_view=Mistakes")
    page.get_by_text(f"{len(report['misclassified'])} digits. Below each").wait_for()
    settle(page)
    box = box_at_rest(page.locator(".st-key-evaluate_confusion .heatmaplayer"))
    page.mouse.click(box["x"] + (predicted + 0.5) * box["width"] / 10, box["y"] + (label + 0.5) * box["height"] / 10)
    page.get_by_text(re.compile(rf"^{counts[label, predicted]} digits?\. Below each")).wait_for()
    page.wait_for_url(re.compile(f"label={label}&predicted={predicted}"))
    settle(page)
    box = box_at_rest(page.locator(".st-key-evaluate_sheet .imagelayer image"))
    page.mouse.click(box["x"] + box["width"] / 16, box["y"] + 20)
    page.get_by_text(f"Label: {label}.").wait_for()
    settle(page)
    page.keyboard.press("b")
    page.locator(".st-key-evaluate_sheet").wait_for()
