"""What CLIP sees of the canvas: random crops, resampling, projective warps."""
