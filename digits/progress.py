"""How a function that takes some time says how far it is."""

from collections.abc import Callable

Progress = Callable[[float, str], None]
"""Is called with the fraction that is done, 0 to 1, and what is done next, in words. What it raises ends the work."""


def to_nobody(fraction: float, phase: str) -> None:
    """Report to nobody: the default of whoever takes a Progress."""
