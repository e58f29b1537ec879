"""The embedded CLIP: a plain open_clip model beside this file, and everything that it was made and judged with.

Nothing here is needed to use it: `guidance.model` loads the JSON and the safetensors as it loads any open_clip model.
"""
