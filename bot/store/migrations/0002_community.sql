-- What a community needs: sheets, sessions, holds, weights; what servers decide; bans, blocklists, styles, the record of
-- what moderators did.

CREATE TABLE session (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    guild_id    INTEGER NOT NULL,
    channel_id  INTEGER NOT NULL,                   -- in which it was announced
    thread_id   INTEGER,                            -- in which everybody submits, once it is there
    host_id     INTEGER NOT NULL,
    theme       TEXT    NOT NULL,
    per_person  INTEGER NOT NULL,                   -- pictures that one person may submit
    state       TEXT    NOT NULL CHECK (state IN ('open', 'closing', 'ended')),
    started_at  REAL    NOT NULL,
    ends_at     REAL    NOT NULL,
    results_id  INTEGER                             -- the message with the results
) STRICT;

CREATE UNIQUE INDEX session_of_thread ON session (thread_id) WHERE thread_id IS NOT NULL;
CREATE INDEX session_unfinished ON session (state, ends_at) WHERE state <> 'ended';

CREATE TABLE new_job (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    lead_id       INTEGER REFERENCES new_job (id),  -- the first of its sheet, whose message shows all; NULL: itself
    session_id    INTEGER REFERENCES session (id),
    state         TEXT    NOT NULL
                  CHECK (state IN ('queued', 'running', 'held', 'posting', 'done', 'failed', 'cancelled')),
    request       TEXT    NOT NULL,                 -- guidance.Request as JSON
    requester_id  INTEGER NOT NULL,                 -- 0: erased on request
    guild_id      INTEGER NOT NULL,
    channel_id    INTEGER NOT NULL,
    message_id    INTEGER,                          -- the message that shows the job
    origin        TEXT    NOT NULL CHECK (origin IN ('command', 'button', 'reaction', 'menu')),
    parent_id     INTEGER REFERENCES new_job (id),  -- the job that this one came from
    spoiler       INTEGER NOT NULL DEFAULT 0,
    screening     TEXT    NOT NULL DEFAULT 'off' CHECK (screening IN ('off', 'spoiler', 'hold')),
    weight        INTEGER NOT NULL DEFAULT 1,       -- jobs a round
    attempts      INTEGER NOT NULL DEFAULT 0,       -- crashes of the engine on it, not restarts of the host
    arrived_turn  INTEGER NOT NULL,                 -- the last turn given when it came in
    turn          INTEGER,                          -- its own, when it was started; those of one visit share it
    bumped_at     REAL,
    steps         INTEGER NOT NULL,                 -- to make; once it has ended, made
    picture       TEXT,                             -- sha256 of the PNG
    film          TEXT,                             -- sha256 of the time-lapse
    checkpoint    TEXT,                             -- sha256 of the run that was put aside
    flags         TEXT    NOT NULL DEFAULT '[]',    -- JSON: what the screening found
    similarity    REAL,
    seconds       REAL,                             -- spent on rendering
    reason        TEXT,                             -- why it failed or was held
    gallery_id    INTEGER,                          -- its copy in the gallery
    deleted_at    REAL,
    created_at    REAL    NOT NULL,                 -- seconds since 1970, UTC
    started_at    REAL,
    finished_at   REAL
) STRICT;

INSERT INTO new_job (id, state, request, requester_id, guild_id, channel_id, message_id, origin, parent_id, attempts,
                     arrived_turn, turn, steps, picture, similarity, seconds, reason, created_at, started_at,
                     finished_at)
SELECT id, state, request, requester_id, guild_id, channel_id, message_id, origin, parent_id, attempts,
       arrived_turn, turn, json_extract(request, '$.steps'), picture, similarity, seconds, reason, created_at,
       started_at, finished_at
FROM job;

DROP TABLE job;
ALTER TABLE new_job RENAME TO job;

CREATE INDEX job_waiting ON job (state, id) WHERE state IN ('queued', 'running', 'held', 'posting');
CREATE INDEX job_of_requester ON job (requester_id, created_at);
CREATE INDEX job_turns ON job (requester_id, turn) WHERE turn IS NOT NULL;
CREATE INDEX job_last_turn ON job (turn) WHERE turn IS NOT NULL;
CREATE INDEX job_of_sheet ON job (lead_id) WHERE lead_id IS NOT NULL;
CREATE INDEX job_of_session ON job (session_id) WHERE session_id IS NOT NULL;
CREATE UNIQUE INDEX job_of_message ON job (message_id) WHERE message_id IS NOT NULL;
-- A reaction reruns once per person and message, however often it is taken off and put back.
CREATE UNIQUE INDEX job_rerun_once ON job (parent_id, requester_id) WHERE origin = 'reaction' AND requester_id <> 0;

CREATE TABLE guild (
    guild_id  INTEGER PRIMARY KEY,
    settings  TEXT    NOT NULL                      -- JSON of what differs from the host's defaults
) STRICT;

CREATE TABLE ban (
    guild_id  INTEGER NOT NULL,
    user_id   INTEGER NOT NULL,
    until     REAL,                                 -- NULL: until it is lifted
    reason    TEXT    NOT NULL,
    PRIMARY KEY (guild_id, user_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE blocked (
    guild_id  INTEGER NOT NULL,
    pattern   TEXT    NOT NULL,
    PRIMARY KEY (guild_id, pattern)
) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    guild_id   INTEGER NOT NULL,
    actor_id   INTEGER NOT NULL,
    action     TEXT    NOT NULL,
    target_id  INTEGER,                             -- a person, a job or a channel, as the action says
    detail     TEXT    NOT NULL,
    at         REAL    NOT NULL
) STRICT;

CREATE INDEX audit_of_guild ON audit (guild_id, id);

CREATE TABLE style (
    owner_id  INTEGER NOT NULL,
    name      TEXT    NOT NULL,
    words     TEXT    NOT NULL,
    PRIMARY KEY (owner_id, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE erasure (
    user_id   INTEGER PRIMARY KEY,
    asked_at  REAL NOT NULL                         -- a day later nothing names the person any more
) STRICT;

-- Further messages that show one job: picked from a sheet, or shown again.
CREATE TABLE copy (
    message_id  INTEGER PRIMARY KEY,
    job_id      INTEGER NOT NULL REFERENCES job (id),
    channel_id  INTEGER NOT NULL
) STRICT;

CREATE INDEX copy_of_job ON copy (job_id);
