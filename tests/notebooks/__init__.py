"""Tests of the programs behind the pages."""
