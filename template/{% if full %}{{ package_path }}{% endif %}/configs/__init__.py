"""Settings of this service."""
