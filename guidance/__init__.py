"""Text in, picture out: CLIP guidance as a library of its own.

Ask with a `guidance.request.Request`, load a `guidance.model.ClipModel`, and iterate over `guidance.loop.render`.
This file imports nothing, so that a process that only passes requests on never loads torch.
"""
