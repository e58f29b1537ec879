"""The web page: its files, its API and its websocket, through which a person acts as a member. Bots do not use it."""
