"""Releasing a standard: version, changelog, lineage and tag, after proof that services can be updated to it."""
