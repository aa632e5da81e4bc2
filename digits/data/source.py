"""What is known of a source of digits: grey pictures of 28 x 28 pixels, ink (255) on paper (0)."""

from dataclasses import dataclass

IMAGES, LABELS = "images.npy", "labels.npy"


@dataclass(frozen=True, kw_only=True)
class Source:
    """One source of digits. Its first `num_train` digits are for training, the next `num_test` its own test set."""

    title: str
    about: str
    origin: str
    licence: str = "CC BY-SA 3.0"
    citation: str = (
        "Y. LeCun, L. Bottou, Y. Bengio, P. Haffner: Gradient-based learning applied to document recognition. "
        "Proceedings of the IEEE 86(11), 1998"
    )
    num_train: int
    num_test: int
    num_unlabelled: int = 0
    """All of the digits or none. They can be explored and predicted."""
    images_sha256: str = ""
    """Of the bytes of the (n, 28, 28) uint8 array in our order; empty where OpenCV computes them, which may round
    otherwise on another processor."""
    labels_sha256: str
    """Of the bytes of the (n,) uint8 array in our order."""
    files: tuple[str, str] = (IMAGES, LABELS)
    """The names of the two arrays in the source's folder."""
    is_bundled: bool = False
    """Whether it comes with the app, and is prepared on first use."""
    sampled_from: tuple[str, int] | None = None
    """(source, n): every digit is also among the first n of that source."""
    is_own: bool = False
    """Whether somebody added it here."""
    is_removed: bool = False
    """Whether its digits were removed again; runs that learned from it still name it."""
    num_in_mnist: int = 0
    """Of one's own digits: how many are also in MNIST."""

    @property
    def num_digits(self) -> int:
        """Return how many digits it has."""
        return self.num_train + self.num_test + self.num_unlabelled

    @property
    def is_labelled(self) -> bool:
        """Return whether somebody has said what each digit is."""
        return not self.num_unlabelled
