"""The path network: its model, its card, and what made it."""
