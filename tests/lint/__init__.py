"""Tests of the lint room, on real repositories with the real tools."""
