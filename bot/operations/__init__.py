"""What a host watches: logs, metrics, health, the lock. Knows no Discord, no engine and no store."""
