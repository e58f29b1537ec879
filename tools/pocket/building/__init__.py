"""How the pocket CLIP is built, from packages to weights. Needs what requirements-pocket.lock installs."""
