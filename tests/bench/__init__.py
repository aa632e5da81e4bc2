"""How the benchmarks turn, read and report."""
