import json

import pytest

from digits.evaluation import evaluate
from digits.evaluation.folder import folder
from digits.evaluation.score_card import as_markdown, lines, score_card
from digits.evaluation.test_sets import test_set as find_set
from digits.runs import runs
from digits.runs.run import Run
from digits.storage.records import append_json_line, write_json


@pytest.fixture
def verdict(with_run):
    return evaluate.stored(with_run, find_set("tutorial", with_run.config))


def test_the_card_of_a_run_holds_what_was_measured_and_what_made_it(with_run, verdict):
    card = score_card(with_run, verdict)
    assert json.loads(json.dumps(card)) == card
    assert (card["accuracy"], card["interval"]) == (verdict["accuracy"], verdict["interval"])
    assert (card["parameters"], card["size"]) == (101_770, (with_run.path / "model.tflite").stat().st_size)
    assert card["test"]["n"] == 1_000 and card["corrected"] is card["drawn"] is None
    assert card["trained"]["epochs"] == 3 and set(card["trained"]["versions"]) >= {"python", "keras"}


def test_each_score_in_words_comes_with_its_test_set_and_its_doubt(with_run, verdict):
    said = lines(score_card(with_run, verdict))
    assert said["Test set"] == "MNIST sample, the tutorial's test part (1,000 digits)"
    low, high = verdict["interval"]
    assert said["Accuracy"] == f"{verdict['accuracy']:.2%} (95 % interval {low:.2%} to {high:.2%})"
    assert said["Pen-drawn digits"] == "not measured" and "Accuracy, wrong labels put right" not in said


def test_what_the_pens_measured_is_on_the_card(with_run, verdict):
    measured = {"n": 40, "mean": 0.9, "worst": 0.8, "ways": [{}, {}]}
    write_json(folder(with_run, "pens") / "pens.json", measured)
    said = lines(score_card(with_run, verdict))
    assert said["Pen-drawn digits"] == "90.00% of 40, mean of 2 ways to draw; 80.00% in the worst"


def test_the_card_of_a_race_tells_the_rate_of_the_network_that_won(with_run, verdict):
    race = {"backend": "jax", "racers": 3, "race": "learning-rates"}
    write_json(with_run.path / "config.json", with_run.config.as_dict() | race)
    append_json_line(with_run.path / "metrics.jsonl", with_run.epochs()[-1] | {"leader": 2})
    card = score_card(Run(with_run.path), verdict)
    assert card["trained"]["learning_rate"] == pytest.approx(0.01 * 10**0.5)
    assert lines(card)["Learning rate"] == "0.0316" and lines(card)["Race"] == "the best of 3 on the validation digits"
    assert "Race" not in lines(score_card(with_run, verdict))


def test_the_starter_has_a_card_with_the_wrong_labels_put_right(with_sample):
    starter = runs.find("starter")
    card = score_card(starter, evaluate.stored(starter, find_set("official", starter.config)))
    assert "Accuracy, wrong labels put right" in lines(card)
    assert "| Network | cnn-large, 228,906 parameters" in as_markdown(card)


def test_a_name_on_a_copied_card_means_nothing_in_markdown(with_run, verdict):
    with_run.rename("<img src=x> [a](http://b.c) *d* `e` $f$ | =1")
    title = as_markdown(score_card(with_run, verdict)).splitlines()[0]
    assert title == r"# \<img src=x\> \[a\](http\://b.c) \*d\* \`e\` \$f\$ \| =1"
