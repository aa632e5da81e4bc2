"""Who may change a class. digits.permissions decides it, which knows classes and is not known to them."""

from collections.abc import Callable


def _nobody_asks(class_id: int | None) -> None:
    """Let everybody manage every class, as long as digits.permissions has not said who may."""


_demand: Callable[[int | None], None] = _nobody_asks


def guard_by(demand: Callable[[int | None], None]) -> None:
    """Call `demand` before every change: it raises for who may not manage the class of that id, or make one (None)."""
    global _demand
    _demand = demand


def demand(class_id: int | None) -> None:
    """Ask whether who acts may manage the class with that id, or make one (None). Raises NotAllowed."""
    _demand(class_id)
