"""How many visitors the server bears, measured without a browser: python -m tests.benchmarks.load. Not part of the test suite."""
