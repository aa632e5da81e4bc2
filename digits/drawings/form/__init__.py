"""A form to print: a hundred boxes to write digits into. A photograph of it becomes labelled drawings."""
