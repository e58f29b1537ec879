"""What outlives the process: one SQLite file and one folder of pictures. The only place that knows SQL."""
