"""The CLIP models: loading, encoding, gradients, batch statistics, zero-shot classification."""
