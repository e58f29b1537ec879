"""The page's own API and websocket: how a person acts as a member. No bot ever calls it."""
