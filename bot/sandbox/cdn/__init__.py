"""Signed addresses, and the files and avatars behind them. Knows no REST API."""
