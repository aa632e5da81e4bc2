"""How well a model reads what hands really draw: pen strokes, painted on the canvas in several styles."""
