"""The bot's messages: their content, their buttons, and sending them."""
