"""Measurements: each module is a command that prints what docs/measurements.md quotes."""
