"""Measure speed and accuracy: `python -m tests.benchmarks PART`. Not part of the product, nor of the test suite."""
