"""The slash commands: a file for each family. They parse and answer; others do the work."""
