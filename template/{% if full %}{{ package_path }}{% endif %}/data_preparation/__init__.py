"""From raw data to what the model takes."""
