"""How CLIP looks at the canvas: random crops, resampling, projective warps."""
