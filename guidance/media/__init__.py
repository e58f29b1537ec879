"""What a finished picture looks made of: paint, pencil, glass. Imports nothing of CLIP."""
