"""Handwritten digits: where they come from, how they are kept, split, encoded and cut into batches."""
