"""Releasing a standard."""
