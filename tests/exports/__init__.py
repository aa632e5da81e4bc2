"""Tests of exports: formats, checks, what travels with a model."""
