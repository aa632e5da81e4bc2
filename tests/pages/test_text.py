import numpy as np
import pytest

from pages.shared.text import if_it_is_one, verdict


@pytest.mark.parametrize(
    ("shares", "said"),
    [
        ({4: 0.99996}, "over 99.9% sure"),
        ({4: 0.95, 9: 0.05}, "95.0% sure"),
        ({4: 0.6, 9: 0.39}, "Not sure: 4 or 9?"),
        ({9: 0.5, 4: 0.3, 7: 0.2}, "Not sure: 9 or 4 or 7?"),
        ({8: 0.89, 3: 0.02}, "Not sure at all"),
        (dict.fromkeys(range(10), 0.1), "Not sure: 9 or 8 or 7?"),
    ],
)
def test_a_wavering_network_names_the_digits_it_wavers_between(shares, said):
    probabilities = np.zeros(10, np.float32)
    for digit, share in shares.items():
        probabilities[digit] = share
    assert verdict(probabilities) == said


def test_what_is_refused_is_still_named():
    probabilities = np.full(10, 0.01, np.float32)
    probabilities[4] = 0.91
    assert if_it_is_one(probabilities) == "If it is one: 4, 91.0% sure."
