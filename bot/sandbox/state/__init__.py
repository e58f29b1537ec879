"""The running sandbox: data, clock, events, interactions, limits, archive. Knows no HTTP and no serializers."""
