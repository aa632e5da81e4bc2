"""Compare: runs that differ only in their seed are one row."""

import numpy as np
import pytest

from digits.evaluation import evaluate
from digits.runs import store as runs
from pages.compare.seeds import seed_rows
from tests.pages.conftest import copy_run, execute
from tests.pages.test_compare import predict


@pytest.fixture
def seeds(with_run):
    """Three evaluated runs with the seeds 0, 1, 2, of which the last two predict a little worse."""
    found = [with_run]
    for seed in (1, 2):
        run = copy_run(with_run)
        predict(run, with_run, zeros=30 * seed)
        accuracy = evaluate.reports(with_run)[0]["accuracy"] - 0.01 * seed
        execute("UPDATE runs SET settings = json_set(settings, '$.seed', ?) WHERE id = ?", seed, run.id)
        execute("UPDATE results SET value = json_set(value, '$.accuracy', ?) WHERE subject = ?", accuracy, run.id)
        found.append(runs.get(run.id))
    return found


def test_seeds_are_one_row_with_their_mean_and_standard_deviation(seeds, open_page):
    first = 100 * evaluate.reports(seeds[0])[0]["accuracy"]
    (row,) = seed_rows(seeds)
    assert row["Mean test accuracy"] == pytest.approx(np.mean([first, first - 1, first - 2]))
    assert row["Standard deviation"] == pytest.approx(1.0)
    assert (row["Seeds"], row["Test set"]) == (3, "80/20 split")
    page = open_page("compare", compare=",".join(run.id for run in seeds))
    assert page.dataframe[1].value["Seeds"].tolist() == [3]


def test_another_setting_or_the_lucky_winner_of_a_sweep_is_not_among_them(seeds):
    execute("UPDATE runs SET settings = json_set(settings, '$.learning_rate', 0.02) WHERE id = ?", seeds[1].id)
    execute("""UPDATE runs SET details = '{"best_of": 12}' WHERE id = ?""", seeds[2].id)
    assert seed_rows([runs.get(run.id) for run in seeds]) == []
