"""Checks request bodies by Discord's rules, and reports errors in Discord's format."""
