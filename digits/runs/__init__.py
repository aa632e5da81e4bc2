"""Runs: each training with its life, its model, and its place in the queue."""
