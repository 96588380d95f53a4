"""Training the model and answering with it."""
