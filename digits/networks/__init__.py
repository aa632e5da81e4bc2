"""The networks, their settings, and how their training digits are varied."""
