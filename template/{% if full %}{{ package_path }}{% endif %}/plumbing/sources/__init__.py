"""Where settings come from: one module a source, all found by `settings`."""
