"""Where the results of a benchmark go."""

import pytest

from tests.benchmarks.results import table


@pytest.mark.parametrize("json_follows", [False, True])
def test_a_row_is_printed_as_soon_as_it_is_done_and_leaves_stdout_to_json(json_follows, capsys):
    tell = table(["scene", "correct"], json_follows)
    tell("| plain | 98% |")
    printed = capsys.readouterr()
    rows, nothing = (printed.err, printed.out) if json_follows else (printed.out, printed.err)
    assert rows == "| scene | correct |\n| --- | ---: |\n| plain | 98% |\n" and nothing == ""
