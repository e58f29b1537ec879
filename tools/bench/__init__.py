"""How fast the engine is, against the limit that its models set; how much memory it takes; what a second buys."""
