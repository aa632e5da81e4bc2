"""python -m digits.bench NAME: one measurement, printed as JSON."""

import importlib
import json
import sys

from digits.bench.measurements import MEASUREMENTS

if __name__ == "__main__":
    name = sys.argv[1]
    assert name in MEASUREMENTS
    print(json.dumps(importlib.import_module(f"digits.bench.{name}").measure()))
