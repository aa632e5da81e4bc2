import ast
import re

import pytest
from streamlit.testing.v1.element_tree import Block

from digits.storage.home import ROOT
from pages.glossary import figures
from pages.shared.glossary import ENTRIES, PARTS, link, linked, named
from tests.pages.conftest import HOSTILE, texts

TERMS = """
accuracy, activation, ReLU, softmax, Adam, argmax, augmentation, batch, batch normalisation, calibration, class,
confidence, confidence interval, confusion matrix, convolution, cross-entropy, data set, dense layer, dropout, epoch,
ensemble, F1, precision, recall, feature, filter, fine-tuning, flatten, gradient descent, label, label smoothing, layer,
learning rate, loss, MNIST, model, network, normalisation, one-hot, optimizer, overfitting, parameter, pixel,
prediction, schedule, seed, split, stride, temperature, tensor, test set, training set, validation set, t-SNE,
underfitting, weight, XLA, zip, Conv2D, BatchNormalization, robustness
"""
PAGES = [
    ("explore", {"view": "One digit"}),
    ("train", {"train_view": "Set up"}),
    ("train", {"train_view": "Watch"}),
    ("evaluate", {"evaluate_view": "Mistakes"}),
    ("evaluate", {"evaluate_view": "Mistakes", "shown": "0"}),
    ("evaluate", {"evaluate_view": "Scores"}),
    ("evaluate", {"evaluate_view": "Robustness"}),
    ("evaluate", {"evaluate_view": "Map"}),
    ("evaluate", {"evaluate_view": "Break it"}),
    ("compare", {}),
    ("draw", {}),
    ("home", {}),
]


@pytest.mark.parametrize("term", [term.strip() for term in TERMS.split(",")])
def test_every_term_has_an_entry_of_two_sentences_or_more(term):
    [name] = named(term)
    entry = ENTRIES[name]
    assert entry.part in PARTS and len(re.findall(r"[.:?!)*](?:\s|$)", entry.text)) >= 2
    assert not entry.figure or callable(getattr(figures, entry.figure))


def test_the_first_mention_of_a_term_becomes_a_link_and_links_stay_as_they_are():
    text = linked("Softmax, `softmax`, [softmax](x), softmax: a zip file, batch size")
    softmax, size = "[Softmax](glossary?term=softmax)", "[batch size](glossary?term=batch)"
    assert text == f"{softmax}, `softmax`, [softmax](x), softmax: a zip file, {size}"
    assert linked(text) == text


def test_every_link_opens_its_entry(open_page, with_sample):
    page = open_page("glossary")
    for name in ("relu", "price", "descent", "overfitting"):
        page.session_state[f"glossary_{name}_table"] = True
    for term, entry in ENTRIES.items():
        assert link(term) == f"glossary?term={term}"
        page.query_params["term"] = term
        page.run()
        assert not page.exception
        assert page.header[0].value == entry.title and entry.text.strip() in texts(page)


def test_a_search_shows_what_it_finds_the_named_term_first(open_page, with_sample):
    page = open_page("glossary")
    page.text_input(key="glossary_search").set_value("Softmax").run()
    found = [link.proto.label for link in page.get("page_link")]
    assert found[0] == "Softmax" and {"Activation, ReLU", "Temperature"} <= set(found[:5])
    page.text_input(key="glossary_search").set_value("xyzzy").run()
    assert "No term fits" in texts(page) and not page.exception


def test_a_link_to_a_term_that_is_not_here_says_so_without_repeating_it(open_page, with_sample):
    page = open_page("glossary")
    for term in HOSTILE:
        page.query_params["term"] = term
        page.run()
        assert not page.exception, term
        assert "not here" in page.warning[0].value and term not in texts(page), term


@pytest.mark.parametrize(("name", "link"), PAGES)
def test_every_help_that_names_a_term_links_to_it(open_page, with_run, name, link):
    page = open_page(name, **link)
    unlinked = [text for text in _helps(page.main) if text != linked(text)]
    assert not unlinked


@pytest.mark.parametrize("file", sorted((ROOT / "pages").rglob("*.py")), ids=lambda file: file.stem)
def test_every_help_that_is_written_out_in_a_page_is_linked(file):
    """Also those that no test opens."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if (
            isinstance(node, ast.keyword)
            and node.arg == "help"
            and isinstance(node.value, ast.Constant | ast.JoinedStr)
        ):
            words = [part.value for part in ast.walk(node.value) if isinstance(part, ast.Constant)]
            assert not named(" ".join(map(str, words))), words


def _helps(block: Block) -> list[str]:
    """Return every help text of a page."""
    found = []
    for child in block.children.values():
        proto = getattr(child, "proto", None)
        # The help of a link to a page is what the navigation says about that page.
        if (text := getattr(proto, "help", "")) and child.type != "page_link":
            found.append(text)
        if isinstance(child, Block):
            found += _helps(child)
    return found
