"""Persistence: one SQLite file and one folder of pictures. The only package that contains SQL."""
