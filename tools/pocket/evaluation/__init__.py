"""The parts of the evaluation of the pocket CLIP; `tools.pocket.evaluate` runs them."""
