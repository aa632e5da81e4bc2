"""python -m digits architectures: the layers of every network, as Keras counts them."""

import json

from digits.networks.architectures import DESCRIPTIONS, described_layers
from digits.networks.settings import make_settings


def add_to(verbs) -> None:
    parser = verbs.add_parser("architectures", help="the networks and their layers")
    parser.add_argument("--json", action="store_true", help="print JSON: the layers by network")
    parser.set_defaults(command=run)


def run(options) -> int:
    tables = {name: described_layers(make_settings(architecture=name, backend="tensorflow")) for name in DESCRIPTIONS}
    if options.json:
        print(json.dumps(tables, indent=1))
        return 0
    for name, layers in tables.items():
        print(f"\n{name}: {DESCRIPTIONS[name]} {sum(layer['parameters'] for layer in layers):,} parameters")
        for layer in layers:
            print(f"  {layer['layer']:20} {layer['output']!s:18} {layer['parameters']:>9,}")
    return 0
