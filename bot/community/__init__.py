"""What a server and its people decide: settings, moderation, sessions, erasure. Knows no Discord."""
