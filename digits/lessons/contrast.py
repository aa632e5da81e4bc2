"""Two networks to tell apart: one that overfits, and a good one. They have the same layers and neutral names."""

import random

from digits.lessons import store
from digits.networks.settings import Settings, make_settings
from digits.runs import store as runs

ACT, ANSWER = "contrast", "contrast_answer"


def overfitted() -> Settings:
    """Return settings that overfit: 1,000 digits, many epochs, nothing that works against it."""
    return make_settings(
        architecture="cnn", source="sample", train_digits=1_000, epochs=60, batch_size=32, learning_rate=0.002,
        schedule="constant", augmentation=False, label_smoothing=0.0, dropout=0.0, split="tutorial",
    )  # fmt: skip


def good() -> Settings:
    """Return the settings that come with the same network, but for one that would make its loss incomparable."""
    return make_settings(architecture="cnn", source="sample", split="tutorial", label_smoothing=0.0)


def begin(owner: str, *, order: random.Random | None = None) -> dict[str, str]:
    """Queue both, in a random order, and remember which is which. Returns {A, B, overfitted}: ids.

    Raises StoreUnavailable.
    """
    both = [overfitted(), good()]
    (order or random.SystemRandom()).shuffle(both)
    made = {
        name: runs.create(settings, owner=owner, name=f"Network {name}").id
        for name, settings in zip("AB", both, strict=True)
    }
    made["overfitted"] = made["AB"[both.index(overfitted())]]
    store.replace(owner, ACT, **made)
    store.replace(owner, ANSWER, answer="")
    return made
