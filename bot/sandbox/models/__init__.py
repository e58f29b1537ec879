"""Plain data of the emulated Discord. Imports no other package of the sandbox."""
