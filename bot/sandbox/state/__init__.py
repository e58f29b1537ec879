"""The running sandbox: data, clock, events, interactions, limits, archive. Imports no HTTP and no serializers."""
