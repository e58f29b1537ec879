"""Plain data of the emulated Discord. Knows no HTTP, no services and no serializers."""
