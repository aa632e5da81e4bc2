"""The test sets that a run may be evaluated on. A score always names its test set."""

import contextlib
from dataclasses import dataclass

from digits.data.dataset import Dataset, is_available
from digits.data.sources import SOURCES
from digits.data.splits import split, take
from digits.errors import BadConfig
from digits.networks.settings import Settings
from digits.networks.settings_table import SETTINGS

OPTDIGITS = "optdigits"
"""The name of the test set and of its source: digits of other writers, from which no network has learned."""
TITLES = {**SETTINGS["split"].choices, OPTDIGITS: "Other hands"}
"""What people read, by the name of a test set."""


@dataclass(frozen=True)
class TestSet:
    """Digits that a run has not learned from."""

    name: str
    """tutorial, official or optdigits."""
    source: str
    indices: range
    """Into the digits of the source."""

    @property
    def title(self) -> str:
        """Return its name, to be shown beside a score."""
        names = {"official": "official test set", "tutorial": "test part of the 80/20 split", OPTDIGITS: "other hands"}
        return f"{SOURCES[self.source].title}, {names[self.name]} ({len(self.indices):,} digits)"

    def take(self, dataset: Dataset):
        """Return its images (n, 28, 28) uint8 and labels (n,) uint8."""
        return take(dataset, self.indices)


def indices(name: str, source: str) -> range:
    """Return which digits of a source are its test set of that name. Raises BadConfig if it has none."""
    if name == source == OPTDIGITS:
        return range(SOURCES[source].num_test)
    return split(name, source).test


def test_set(name: str, settings: Settings) -> TestSet:
    """Return the test set of that name for a run with these settings.

    "tutorial" is the last fifth of the run's own source, "official" is always the 10,000 test digits of MNIST, and
    "optdigits" the 1,797 digits of other writers.
    Raises BadConfig if the name is unknown or the run learned from digits of the set.
    """
    if name not in TITLES:
        raise BadConfig(f"There is no test set {name!r}; choose one of {', '.join(TITLES)}.")
    source = {"official": "mnist", OPTDIGITS: OPTDIGITS}.get(name, settings.source)
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
    return found


def available(settings: Settings) -> list[TestSet]:
    """Return those of `test_sets` whose digits are on this machine; there is always one, which came with the app."""
    return [chosen for chosen in test_sets(settings) if is_available(chosen.source)]


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
