import pytest

from digits.data.dataset import open_dataset
from digits.evaluation.test_sets import test_set as find_set
from digits.networks import damage, weights
from digits.networks.damage import Damage
from digits.runs import models
from digits.runs import store as runs
from digits.storage.home import run_folder
from tests.conftest import content, wait_until
from tests.pages.conftest import click, texts


@pytest.fixture
def page(open_page, with_run):
    return open_page("evaluate", evaluate_view="Break it")


def test_a_slider_damages_the_network_and_the_accuracy_names_its_digits(page, with_run):
    images, labels = find_set("tutorial", with_run.settings).take(open_dataset("sample"))
    whole = models.recognizer(with_run).probabilities(images).argmax(axis=1) == labels
    assert (page.metric[0].value, page.metric[0].delta) == (f"{whole.mean():.1%}", "Not damaged")
    assert "On 1,000 digits of MNIST sample, test part of the 80/20 split (1,000 digits)" in texts(page)
    before = content(run_folder(with_run.id))
    page.slider(key="evaluate_break_noise").set_value(3.0).run()
    page.selectbox(key="evaluate_break_off").set_value("Last layer").run()
    assert not page.exception
    own = weights.read(with_run.model.file("model.keras"), with_run.settings)
    broken = damage.apply(Damage(noise=3, off=2), with_run.settings, own)
    found = weights.network(with_run.settings, broken).probabilities(images).argmax(axis=1) == labels
    assert page.metric[0].value == f"{found.mean():.1%}" and found.mean() < 0.3
    assert content(run_folder(with_run.id)) == before  # a damaged network is never saved
    click(page, "Reset")
    assert page.metric[0].value == f"{whole.mean():.1%}"


def test_of_a_larger_test_set_digits_from_all_of_it_are_predicted(open_page, with_run):
    page = open_page("evaluate", model="starter", evaluate_view="Break it")
    assert "On 899 digits of Optdigits, other hands (1,797 digits)" in texts(page)  # every second one


def test_a_healed_network_is_a_new_run_that_names_its_parent_and_its_damage(page, with_run):
    assert page.button(key="evaluate_heal").disabled
    page.slider(key="evaluate_break_noise").set_value(3.0).run()
    damaged = float(page.metric[0].value.rstrip("%")) / 100
    page = click(page, "Heal it")
    [healed] = [run for run in runs.page() if run.settings.parent]
    assert (healed.settings.parent, healed.settings.damage) == (with_run.id, "noise=3")
    assert "noise of 3 on its weights" in texts(page)
    wait_until(lambda: runs.get(healed.id).state.is_final)
    healed = runs.get(healed.id)
    assert (str(healed.state), healed.cause) == ("done", "")
    assert healed.val_accuracy > damaged + 0.2
    # The network as it was damaged is in no file: the first snapshot is that of the first epoch.
    assert min(runs.files(healed.id, "snapshot")) == 1
    assert "Evaluate the healed network" in [link.proto.label for link in page.run().get("page_link")]


def test_the_damaged_network_predicts_the_drawing_at_hand(page):
    assert "Draw a digit to see it here, too" in [link.proto.label for link in page.get("page_link")]
    page.session_state["draw_strokes"] = [{"path": [["M", 192, 60], ["L", 192, 320]], "strokeWidth": 24}]
    page.session_state["draw_predicted"] = {"predicted": "1", "confidence": 0.99}
    page.run()
    assert "Damaged: **1**" in texts(page) and "Whole: **1**" in texts(page)
    page.selectbox(key="evaluate_break_off").set_value("Last layer").run()
    assert "Whole: **1**" in texts(page) and "No clear answer" in texts(page)
