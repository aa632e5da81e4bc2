import pytest

from digits.errors import BadConfig
from tests.benchmarks import audit


@pytest.mark.parametrize("count", [0, 501])
def test_a_senseless_number_of_planted_errors_is_refused(with_sample, count):
    with pytest.raises(BadConfig, match="expected 1 to 500"):
        audit.plant("sample", count)
