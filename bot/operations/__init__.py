"""Logs, metrics, heartbeat and the lock of the data folder. Does not import Discord, the engine or the store."""
