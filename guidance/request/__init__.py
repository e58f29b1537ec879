"""What can be asked for: the request, the prompt language, settings, ranges and styles. Imports no torch."""
