"""Formats that other programs read: what lint and the reports have in common when they write them."""
