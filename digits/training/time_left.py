"""How long a training still takes, from what it has reported so far."""

from collections.abc import Sequence
from statistics import median

WINDOW = 60.0  # s; a machine may have been busier before
ENOUGH = 5.0  # s of training within an epoch that say how fast it is
ENOUGH_EPOCHS = 1.0  # s, where they are whole epochs
SMOOTHED = 5  # reports

Ticks = Sequence[dict[str, float]]


def time_left(ticks: Ticks, num_epochs: int) -> float | None:
    """Return the seconds until the last batch, or None while nobody can know them.

    ticks: of one process, {epoch, step, steps, seconds}, the oldest first; seconds is when, by any clock.

    What is before the first tick, the compiling and the first batch, is not counted. From the second epoch on neither
    is the first, at whose end the validation is compiled. The pace is that of whole epochs where there are some, so
    that each counts its validation and its wait for augmented digits once; then it is the median of what the last
    reports said, because a busy machine stalls now and then. Before that it is the pace of the batches so far.
    """
    end, of_epochs = _end(ticks, num_epochs)
    if end is None:
        return None
    if of_epochs:
        earlier = [_end(ticks[:-number], num_epochs) for number in range(1, min(SMOOTHED, len(ticks)))]
        end = median([end, *(other for other, is_same in earlier if is_same)])
    return max(end - ticks[-1]["seconds"], 0.0)


def _end(ticks: Ticks, num_epochs: int) -> tuple[float | None, bool]:
    """Return when the last batch will be done, by the clock of the ticks, and whether whole epochs say so."""
    first = ticks[0]["epoch"] if ticks else 0
    later = [tick for tick in ticks if tick["epoch"] > first]
    for measured in (later, ticks[: len(ticks) - len(later)]):
        pace, of_epochs = _pace(measured)
        if pace is not None:
            left = max(num_epochs * ticks[-1]["steps"] - _position(ticks[-1]), 0)
            return ticks[-1]["seconds"] + pace * left, of_epochs
    return None, False


def _pace(ticks: Ticks) -> tuple[float | None, bool]:
    """Return the seconds of a batch, None if the ticks are too few to tell, and whether it is that of whole epochs."""
    if len(ticks) < 3:
        return None, False
    last, steps = ticks[-1], ticks[-1]["steps"]
    recent = [tick for tick in ticks[:-1] if last["seconds"] - tick["seconds"] <= WINDOW] or [ticks[-2]]
    whole = (_position(last) - _position(recent[0])) // steps
    if whole:  # from the same place in an earlier epoch
        recent = [tick for tick in recent if _position(last) - _position(tick) >= whole * steps][-1:]
    seconds = last["seconds"] - recent[0]["seconds"]
    if seconds < (ENOUGH_EPOCHS if whole else ENOUGH):
        return None, False
    return seconds / (_position(last) - _position(recent[0])), bool(whole)


def _position(tick: dict[str, float]) -> float:
    """Return how many batches are done since the start of the training."""
    return (tick["epoch"] - 1) * tick["steps"] + tick["step"]
