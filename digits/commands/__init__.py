"""The verbs of `python -m digits`: each module adds its parser and runs it."""
