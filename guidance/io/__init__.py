"""Reading and writing: pictures, tensors, checkpoints, timelapses, datasets."""
