"""The embedded CLIP: a plain open_clip model beside this file; `tools/pocket` builds and judges it.

`guidance.clip.model` loads the JSON and the safetensors as it loads any open_clip model.
"""
