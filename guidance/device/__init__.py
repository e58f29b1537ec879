"""Code that depends on the device: random generators, graph capture."""
