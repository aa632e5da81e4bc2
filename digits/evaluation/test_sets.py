"""The test sets that a run may be evaluated on. A score always names its test set."""

import contextlib
from dataclasses import dataclass

from digits.data.dataset import Dataset, is_available
from digits.data.sources import SOURCES, WithOwn
from digits.data.splits import split, take
from digits.errors import BadConfig
from digits.networks.settings import Settings
from digits.networks.settings_table import SETTINGS

OPTDIGITS = "optdigits"
"""The name of the test set and of its source: digits of other writers, from which no network has learned."""
TITLES = WithOwn(
    {**SETTINGS["split"].choices, OPTDIGITS: "Other hands"},
    lambda source: source.title,
    lambda source: source.num_test > 0,
)
"""What people read, by the name of a test set. That of one's own digits is called like them."""


@dataclass(frozen=True)
class TestSet:
    """Digits that a run has not learned from."""

    name: str
    """tutorial, official, optdigits, or the name of one's own digits."""
    source: str
    indices: range
    """Into the digits of the source."""

    @property
    def title(self) -> str:
        """Return its name, to be shown beside a score."""
        names = {"official": "official test set", "tutorial": "test part of the 80/20 split", OPTDIGITS: "other hands"}
        name = names.get(self.name, "test digits")
        return f"{SOURCES[self.source].title}, {name} ({len(self.indices):,} digits)"

    def take(self, dataset: Dataset):
        """Return its images (n, 28, 28) uint8 and labels (n,) uint8."""
        return take(dataset, self.indices)


def indices(name: str, source: str) -> range:
    """Return which digits of a source are its test set of that name. Raises BadConfig if it has none."""
    if name == source:
        known = SOURCES[source]
        return range(known.num_train, known.num_train + known.num_test)
    return split(name, source).test


def test_set(name: str, settings: Settings) -> TestSet:
    """Return the test set of that name for a run with these settings.

    "tutorial" is the last fifth of the run's own source, "official" is always the 10,000 test digits of MNIST, and
    "optdigits" the 1,797 digits of other writers. One's own digits have one test set, of their name; it is also the one
    of the runs that learned from the others.
    Raises BadConfig if the name is unknown or the run learned from digits of the set.
    """
    if name not in TITLES:
        raise BadConfig(
            f"{name} has no labels. Its digits can be explored and predicted, but not trained or evaluated on."
            if name in SOURCES and not SOURCES[name].is_labelled
            else f"There is no test set {name!r}; choose one of {', '.join(TITLES)}."
        )
    if name == settings.split and SOURCES[settings.source].is_own:
        name = settings.source
    source = {"official": "mnist", "tutorial": settings.source}.get(name, name)
    chosen = TestSet(name, source, indices(name, source))
    if seen := num_seen(chosen, settings):
        raise BadConfig(
            f"This run learned from {seen:,} of the {len(chosen.indices):,} digits of {chosen.title}, "
            "so a score on them would mean nothing. Evaluate it on the official test set or on optdigits."
        )
    return chosen


def test_sets(settings: Settings) -> list[TestSet]:
    """Return the test sets on which a run with these settings may be evaluated. The first is that of its split."""
    found = []
    for name in sorted(TITLES, key=lambda name: name != settings.split):
        with contextlib.suppress(BadConfig):
            found.append(test_set(name, settings))
    return list(dict.fromkeys(found))


def available(settings: Settings) -> list[TestSet]:
    """Return those of `test_sets` whose digits are on this machine; there is always one, which came with the app."""
    return [chosen for chosen in test_sets(settings) if is_available(chosen.source)]


def caution(chosen: TestSet, settings: Settings) -> str:
    """Return in a sentence why a score may be too good, because one's own digits may be MNIST's: those of Kaggle are.

    Empty if there is no reason.
    """
    learned, tested = (SOURCES[name] for name in (settings.parent_source or settings.source, chosen.source))
    if tested.num_in_mnist and not learned.is_own:
        return (
            f"At least {tested.num_in_mnist:,} of the {tested.num_digits:,} digits of {tested.title} are digits of "
            "MNIST, from which this model learned. So its score may be too good."
        )
    if learned.num_in_mnist and chosen.source == "mnist":
        return (
            f"This model learned from {learned.title}, where at least {learned.num_in_mnist:,} digits are digits of "
            "MNIST. So its score may be too good."
        )
    return ""


def num_seen(chosen: TestSet, settings: Settings) -> int:
    """Return how many digits of a test set a run with these settings was trained or validated on."""
    if chosen.source != settings.source:
        # The sample's digits are MNIST training digits; the official test set has none of them.
        return 0
    if settings.parent_source:  # whose training digits the sample's are among
        return len(chosen.indices)
    parts = split(settings.split, settings.source)
    here = chosen.indices
    return sum(
        len(range(max(here.start, part.start), min(here.stop, part.stop))) for part in (parts.train, parts.validation)
    )
