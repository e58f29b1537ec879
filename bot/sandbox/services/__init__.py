"""Every change of the state, with Discord's rules and errors. Imports no HTTP."""
