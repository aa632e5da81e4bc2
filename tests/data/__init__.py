"""Sources, preparation, splits and encodings of the digits."""
