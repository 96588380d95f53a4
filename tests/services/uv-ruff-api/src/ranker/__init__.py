"""Ranks offers."""
