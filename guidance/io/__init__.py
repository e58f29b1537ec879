"""Bytes in and out: pictures, tensors, checkpoints, time-lapses, data sets."""
