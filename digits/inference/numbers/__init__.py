"""Several digits: a number beside itself on the canvas, or the rows of a whole sheet."""
