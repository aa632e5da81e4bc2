"""python -m digits architectures: the layers of every network, as Keras counts them."""

from digits.commands.printing import print_result
from digits.networks.architectures import DESCRIPTIONS, described_layers
from digits.networks.settings import make_settings


def add_to(verbs) -> None:
    parser = verbs.add_parser("architectures", help="the networks and their layers")
    parser.set_defaults(command=run)


def run(options) -> None:
    tables = {name: described_layers(make_settings(architecture=name, backend="tensorflow")) for name in DESCRIPTIONS}
    lines = []
    for name, layers in tables.items():
        lines += ["", f"{name}: {DESCRIPTIONS[name]} {sum(layer['parameters'] for layer in layers):,} parameters"]
        lines += [f"  {row['layer']:20} {row['output']!s:18} {row['parameters']:>9,}" for row in layers]
    print_result(options, tables, lines)
