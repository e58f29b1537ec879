"""Every change of the state, with Discord's rules and errors. Knows no HTTP requests."""
