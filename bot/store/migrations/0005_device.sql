-- The device that renders or rendered a job, as the bot names it, for the speed of each device.
ALTER TABLE job ADD COLUMN device TEXT;
