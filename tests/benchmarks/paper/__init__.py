"""How well a model reads digits on paper: pen strokes, rendered as photographs of many kinds."""
