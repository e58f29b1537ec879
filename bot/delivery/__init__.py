"""Shows jobs in their messages and edits them while the jobs run. Does not import Discord or the engine."""
