"""From a picture to probabilities."""
