"""Words, the same on every page."""


def isolated(text: str) -> str:
    """What a user wrote, for a place where other text follows, or a table that can be downloaded.

    Between U+2068 and U+2069 a name written from right to left does not turn the rest of the line, and a sheet does not
    take one that begins with = for a formula. Nothing stays nothing.
    """
    return f"\u2068{text}\u2069" if text else ""


def sure(probability: float) -> str:
    """A probability, 0 to 1, as a person would say it; never a certainty that rounding made up."""
    return "over 99.9% sure" if probability > 0.999 else f"{probability:.1%} sure"


NOT_SURE = 0.9
"""Under this an answer is called not sure. With the starter: 1.7 % of the pen digits, 3 in 4 of them read right all the
same; of the others 99.5 % are. Of MNIST's test digits 0.8 %."""
CONCEIVABLE = 0.1  # a digit this likely is named beside the likeliest
NO_DIGIT = "This does not look like a digit."
GATE_ERRORS = (
    "Whether it is a digit at all is said by a network of its own: it refuses 1 in 100 digits drawn with a pen, and "
    "takes 1 in 10 scribbles, 1 in 14 letters of fonts that it never saw and 1 in 4 doodles for a digit."
)
"""How often the gate errs, for people to read; measured by `python -m digits pen --non-digits`."""


def verdict(probabilities) -> str:
    """How sure the network is, (10,) probabilities in words: "99.2% sure", or which digits it wavers between."""
    likeliest = [int(digit) for digit in probabilities.argsort()[::-1]]
    if probabilities[likeliest[0]] >= NOT_SURE:
        return sure(probabilities[likeliest[0]])
    named = [str(digit) for digit in likeliest[:3] if probabilities[digit] >= CONCEIVABLE]
    return f"Not sure: {' or '.join(named)}?" if len(named) > 1 else "Not sure at all"


def if_it_is_one(probabilities) -> str:
    """What a drawing is, (10,) probabilities, if it is a digit although the gate refuses it."""
    return f"If it is one: {probabilities.argmax()}, {sure(probabilities.max())}."


def duration(seconds: float) -> str:
    """Seconds, in the unit that reads best."""
    return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.1f} min"
