-- How often a step costs that of a plain canvas, as the host had set it when the job was admitted.
ALTER TABLE job ADD COLUMN canvas_cost REAL NOT NULL DEFAULT 1;
