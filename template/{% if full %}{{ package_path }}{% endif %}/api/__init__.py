"""What clients see: versions of the API, each in a module of its own."""
