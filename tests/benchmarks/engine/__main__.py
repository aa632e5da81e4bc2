"""python -m tests.benchmarks.engine NAME [SETTINGS]: one measurement, printed as JSON; its settings are a JSON object."""

import importlib
import json
import sys

from tests.benchmarks.engine.measurements import MEASUREMENTS

if __name__ == "__main__":
    name, settings = sys.argv[1], json.loads(sys.argv[2])
    assert name in MEASUREMENTS
    print(json.dumps(importlib.import_module(f"tests.benchmarks.engine.{name}").measure(**settings)))
