"""Damage a network: noise on its weights, some of them or whole filters set to zero, fewer bits, a layer off.

The same damage of the same network is always the same, and a stronger one contains the weaker, so a slider moves
smoothly. Fewer bits are symmetric and uniform for each layer, after B. Jacob et al., Quantization and training of
neural networks for efficient integer-arithmetic-only inference (CVPR 2018).
"""

from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from digits.errors import BadConfig
from digits.networks import architectures

if TYPE_CHECKING:
    from digits.networks.settings import Settings

BITS = (32, 8, 4, 2)
"""Of each weight; 32 changes nothing."""


@dataclass(frozen=True, kw_only=True)
class Damage:
    """What happens to the kernels of a network, the weights that are multiplied with something. Raises BadConfig."""

    noise: float = 0.0
    """Standard deviation of what is added to each weight, in standard deviations of its layer's weights; 0 to 10."""
    weights: float = 0.0
    """Fraction of the weights of each layer that become 0."""
    filters: float = 0.0
    """Fraction of the filters, or units, of each hidden layer that become 0."""
    bits: int = 32
    """One of BITS."""
    off: int = 0
    """Which layer is off, from 1 on: all its weights become 0, and only its biases are left. 0 for none."""

    def __post_init__(self):
        fits = 0 <= self.noise <= 10 and 0 <= self.weights <= 1 and 0 <= self.filters <= 1
        if not fits or self.bits not in BITS or not 0 <= self.off < 100:
            raise BadConfig(f"There is no such damage: {self}. Noise is 0 to 10, a fraction 0 to 1, bits 8, 4 or 2.")

    @classmethod
    def read(cls, text: str) -> "Damage":
        """Return the damage that `str` wrote, for instance "noise=0.5 bits=4". Raises BadConfig."""
        kinds = {field.name: field.type for field in fields(cls)}
        try:
            pairs = dict(part.split("=") for part in text.split())
            return cls(**{name: kinds[name](value) for name, value in pairs.items()})
        except (ValueError, KeyError, OverflowError) as error:
            raise BadConfig("The damage cannot be read. Write for instance: noise=0.5 weights=0.2 bits=4") from error

    def __str__(self) -> str:
        usual = Damage.__dataclass_fields__
        return " ".join(f"{name}={value:g}" for name, value in asdict(self).items() if value != usual[name].default)

    def __bool__(self) -> bool:
        return bool(str(self))

    def in_words(self, settings: "Settings") -> str:
        """Return the damage for people, as a part of a sentence. settings: of the network."""
        said = {
            "noise": f"noise of {self.noise:g} on its weights",
            "weights": f"{self.weights:.0%} of its weights 0",
            "filters": f"{self.filters:.0%} of its filters or units 0",
            "bits": f"{self.bits} bits a weight",
            "off": f"{kernels(settings)[self.off - 1].lower()} off" if self.off in range(1, 99) else "",
        }
        return ", ".join(said[part.split("=")[0]] for part in str(self).split()) or "no damage"


def kernels(settings: "Settings") -> list[str]:
    """Return what the layers with a kernel are called, the first one first."""
    kinds = [row["layer"] for row in architectures.described_layers(settings) if row["layer"] in ("Conv2D", "Dense")]
    names = [f"Convolution {number}" for number in range(1, kinds.count("Conv2D") + 1)]
    names += [f"Hidden layer {number}" for number in range(1, kinds.count("Dense"))]
    return [*names, "Last layer"]


def apply(damage: Damage, settings: "Settings", weights: list[np.ndarray]) -> list[np.ndarray]:
    """Return the weights of a network, in Keras' order, with a damage; the given ones do not change."""
    damaged, place, number, zeroed = [], 0, 0, None
    rows = architectures.described_layers(settings)
    for row in rows:
        own = [weight.copy() for weight in weights[place : place + len(row["weights"])]]
        place += len(own)
        if row["layer"] in ("Conv2D", "Dense"):
            number += 1
            own[0] = _kernel(own[0], damage, number)
            zeroed = None if row is rows[-1] else _random(number, 2).random(own[0].shape[-1]) < damage.filters
        if own and zeroed is not None:  # also what would shift a filter that is zero: biases, and the normalisation
            for weight in own[:2]:
                weight[..., zeroed] = 0
        damaged += own
    return damaged


def _kernel(kernel: np.ndarray, damage: Damage, number: int) -> np.ndarray:
    """Return the kernel of a layer, any shape, with a damage. number: of the layer, from 1 on."""
    if damage.off == number:
        return np.zeros_like(kernel)
    if damage.noise:
        spread = np.float32(damage.noise * kernel.std())
        kernel = kernel + spread * _random(number, 0).standard_normal(kernel.shape, np.float32)
    if damage.weights:
        kernel = np.where(_random(number, 1).random(kernel.shape) < damage.weights, np.float32(0), kernel)
    if damage.bits < 32:
        step = np.abs(kernel).max() / (2 ** (damage.bits - 1) - 1) or 1
        kernel = np.rint(kernel / step) * step
    return kernel.astype(np.float32)


def _random(number: int, what: int) -> np.random.Generator:
    return np.random.default_rng([number, what])
