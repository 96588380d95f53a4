"""Tests of the Nox sessions."""
