"""The tab Sweep in front of a real search, whose trials take no time and load no library."""

import re

import pytest
from playwright.sync_api import expect

from digits.sweeps import store
from digits.tasks import TaskState
from tests.browser.conftest import TRAINED, serving
from tests.faults.conftest import harmed_workers as harmed_workers
from tests.faults.conftest import no_worker_outlives_its_test as no_worker_outlives_its_test


def test_a_sweep_is_started_watched_and_stopped_and_keeps_its_best(visit, with_sample, harmed_workers, monkeypatch):
    pytest.importorskip("optuna", reason="requirements-sweep.txt is not installed")
    harmed_workers("from tests.sweeps.quick_trials import take_over; take_over()")
    monkeypatch.setenv("EPOCH_SECONDS", "1")  # far from its end when it is stopped
    with serving(with_sample) as address:
        page = visit(f"{address}/train?train_view=Sweep")
        page.get_by_role("button", name="Start sweep").click()
        page.get_by_text("Best so far").wait_for(timeout=TRAINED)
        expect(page.get_by_text(re.compile(r"Trials: \d+ of 12 done"))).to_be_visible()
        expect(page.locator(".js-plotly-plot").first).to_be_visible()
        page.get_by_test_id("stMain").get_by_role("button", name="Stop", exact=True).click()
        page.get_by_role("button", name="Continue sweep").wait_for(timeout=TRAINED)
        expect(page.get_by_text("Validation accuracy").first).to_be_visible()
    (sweep,) = store.page()
    assert sweep.state == TaskState.STOPPED and sweep.best is not None
    assert 1 <= len(store.trials(sweep.id)) < 12
