"""What the curves of a training say, in one sentence."""

import math
from collections.abc import Sequence
from typing import Any

MIN_EPOCHS = 3
GUESSING = math.log(10)  # nats: the loss of who gives every digit a tenth
RISE = 0.05  # of the lowest validation loss, to call it overfitting
FALL = 0.03  # of the validation loss, to call it still falling


def reading(epochs: Sequence[dict[str, Any]]) -> str:
    """Return in a sentence what the validation loss says; nothing before the first epoch.

    epochs: rows of {epoch, loss, val_loss}, the first one first.

    With fewer than three epochs it is too early to tell. *Nothing learned*: the validation loss has never come below
    that of guessing. *Overfitting*: it has risen by 5 % or more over its lowest value, and stayed above that for two
    epochs or more, while the training loss kept falling; this is the criterion GL with alpha = 5 of L. Prechelt, Early
    stopping, but when? (1998). *Too high a learning rate*: the training loss has risen, too. *Still falling*: the
    lowest value of the last third of the epochs is 3 % or more below the lowest before them. Otherwise it is *flat*.
    """
    if not epochs:
        return ""
    if len(epochs) < MIN_EPOCHS:
        return f"It is too early to read these curves: they need at least {MIN_EPOCHS} epochs."
    losses = [row["val_loss"] for row in epochs]
    best = min(range(len(losses)), key=losses.__getitem__)
    if losses[best] >= GUESSING:
        return "The network has learned nothing so far: its loss is that of guessing. A lower learning rate may help."
    since, last = epochs[best], epochs[-1]
    if len(epochs) - best > 2 and losses[-1] >= (1 + RISE) * losses[best]:
        if last["loss"] >= since["loss"]:
            return f"Both losses have risen since epoch {since['epoch']}. A lower learning rate may help."
        return (
            f"Validation loss has risen since epoch {since['epoch']}: the network is memorising its training digits, "
            "which is called overfitting."
        )
    late = math.ceil(len(losses) / 3)
    if min(losses[-late:]) <= (1 - FALL) * min(losses[:-late]):
        return "Validation loss is still falling: with more epochs the network would probably become better."
    start = epochs[_settled(losses)]["epoch"]
    return f"Validation loss has hardly changed since epoch {start}: more epochs would make little difference."


def _settled(losses: Sequence[float]) -> int:
    """Return the first place from which on the losses have not fallen by more than FALL."""
    return next(place for place, loss in enumerate(losses) if min(losses) > (1 - FALL) * loss or loss == min(losses))
