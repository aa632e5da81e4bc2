"""Evaluate trained networks on digits that they have never seen."""
