"""Builds and judges the pocket CLIP of `guidance/pocket`."""
