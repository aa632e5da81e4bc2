"""Let somebody act, as the pages do for who visits them."""

from contextlib import contextmanager

from digits.classes import guard


@contextmanager
def acting_as(visitor):
    """Inside, this visitor acts."""
    before = guard._resolve
    guard.resolve_by(lambda: visitor)
    try:
        yield
    finally:
        guard.resolve_by(before)
