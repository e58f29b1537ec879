"""What is asked of the pocket CLIP, each part on its own; `guidance.pocket.evaluate` puts them together."""
