"""The standard's part of the service: the same in every service, never edited here.

What a team needs otherwise goes into its own modules or, for everybody, into the standard.
"""
