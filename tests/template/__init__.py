"""The template rendered by the real Copier."""
