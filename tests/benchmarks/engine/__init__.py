"""Measure the engine against what people would write by hand.

Each measurement is a module with `measure() -> dict`, run in a process of its own (`python -m tests.benchmarks.engine NAME`), so
that no library's threads or memory disturb another's. The peers do the same work: the tutorial's network on the
tutorial's split, batches of 32, Adam at 0.01, validation included.
"""
