"""Pure, format-preserving documents: parse to a keyed tree, change one key, every other byte stays."""
