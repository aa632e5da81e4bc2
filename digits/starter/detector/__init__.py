"""The digit detector: its model, its card, and what made it."""
