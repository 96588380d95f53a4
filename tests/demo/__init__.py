"""`make demo`: a bundled old service brought under the standard, with the standard library only."""
