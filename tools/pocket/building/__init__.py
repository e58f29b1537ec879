"""Builds the pocket CLIP from packages. Needs the packages of requirements-pocket.lock."""
