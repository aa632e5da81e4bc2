"""Numbers in words, the same on every page."""


def sure(probability: float) -> str:
    """A probability, 0 to 1, as a person would say it; never a certainty that rounding made up."""
    return "over 99.9% sure" if probability > 0.999 else f"{probability:.1%} sure"


def duration(seconds: float) -> str:
    """Seconds, in the unit that reads best."""
    return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.1f} min"
