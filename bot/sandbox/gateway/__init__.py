"""Discord's gateway, v10: sessions over a websocket, with intents, sequence numbers and resumption.

https://discord.com/developers/docs/events/gateway
"""
