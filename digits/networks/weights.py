"""The weights of a trained network, read from its file without Keras, and the network that NumPy makes of them."""

import io
import re
import zipfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import h5py  # comes with Keras, and loads in a tenth of a second
import numpy as np

from digits.errors import DamagedFile
from digits.inference.snapshot import Snapshot
from digits.networks import architectures, layers

if TYPE_CHECKING:
    from digits.networks.settings import Settings


def read(file: Path, settings: "Settings") -> list[np.ndarray]:
    """Return the weights of a network in Keras' order, float32. file: its model.keras. Raises DamagedFile."""
    try:
        with zipfile.ZipFile(file) as archive, h5py.File(io.BytesIO(archive.read("model.weights.h5"))) as stored:
            weights = [stored[path][()] for path in _paths(settings)]
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        raise DamagedFile(
            "The weights of this model are missing or damaged. Choose another model, or train it again."
        ) from error
    if [weight.shape for weight in weights] != architectures.weight_shapes(settings):
        raise DamagedFile("The weights of this model do not fit its network. Train it again.")
    return weights


def network(settings: "Settings", weights: list[np.ndarray]) -> Snapshot:
    """Return the network with these weights, in Keras' order, as NumPy computes it, not calibrated."""
    return Snapshot(layers.steps(architectures.all_layers(settings)), weights)


def _paths(settings: "Settings") -> list[str]:
    """Return where Keras puts each weight: layers/conv2d_1/vars/0 is the first weight of the second convolution.

    The members of an ensemble are layers of it: layers/sequential_1/layers/conv2d_1/vars/0.
    """
    paths, seen = [], Counter()
    for number, member in enumerate(settings.members):
        name = f"sequential_{number}" if number else "sequential"
        paths += [f"layers/{name}/{path}" for path in _paths(member)]
    if paths:
        return paths
    for row in architectures.described_layers(settings):
        kind = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", row["layer"]).lower()
        name = f"{kind}_{seen[kind]}" if seen[kind] else kind
        seen[kind] += 1
        paths += [f"layers/{name}/vars/{number}" for number in range(len(row["weights"]))]
    return paths
