"""The Discord side of the bot: commands, buttons, reactions, forms, messages and texts."""
