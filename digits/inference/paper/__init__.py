"""Photographs: find the sheet of paper, lay it flat, and separate the ink from it."""
