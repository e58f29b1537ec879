"""What can be asked for: the request, its parameters, the prompt language and styles. Imports no torch."""
