"""A Discord on loopback: REST, gateway and a page to use it from, as strict as Discord itself.

This package knows Discord's API and nothing else: it imports neither the rest of `bot` nor discord.py, so that what
passes here was really said over the wire. See `server.Sandbox`.
"""
