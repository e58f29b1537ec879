-- Jobs, and what the bot remembers about itself.

CREATE TABLE job (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    state         TEXT    NOT NULL CHECK (state IN ('queued', 'running', 'posting', 'done', 'failed', 'cancelled')),
    request       TEXT    NOT NULL,                 -- guidance.Request as JSON
    requester_id  INTEGER NOT NULL,
    guild_id      INTEGER NOT NULL,
    channel_id    INTEGER NOT NULL,
    message_id    INTEGER,                          -- the message that shows the job
    origin        TEXT    NOT NULL CHECK (origin IN ('command', 'button', 'reaction')),
    parent_id     INTEGER REFERENCES job (id),      -- the job that this one reruns
    attempts      INTEGER NOT NULL DEFAULT 0,       -- crashes of the engine on it, not restarts of the host
    arrived_turn  INTEGER NOT NULL,                 -- the last turn given when it came in
    turn          INTEGER,                          -- its own, when it was started
    picture       TEXT,                             -- sha256 of the PNG
    similarity    REAL,
    seconds       REAL,                             -- spent on rendering
    reason        TEXT,                             -- why it failed, in words
    created_at    REAL    NOT NULL,                 -- seconds since 1970, UTC
    started_at    REAL,
    finished_at   REAL
) STRICT;

CREATE INDEX job_waiting ON job (state, id) WHERE state IN ('queued', 'running', 'posting');
CREATE INDEX job_of_requester ON job (requester_id, created_at);
CREATE INDEX job_turns ON job (requester_id, turn) WHERE turn IS NOT NULL;
CREATE UNIQUE INDEX job_of_message ON job (message_id) WHERE message_id IS NOT NULL;
-- A reaction reruns once per person and message, however often it is taken off and put back.
CREATE UNIQUE INDEX job_rerun_once ON job (parent_id, requester_id) WHERE origin = 'reaction';

CREATE TABLE memo (
    name   TEXT PRIMARY KEY,
    value  TEXT NOT NULL
) STRICT, WITHOUT ROWID;
