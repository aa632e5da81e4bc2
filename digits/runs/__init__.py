"""Runs: each training with its life, its model, and the queue."""
