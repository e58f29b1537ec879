"""Slash commands and message menus. They check the input, call other parts, and answer."""
