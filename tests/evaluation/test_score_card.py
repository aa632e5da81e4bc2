import json
from dataclasses import replace

import pytest

from digits.evaluation import evaluate
from digits.evaluation.score_card import as_markdown, lines, score_card
from digits.evaluation.test_sets import test_set as find_set
from digits.runs import store as runs


@pytest.fixture
def report(with_run):
    return evaluate.stored(with_run, find_set("tutorial", with_run.settings))


def test_the_card_of_a_run_holds_what_was_measured_and_how_it_was_trained(with_run, report):
    card = score_card(with_run, report)
    assert json.loads(json.dumps(card)) == card
    assert (card["accuracy"], card["interval"]) == (report["accuracy"], report["interval"])
    assert (card["parameters"], card["size"]) == (101_770, with_run.model.file("model.tflite").stat().st_size)
    assert card["test"]["n"] == 1_000
    assert card["corrected"] is card["drawn"] is None
    assert card["trained"]["epochs"] == 3
    assert set(card["trained"]["versions"]) >= {"python", "keras"}


def test_each_score_in_words_comes_with_its_test_set_and_its_uncertainty(with_run, report):
    rows = lines(score_card(with_run, report))
    assert rows["Test set"] == "MNIST sample, test part of the 80/20 split (1,000 digits)"
    low, high = report["interval"]
    assert rows["Accuracy"] == f"{report['accuracy']:.2%} (95% interval {low:.2%} to {high:.2%})"
    assert rows["Network"].startswith("One hidden layer (mlp), 101,770 parameters, ")
    assert (rows["Trained on"], rows["Epochs"]) == ("5,000 digits (sample), 80/20 split (tutorial)", "3")
    assert "Accuracy, label errors corrected" not in rows
    assert "Networks at once" not in rows


def test_the_card_of_several_networks_tells_the_learning_rate_of_the_one_that_was_kept(with_run, report):
    several = replace(with_run.settings, backend="jax", racers=3, race="learning-rates")
    run = replace(with_run, settings=several, details=with_run.details | {"leader": 2})
    card = score_card(run, report)
    assert card["trained"]["learning_rate"] == pytest.approx(0.01 * 10**0.5)
    rows = lines(card)
    assert (rows["Learning rate"], rows["Networks at once"]) == ("0.0316", "3, the best was kept")


def test_the_card_of_an_edited_network_says_what_was_changed(with_run, report):
    run = replace(with_run, settings=replace(with_run.settings, units=16, activation="silu", optimizer="sgd"))
    assert lines(score_card(run, report))["Changed from this network"] == ("Units 16, Activation SiLU, Optimizer SGD")
    assert "Changed from this network" not in lines(score_card(with_run, report))


def test_the_starter_has_a_card_with_the_label_errors_corrected_and_its_score_on_pen_digits(with_sample):
    starter = runs.get("starter")
    card = score_card(starter, evaluate.stored(starter, find_set("official", starter.settings)))
    assert "Accuracy, label errors corrected" in lines(card)
    assert set(card["drawn"]) == {"n", "mean", "worst", "ways"}
    assert lines(card)["Pen-drawn digits"] == "99.10% of 4,028 correct, mean of 8 styles, 98.83% in the worst"
    assert "| Network | Large convolutional (cnn-large), 228,906 parameters" in as_markdown(card)


def test_what_an_imported_run_says_of_itself_means_nothing_in_markdown(with_run, report):
    run = replace(with_run, details=with_run.details | {"device": "[a](http://b.c) <img src=x>"})
    assert r"on \[a\](http\://b.c) \<img src=x\> |" in as_markdown(score_card(run, report))


def test_a_name_on_a_copied_card_means_nothing_in_markdown(with_run, report):
    runs.rename(with_run.id, "<img src=x> [a](http://b.c) *d* `e` $f$ | =1")
    title = as_markdown(score_card(runs.get(with_run.id), report)).splitlines()[0]
    assert title == r"# \<img src=x\> \[a\](http\://b.c) \*d\* \`e\` \$f\$ \| =1 · run 1"
