"""`bot sandbox`: a loopback Discord and the unmodified bot, side by side, for somebody who has neither."""
