"""python -m digits architectures: the layers of every network, as Keras counts them."""

import json

from digits.networks.architectures import ARCHITECTURES, DESCRIPTIONS


def add_to(verbs) -> None:
    parser = verbs.add_parser("architectures", help="the networks and their layers")
    parser.add_argument("--json", action="store_true", help="print JSON, as in digits/networks/layers.json")
    parser.set_defaults(command=run)


def run(options) -> int:
    tables = {name: _layers(build()) for name, build in ARCHITECTURES.items()}
    if options.json:
        print(json.dumps(tables, indent=1))
        return 0
    for name, layers in tables.items():
        print(f"\n{name}: {DESCRIPTIONS[name]}")
        for layer in layers:
            print(f"  {layer['layer']:20} {layer['output']!s:18} {layer['parameters']:>9,}")
    return 0


def _layers(model) -> list[dict]:
    return [
        {
            "layer": layer.__class__.__name__,
            "output": list(layer.output.shape),
            "parameters": layer.count_params(),
            "weights": [list(weight.shape) for weight in layer.weights],
        }
        for layer in model.layers
    ]
