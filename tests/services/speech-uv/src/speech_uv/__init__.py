"""Writes down what is said."""
