import numpy as np
import pytest

from pages.shared.text import confidence_text, counted, duration, percent


@pytest.mark.parametrize(
    ("fractions", "text"),
    [
        ({4: 0.99996}, "over 99.9% confidence"),
        ({4: 0.95, 9: 0.05}, "95.0% confidence"),
        ({4: 0.6, 9: 0.39}, "No clear answer: 4 or 9?"),
        ({9: 0.5, 4: 0.3, 7: 0.2}, "No clear answer: 9, 4 or 7?"),
        ({8: 0.89, 3: 0.02}, "No clear answer"),
        (dict.fromkeys(range(10), 0.1), "No clear answer: 9, 8 or 7?"),
    ],
)
def test_without_a_clear_answer_the_likely_digits_are_named(fractions, text):
    probabilities = np.zeros(10, np.float32)
    for digit, fraction in fractions.items():
        probabilities[digit] = fraction
    assert confidence_text(probabilities) == text


def test_a_percentage_is_never_rounded_up_to_certainty():
    assert [percent(probability) for probability in (0.5, 0.9989, 0.99999, 1.0)] == [
        "50.0%", "99.9%", "over 99.9%", "over 99.9%",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(1.24, "1.2 s"), (75, "75 s"), (150, "2.5 min"), (3540, "59 min"), (7100, "118 min"), (9000, "2.5 h")],
)
def test_a_duration_has_the_unit_that_reads_best(seconds, text):
    assert duration(seconds) == text


def test_a_plural_is_right_for_one_too():
    assert [counted(number, "digit") for number in (0, 1, 2000)] == ["0 digits", "1 digit", "2,000 digits"]
