"""Many services at once: each gives an Outcome, whatever happens to the others."""
