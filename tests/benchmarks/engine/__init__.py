"""The engine against what people would write by hand, doing the same work.

That is the tutorial's network on the tutorial's split, batches of 32, Adam at 0.01, validation included.
"""
