"""What is optimised: canvases, which turn parameters into pictures."""
