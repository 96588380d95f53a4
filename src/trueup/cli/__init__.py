"""The command line: a thin skin over lifecycle, lint and merge; one module per command."""
