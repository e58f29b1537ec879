"""The bot's texts in every language, and the translations of its commands."""
