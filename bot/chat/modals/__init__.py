"""Forms: building them, and handling what was submitted. Knows no slash commands but what it shares with /imagine."""
