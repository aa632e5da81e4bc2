"""Links that name a run, whatever they carry."""

import pytest
from streamlit.testing.v1 import AppTest

from digits.runs import store as runs
from tests.pages.conftest import HOSTILE


def script():
    from pages.shared import pickers

    pickers.any_run()


@pytest.mark.parametrize("run_id", HOSTILE)
def test_a_link_to_an_unknown_run_is_said_without_repeating_it(with_run, run_id):
    page = AppTest.from_function(script)
    page.query_params["run"] = run_id
    page.run()
    assert not page.exception
    assert [warning.value for warning in page.warning] == [
        "The link names a run that is not here; this is another one."
    ]
    assert (page.selectbox(key="run").value, page.query_params["run"]) == (with_run.id, with_run.id)


def test_a_link_to_a_run_chooses_it(with_run):
    page = AppTest.from_function(script)
    page.query_params["run"] = "starter"
    page.run()
    assert not page.warning and page.selectbox(key="run").value == "starter"


def a_model():
    from pages.shared import pickers

    pickers.model()


def test_a_run_that_was_deleted_while_it_was_open_is_missed(with_run):
    page = AppTest.from_function(a_model)
    page.query_params["model"] = with_run.id
    page.run()
    assert not page.warning
    runs.delete(with_run.id)  # in another tab
    page.run()
    assert not page.exception
    assert [warning.value for warning in page.warning] == [
        "The model that was open here has been deleted. This is another one."
    ]
    assert page.selectbox(key="model").value == "starter"
    assert not page.run().warning  # said once
