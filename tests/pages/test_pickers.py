"""Links that name a run, whatever they carry."""

import pytest
from streamlit.testing.v1 import AppTest

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
    assert [warning.value for warning in page.warning] == ["The link names a run that is not here; this is another."]
    assert (page.selectbox(key="run").value, page.query_params["run"]) == (with_run.id, with_run.id)


def test_a_link_to_a_run_chooses_it(with_run):
    page = AppTest.from_function(script)
    page.query_params["run"] = "starter"
    page.run()
    assert not page.warning and page.selectbox(key="run").value == "starter"
