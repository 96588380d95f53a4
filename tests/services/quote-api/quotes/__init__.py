"""Prices policies."""

from quotes.pricing import price
