"""Turns the state into Discord's JSON objects. Changes nothing, and knows no service."""
