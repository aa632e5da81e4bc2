"""Exports: a trained model in other formats, each loaded again by its own runtime and compared before it is offered."""
