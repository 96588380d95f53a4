"""check, fix, adopt, update, undo and eject of ONE service: each gives an Outcome."""
