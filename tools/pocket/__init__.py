"""Builds and evaluates the pocket CLIP of `guidance/pocket`."""
