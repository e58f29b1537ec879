"""What is asked of the pocket CLIP, each part on its own; `tools.pocket.evaluate` puts them together."""
