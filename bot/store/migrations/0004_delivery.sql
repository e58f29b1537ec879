-- What is recorded before a message is sent, kills of the bot, and counts that do not grow with the queue.

ALTER TABLE job ADD COLUMN search_from INTEGER;                     -- no message of the job has a smaller id
ALTER TABLE job ADD COLUMN mentioned_at REAL;                       -- recorded before the requester is mentioned
ALTER TABLE job ADD COLUMN unshown INTEGER NOT NULL DEFAULT 0;      -- ends of its batch's jobs that its message lacks
ALTER TABLE job ADD COLUMN interruptions INTEGER NOT NULL DEFAULT 0; -- how often the bot was killed while it ran

-- A job whose message is not known may have one. Snowflakes count milliseconds since 2015 in their upper 42 bits.
UPDATE job SET search_from = (CAST(created_at * 1000 AS INTEGER) - 300000 - 1420070400000) << 22
WHERE message_id IS NULL AND state IN ('queued', 'running', 'held', 'posting') AND created_at > 1420070700;
-- Finished pictures of earlier versions may have been mentioned.
UPDATE job SET mentioned_at = created_at WHERE state IN ('posting', 'done');

-- SQLite uses a partial index only for a query that repeats its whole condition, so this one replaces job_waiting.
CREATE INDEX job_of_state ON job (state, id);
DROP INDEX job_waiting;
CREATE INDEX job_waiting_of ON job (requester_id, arrived_turn) WHERE state = 'queued';
CREATE INDEX job_unfinished_of ON job (requester_id) WHERE state IN ('queued', 'running', 'posting');
CREATE INDEX job_waiting_in ON job (guild_id, id) WHERE state = 'queued';
CREATE INDEX job_unshown ON job (id) WHERE unshown > 0;

-- Unfinished jobs of each server; those in all are under guild 0. Held jobs are not counted: they delay nobody.
CREATE TABLE unfinished (
    guild_id  INTEGER PRIMARY KEY,
    jobs      INTEGER NOT NULL
) STRICT;

INSERT INTO unfinished SELECT guild_id, count(*) FROM job WHERE state IN ('queued', 'running', 'posting') GROUP BY 1;
INSERT INTO unfinished SELECT 0, coalesce(sum(jobs), 0) FROM unfinished;

CREATE TRIGGER job_begins AFTER INSERT ON job WHEN new.state IN ('queued', 'running', 'posting')
BEGIN
    INSERT INTO unfinished VALUES (new.guild_id, 1), (0, 1) ON CONFLICT (guild_id) DO UPDATE SET jobs = jobs + 1;
END;

CREATE TRIGGER job_changes AFTER UPDATE OF state ON job
WHEN (old.state IN ('queued', 'running', 'posting')) <> (new.state IN ('queued', 'running', 'posting'))
BEGIN
    UPDATE unfinished SET jobs = jobs + iif(new.state IN ('queued', 'running', 'posting'), 1, -1)
    WHERE guild_id IN (new.guild_id, 0);
END;
