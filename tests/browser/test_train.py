import re

from playwright.sync_api import expect

from digits.networks.architectures import RECIPES, TITLES
from digits.runs import store as runs
from digits.runs.run import RunState
from tests.browser.conftest import TRAINED, serving, settle
from tests.faults.conftest import harmed_workers as harmed_workers
from tests.faults.conftest import no_worker_outlives_its_test as no_worker_outlives_its_test


def start(page, network, epochs):
    page.get_by_role("radiogroup", name="Network").get_by_text(TITLES[network]).first.click()
    box = page.get_by_label("Epochs", exact=True)
    expect(box).to_have_value(str(RECIPES[network].epochs))  # the recipe of the network fills the form
    settle(page)
    box.fill(str(epochs))
    box.press("Enter")
    page.get_by_role("button", name="Start training").click()


def test_a_training_continues_without_page_and_server_and_is_stopped_from_a_new_one(visit, with_sample, harmed_workers):
    harmed_workers("import tests.faults.quick_engine as engine; engine.SECONDS = 0.1")
    with serving(with_sample) as address:
        page = visit(f"{address}/train")
        start(page, "mlp", 1000)
        page.get_by_text(re.compile(r"Epoch \d+ of 1,000")).wait_for(timeout=TRAINED)
        page.close()
    seen = runs.page()[0].epochs_done
    with serving(with_sample) as address:
        page = visit(f"{address}/train?train_view=Watch&run={runs.page()[0].id}")
        page.get_by_text(re.compile(r"Epoch \d+ of 1,000")).wait_for()
        assert runs.page()[0].state == RunState.RUNNING
        page.get_by_test_id("stMain").get_by_role("button", name="Stop").click()  # the header has one of its own
        page.get_by_text("Stopped").first.wait_for(timeout=TRAINED)
        run = runs.page()[0]
        assert run.epochs_done >= seen and run.model
