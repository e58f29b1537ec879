"""The optimisation: losses, optimizer, a run, its steps and the loop around them."""
