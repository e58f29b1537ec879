"""An evening of a large community in virtual time, with the bot's own admission, queue and database."""
