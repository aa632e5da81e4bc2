"""The settings of a training as options of the command line."""

from typing import Any

from digits.data.sources import SOURCES
from digits.data.splits import SPLITS
from digits.networks.architectures import RECIPES
from digits.networks.backends import BACKENDS
from digits.networks.settings import RACES, SCHEDULES, XLA_CHOICES

SETTINGS = (
    "architecture", "source", "split", "epochs", "batch_size", "learning_rate", "schedule", "augmentation",
    "label_smoothing", "seed", "xla", "backend", "racers", "race",
)  # fmt: skip


def add_settings(parser) -> None:
    parser.add_argument("--architecture", metavar="A", help=f"{', '.join(RECIPES)}; cnn if none is named")
    parser.add_argument("--source", metavar="S", help=", ".join(SOURCES))
    parser.add_argument("--split", metavar="S", help=", ".join(SPLITS))
    parser.add_argument("--epochs", type=int, metavar="N")
    parser.add_argument("--batch-size", type=int, metavar="N")
    parser.add_argument("--learning-rate", type=float, metavar="X")
    parser.add_argument("--schedule", metavar="S", help=", ".join(SCHEDULES))
    parser.add_argument("--augmentation", action="store_const", const=True, help="vary the digits in each epoch")
    parser.add_argument("--no-augmentation", dest="augmentation", action="store_const", const=False)
    parser.add_argument("--label-smoothing", type=float, metavar="X")
    parser.add_argument("--seed", type=int, metavar="N")
    parser.add_argument("--xla", metavar="X", help=", ".join(XLA_CHOICES))
    parser.add_argument("--backend", metavar="B", help=f"{', '.join(BACKENDS)}; that of KERAS_BACKEND if none is named")
    parser.add_argument("--racers", type=int, metavar="N", help="train N at once on JAX; the best stays")
    parser.add_argument("--race", metavar="R", help=f"what differs between them: {', '.join(RACES)}")


def given_settings(options) -> dict[str, Any]:
    return {name: value for name in SETTINGS if (value := getattr(options, name)) is not None}
