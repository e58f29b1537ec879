"""Everything that imports discord. Translates between Discord's words and the bot's own; decides nothing else."""
