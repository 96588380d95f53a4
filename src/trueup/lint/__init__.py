"""The four linters as one run: one file list, the service's own configuration, and the debt of before adoption."""
