"""Bounds of the latency histograms, in seconds: metrics count in them, objectives are stated on them."""

LATENCY_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
