"""Texts of the bot in every language: lookup, and translations of commands. Knows no jobs."""
