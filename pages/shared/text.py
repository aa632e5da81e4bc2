"""Texts and numbers in words, the same on every page."""

import html

import numpy as np

from digits.figures.probabilities import percent

MIN_CONFIDENCE = 0.9
"""Below this a prediction is no clear answer. With the starter: 1.7% of the pen digits, of which 3 in 4 are predicted
correctly; of all others 99.5% are. Of MNIST's test digits 0.8%."""
PLAUSIBLE = 0.1  # a digit with at least this probability is named beside the most probable one
NOT_A_DIGIT = "That doesn't look like a digit."
DETECTOR_HELP = (
    "A separate model checks whether this is a digit at all. It rejects 1 in 100 digits drawn with a pen. It accepts "
    "1 in 10 scribbles, 1 in 14 letters of fonts that it has never seen, and 1 in 4 doodles. Where the path of the "
    "strokes counts, it rejects 1 in 190 digits, and accepts 1 in 10 scribbles and 1 in 8 doodles."
)
"""How often the digit detector errs; measured by tests/benchmarks/pens/report.py with --non-digits."""


def isolated(text: str) -> str:
    """Return what a user wrote, for a place where other text follows, or a table that can be downloaded.

    Between U+2068 and U+2069 a name written from right to left does not turn the rest of the line, and a spreadsheet
    does not take a name that begins with = for a formula. An empty text stays empty.
    """
    return f"\u2068{text}\u2069" if text else ""


def in_figure(text: str, length: int = 20) -> str:
    """Return what a user wrote for a figure: Plotly would read tags in it as such. A long one is shortened."""
    return html.escape(isolated(text if len(text) <= length else f"{text[: length - 1]}…"))


def counted(number: int, word: str) -> str:
    """Return a number with what it counts: "1 digit", "2,000 digits"."""
    return f"{number:,} {word}{'s' * (number != 1)}"


def confidence_text(probabilities: np.ndarray) -> str:
    """Return how clear a prediction is, (10,) probabilities: "99.2% confidence", or which digits it may be."""
    likeliest = [int(digit) for digit in probabilities.argsort()[::-1]]
    if probabilities[likeliest[0]] >= MIN_CONFIDENCE:
        return f"{percent(probabilities[likeliest[0]])} confidence"
    named = [str(digit) for digit in likeliest[:3] if probabilities[digit] >= PLAUSIBLE]
    if len(named) < 2:
        return "No clear answer"
    return f"No clear answer: {', '.join(named[:-1])} or {named[-1]}?"


def duration(seconds: float) -> str:
    """Return seconds in the unit that reads best."""
    units = (10, 1, "{:.1f} s"), (120, 1, "{:.0f} s"), (600, 60, "{:.1f} min"), (7200, 60, "{:.0f} min")
    for limit, unit, text in units:
        if seconds < limit:
            return text.format(seconds / unit)
    return f"{seconds / 3600:.1f} h"
