"""The files of the bundled CLIP, an ordinary open_clip model. `tools/pocket` builds and evaluates it."""
