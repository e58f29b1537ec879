"""Server settings, moderation, blocklists, prompt sessions, erasure and retention. Does not import Discord."""
