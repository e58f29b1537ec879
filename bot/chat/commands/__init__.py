"""The slash commands: a file for each family. What they do is the desk's, the counter's and moderation's to say."""
