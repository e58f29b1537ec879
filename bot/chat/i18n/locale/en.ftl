# Everything that a person reads, in English. Every other language has the same names; see bot/chat/i18n/localizer.py.

## The message of a job

prompt-of-images = *from images*
requester = for { $mention }
requester-of = from #{ $parent }, for { $mention }
negative = without *{ $negative }*
queued = ⏳ **Queued**, position { $position }
queued-next = ⏳ **Queued**, next in line
queued-paused = ⏸️ **Queued**; pictures are paused in this server
starts = starts { $at }
starting = 🎨 **Starting** …
running = 🎨 `{ $bar }` { $step }/{ $total }
similarity = similarity { $similarity }
held = 🛡️ **Waiting for a moderator**, who looks at it before everybody does ({ $concepts })
done = ✅ **Done**
cancelled = 🚫 **Cancelled**
failed = ⚠️ **Failed.** { $reason }
batch-queued = ⏳ Queued
footer =
    { $count ->
        [one] seed
       *[other] seeds
    } { $seeds } · { $size } · { $steps } { $made ->
        [one] step
       *[other] steps
    } · { $model }
gallery = **{ $prompt }**
    by { $requester } · [the original]({ $link })
ready = { $mention } your picture is ready.
reason-crashed = The engine crashed twice on this request. Its host finds the cause in the log.
reason-broken = Something went wrong on this side. Its host finds it in the log under job { $job }.
reason-lost = The finished picture was lost before it could be posted.
reason-input-gone = A picture that this one starts from is not kept any more.
reason-rejected = 🚫 **Not shown**: a moderator decided so.

button-cancel = Cancel
button-finish = Finish now
button-rerun = New seed
button-edit = Edit
button-vary = Variations
button-more = More steps
button-enlarge = Upscale
button-timelapse = Time-lapse
button-info = Parameters
button-delete = Delete
button-look = Look
button-approve = Approve
button-reject = Reject

## Refusals by the gate

refused-banned =
    { $has_detail ->
        [yes] You may not ask for pictures in this server: { $detail }
       *[no] You may not ask for pictures in this server.
    }
refused-paused =
    { $has_detail ->
        [yes] Pictures are paused in this server: { $detail }
       *[no] Pictures are paused in this server. Try again later.
    }
refused-wrong-channel = Pictures are made in { $detail } here.
refused-account-too-young =
    { $limit ->
        [one] Your account must be one day old to ask for pictures here.
       *[other] Your account must be { $limit } days old to ask for pictures here.
    }
refused-member-too-new =
    { $limit ->
        [one] You must have been in this server for one hour to ask for pictures.
       *[other] You must have been in this server for { $limit } hours to ask for pictures.
    }
refused-blocked-words = This server does not allow some of these words.
refused-too-many-steps = At most { $limit } steps are allowed here.
refused-too-large = That picture would be too large: at most { $limit } pixels are allowed here.
refused-too-many-waiting =
    { $limit ->
        [one] You can have one picture under way at a time, which is as many as one person may have. Wait for it, or cancel it.
       *[other] You can have { $limit } pictures under way, which is as many as one person may have. Wait for one, or cancel one.
    }
refused-server-full =
    { $limit ->
        [one] This server has one picture under way, which is as many as it may have. Please try again in a few minutes.
       *[other] This server has { $limit } pictures under way, which is as many as it may have. Please try again in a few minutes.
    }
refused-queue-full =
    { $limit ->
        [one] The queue is full: one picture is waiting. Please try again in a few minutes.
       *[other] The queue is full: { $limit } pictures are waiting. Please try again in a few minutes.
    }
refused-too-many-this-hour =
    { $limit ->
        [one] That would be more than one picture within an hour, which is the limit.
       *[other] That would be more than { $limit } pictures within an hour, which is the limit.
    }
refused-too-many-steps-today = That would be more than { $limit } steps within a day, which is the limit.
refused-rerun-twice = You have rerun this picture by reaction before; use the button or `/imagine` for more.
refused-session-over = This session has ended; start a new one with `/session start`, or ask in the channel.
refused-session-full =
    { $limit ->
        [one] Each person may submit one picture to this session, and you have.
       *[other] Each person may submit { $limit } pictures to this session, and you have.
    }
again-at = It is possible again { $at }.

## Other refusals

unknown-job = This job is not known here any more.
erased = The person who asked for this had their data erased, so it cannot be made again.
file-gone = This file is not kept any more.
not-yours-to-cancel = Only the person who asked, or a moderator, can cancel this.
not-yours-to-cancel-by-command = This is somebody else's. As a moderator, use `/mod remove`.
not-yours-to-finish = Only the person who asked, or a moderator, can finish this early.
not-yours-to-delete = Only the person who asked, or a moderator, can delete this.
not-your-history = This is somebody else's history; see yours with `/history`.
too-late-to-cancel =
    Too late to cancel: this job { $state ->
        [posting] is being posted
        [done] is done
        [failed] has failed
       *[cancelled] is cancelled
    }.
not-running = This job does not run now.
not-held = This picture does not wait for a moderator any more.
still-held = This picture waits for a moderator, who looks at it before everybody does.
moderators-only = Only those who may manage messages here can do this.
managers-only = Only those who may manage this server can do this.
missing-permissions = I can't show pictures in this channel: a server admin must allow me { $permissions } here.
no-server = I only work in a server's channels.
wrong-aspect = That shape is not offered here; choose one of { $aspects }.
strength-without-image = A strength says how far an image may change: attach an image, or leave the strength out.
request-error = That cannot be made: { $message }.
restricted-elsewhere = This picture was made in an age-restricted channel, and is shown only in one.
image-too-large = That image is too large; at most { $most } MiB are taken.
image-too-slow = That image takes too long to load; attach it to `/imagine` instead.
image-refused = That image cannot be used: { $reason }.
no-image = That message has no PNG, JPEG or WebP image.
needs-its-inputs = That picture was made from another image, which is not here.
no-log-channel = This server has no channel for reports; tell a moderator.
incident = Something went wrong on this side. If it happens again, tell the host this number: { $incident }

## Forms

form-edit = Edit and make again
form-init = Start from this image
form-report = Report to the moderators
field-prompt = Prompt
field-prompt-hint = What the picture should show
field-negative = Without
field-negative-hint = What it should not show
field-style = Style
field-parameters = Parameters
field-parameters-hint = Flags such as --ar 3:2 --seed 7 --steps 80 --style pencil
field-strength = Strength
field-strength-hint = How far the image may change, 0 to 1; empty for the usual 0.6
field-reason = What is wrong?
reported = Thank you. The moderators have it.
report = 🚩 { $reporter } reports { $link }: { $reason }
bad-strength = A strength is a number from 0 to 1, such as 0.6.

## Parameters

info-title = Parameters { $job }
info-from-image = from an image
info-again = To make it again
info-footer = similarity { $similarity } · { $seconds } s

## Queue, history, numbers

queue-running = 🎨 { $job }
queue-more =
    { $count ->
        [one] … and one more
       *[other] … and { $count } more
    }
queue-elsewhere =
    { $count ->
        [one] One picture waits in other servers.
       *[other] { $count } pictures wait in other servers.
    }
queue-paused =
    { $has_reason ->
        [yes] ⏸️ Paused: { $reason }
       *[no] ⏸️ Paused.
    }
queue-empty = Nothing waits. Your next picture starts at once.
cancelled-job = #{ $job } is cancelled.
history-title =
    { $count ->
        [one] Your picture
       *[other] Your { $count } pictures
    }
history-page = Page { $page } of { $pages } · /show shows one again
history-empty = You have no pictures here yet. Make one with `/imagine`.
stats =
    { $pictures ->
        [0] No picture was made here yet.
        [one] One picture was made here, in { $minutes } minutes of work; half of them take less than { $median } s. The model is { $model }.
       *[other] { $pictures } pictures by { $people } people, { $day } within a day, in { $minutes } minutes of work; half of them take less than { $median } s. The model is { $model }.
    }
me-waiting = ⏳ Under way: { $used } of { $limit }
me-hour = 🕐 Pictures left this hour: { $left } of { $limit }
me-day = 📅 Steps left today: { $left } of { $limit }
me-next = more { $at }
me-weight = ⚖️ You have { $weight } turns in each round.
me-banned =
    { $forever ->
        [yes] ⛔ You may not ask for pictures in this server. { $reason }
       *[no] ⛔ You may ask for pictures in this server again { $until }. { $reason }
    }

## Privacy

privacy-export = Everything that is kept about you. Pictures are in the channels; the files here name them.
privacy-not-sure = Nothing was deleted. Choose `sure: True` to delete everything for good.
privacy-deleted = Your words, pictures, styles and my messages with them are gone. Your number stays for a day, as the limits of a day count by it, and then goes too. What moderators wrote down about you stays with their server.

## Styles

style-builtin = **Styles that come with me**
style-own = **Your styles**
style-saved = `{ $name }` is saved: { $words }
style-deleted = `{ $name }` is deleted.
style-unknown = You have no style called { $name }.
style-bad-name = A style's name has letters, digits, - and _ only.
style-taken = `{ $name }` is a style that comes with me; choose another name.
style-too-many = You have { $most } styles; delete one first.
style-empty = A style needs words.

## Prompt sessions

session-begins =
    🖼️ **{ $theme }**: a prompt session by { $host }, until { $end }. { $each ->
        [one] One picture
       *[other] Up to { $each } pictures
    } each, in the thread below.
session-welcome =
    The theme is **{ $theme }**. Use `/imagine` here; { $each ->
        [one] one picture
       *[other] up to { $each } pictures
    } each, until { $end }. Vote with { $vote } for what you like best; your own vote for yourself does not count.
session-results = Results: { $theme }
session-nobody = Nobody submitted a picture this time.
session-over = 🏁 The session **{ $theme }** has ended: { $link }
session-status = **{ $theme }** in { $thread } ends { $end }; { $count ->
        [one] one picture
       *[other] { $count } pictures
    } so far.
session-none = No session runs here. Start one with `/session start`.
session-which = Several sessions run in this channel; use this in the thread of one.
session-not-yours = Only the person who started it, or a moderator, can end a session.
session-closing = This session is ending already; its results come when the last pictures are done.
session-ending = The session takes no more pictures; its results come when those under way are done.
session-needs-a-channel = A session is started in a text channel, not in a thread.
session-empty-theme = A session needs a theme.
session-too-many = This server has as many sessions as it may; end one first.
session-one-each = In a session, ask for one picture at a time, so that each can be voted for.

## Moderators

mod-paused = Paused. Nothing of this server starts, and new asks are refused, until `/mod resume`.
mod-resumed = Resumed.
mod-not-paused = Nothing was paused.
mod-cleared =
    { $count ->
        [0] Nothing waited.
        [one] One job is cancelled.
       *[other] { $count } jobs are cancelled.
    }
mod-bumped = #{ $job } is next.
mod-does-not-wait = That job does not wait.
mod-banned =
    { $forever ->
        [yes] { $member } may not ask for pictures here until `/mod unban`.
       *[no] { $member } may ask for pictures here again { $until }.
    }
mod-unbanned = { $member } may ask for pictures here again.
mod-not-banned = { $member } was not banned.
mod-not-yourself = You cannot ban yourself.
mod-held = 🛡️ Waiting for a moderator: { $jobs }
mod-log-empty = No moderator has done anything yet.
bad-duration = { $text } is not a duration; write a number and m, h, d or w, such as 30m or 7d. Leave it out for ever.
pattern-added = `{ $pattern }` is blocked.
pattern-there = That is blocked already.
pattern-removed = It is allowed again.
pattern-unknown = That was not blocked.
pattern-error = That is not a pattern: { $message }.
pattern-too-many = The list is full: { $most } patterns.
pattern-no-hit = Nothing in this text is blocked.
pattern-hits =
    This text is refused. Patterns of this server: { $patterns }. { $hosts ->
        [0] None of the host's.
        [one] One of the host's.
       *[other] { $hosts } of the host's.
    }
pattern-none = This server blocks no words of its own.
pattern-count = { $own } patterns of this server, { $hosts } of the host.

audit-pause = { $actor } paused pictures
audit-resume = { $actor } resumed pictures
audit-remove = { $actor } cancelled a job of { $target }
audit-delete = { $actor } deleted a picture of { $target }
audit-clear = { $actor } cleared the queue
audit-bump = { $actor } put a job of { $target } first
audit-ban = { $actor } banned { $target }
audit-unban = { $actor } unbanned { $target }
audit-block = { $actor } blocked a pattern
audit-unblock = { $actor } unblocked a pattern
audit-approve = { $actor } approved a picture of { $target }
audit-reject = { $actor } rejected a picture of { $target }
audit-configure = { $actor } changed the settings
audit-report = { $actor } reported a message

## Settings of a server

config-saved = Saved. See everything with `/config show`.
config-too-many = At most { $most } of these are possible.
config-limit-range = Here this limit may be { $least } to { $most }; the host decides how far.
config-role-nothing = Choose a weight, a limit, or forget.
config-preview = The host allows an interval of at least { $least } s.
config-role-which = Choose which limit that number is for.
config-no-concepts = The host has configured nothing to screen for; see `[[concept]]` in config.toml.
config-cannot-write = I cannot write in { $channel }: allow me { $permissions } there first.
config-channels = **Channels**: { $channels }
config-all = all
config-nowhere = nowhere
config-role = { $role }: { $weight } turns a round, limits: { $limits }
config-gallery = **Gallery**: { $channel }, at { $stars } ⭐
config-log = **Log**: { $channel }
config-preview-every = **Preview**: every { $seconds } s
config-spoiler =
    { $covered ->
        [yes] **Pictures** are covered
       *[no] **Pictures** are not covered
    }
config-screening = **Screening**: { $mode }; in age-restricted channels: { $restricted }
config-language = **Language**: { $language }
config-paused = ⏸️ **Paused**
limit-waiting-per-member = pictures under way, per person
limit-waiting-per-server = pictures under way, of the server
limit-jobs-per-hour = pictures per hour, per person
limit-steps-per-day = steps per day, per person
limit-account-age-days = days an account must be old
limit-membership-age-hours = hours a member must be here
screening-off = off
screening-spoiler = cover it
screening-hold = hold it for a moderator
language-server = the server's own
language-en = English
language-de = Deutsch
quality-draft = draft: half the steps
quality-normal = normal
quality-high = high: twice the steps

## Help

help-title = Pictures from words
help-text = Type `/imagine` and say what you would like to see. A CLIP model looks at a picture that begins as noise, says how well it matches your words, and the picture is pushed that way, step by step, before your eyes.
help-prompts-title = Prompts
help-prompts = Weights: `castle::2 fog::0.5`. Without: `--no text`. Stages: `a forest at 50 %: a burning forest`. Flags: `--ar 3:2 --seed 7 --steps 80 --stop 70% --style pencil`. The same words and seed give the same picture.
help-buttons-title = Under a picture
help-buttons = 🔁 new seed · ✏️ edit · 🎨 four variations · ⏩ more steps · 🔍 twice the size · 🎬 time-lapse · ℹ️ parameters · 🗑️ delete. As reactions: 🔁 again, ❌ cancel or delete your own, ⭐ for the gallery. Right-click a message, Apps: start from an image, show parameters, report.
help-sessions-title = Sessions
help-sessions = `/session start` opens a thread in which everybody submits to one theme and votes.
help-yours-title = Yours
help-yours = `/queue` `/cancel` `/history` `/show` `/style` `/me` `/stats` `/privacy`
help-moderators-title = Moderators
help-moderators = `/mod` for those who manage messages, `/config` for those who manage the server.
help-footer = Guided by { $model }

## What Discord shows of commands

cmd-imagine = Turns your words into a picture, which forms in this channel
cmd-queue = What runs and waits
cmd-cancel = Cancels one of your pictures
cmd-history = Your pictures, page by page
cmd-show = Shows a finished picture again
cmd-stats = What was made in this server
cmd-me = Your limits, what is left of them, and when there is more
cmd-help = How to begin
cmd-privacy = What is kept about you
cmd-privacy-export = Everything that is kept about you, as a file
cmd-privacy-delete = Deletes everything that is kept about you, for good
cmd-style = Styles: words of your own under a name of your own
cmd-style-save = Saves a style, or changes one
cmd-style-list = All styles you can use
cmd-style-delete = Deletes one of your styles
cmd-session = Prompt sessions: one theme, one thread, votes, a ranking
cmd-session-start = Starts a session in a thread of this channel
cmd-session-status = How a session stands
cmd-session-end = Ends a session before its time
cmd-mod = For moderators
cmd-mod-queue = What runs and waits here
cmd-mod-pause = Starts nothing of this server any more
cmd-mod-resume = Starts pictures again
cmd-mod-remove = Cancels a job
cmd-mod-clear = Cancels everything that waits or runs
cmd-mod-bump = Puts a job first
cmd-mod-ban = Keeps a person from asking for pictures here
cmd-mod-unban = Lets a person ask again
cmd-mod-log = What moderators did here
cmd-blocklist = Words that may not be asked for here
cmd-blocklist-add = Blocks a word or several in a row; * stands for letters, ? for one
cmd-blocklist-remove = Allows a pattern again
cmd-blocklist-test = Whether a text would be refused
cmd-blocklist-list = Patterns of this server
cmd-config = Settings of this server
cmd-config-show = All settings
cmd-config-channel = Where pictures may be asked for
cmd-config-limit = A limit of this server
cmd-config-role = What a role's holders get
cmd-config-gallery = Where pictures with stars are copied to
cmd-config-log = Where moderators read what was done and reported
cmd-config-preview = How often pictures in the making are shown
cmd-config-spoiler = Whether every picture is covered
cmd-config-screening = What happens to a picture in which a concept is found
cmd-config-language = In which language everybody is spoken to
cmd-config-reset = Everything as the host has it

opt-prompt = What the picture should show; flags such as --ar 16:9 or --no fog count
opt-negative = What it should not show
opt-seed = The same seed and words give the same picture again
opt-aspect = Width to height
opt-steps = More steps take longer and add detail
opt-quality = Half, the usual, or twice the steps
opt-style = Words that go with every prompt; see /style list
opt-image = To start from, instead of noise
opt-strength = How far the image may change: 0 keeps it, 1 takes only a hint
opt-count = Several at once, in one message
opt-spoiler = Covers the picture until somebody uncovers it
opt-own-job = One of your pictures under way
opt-finished-job = Its number
opt-job = Its number
opt-sure = True deletes for good
opt-style-name = Letters, digits, - and _
opt-style-words = Such as: a woodcut of {"{}"}, or: at dusk, in rain
opt-theme = What everybody makes a picture of
opt-minutes = How long it lasts
opt-per-person = How many pictures each may submit
opt-reason = What people read
opt-clear-member = Only this person's
opt-ban-member = Whom
opt-unban-member = Whom
opt-duration = Such as 30m, 12h, 7d; empty for ever
opt-page = 1 is the newest
opt-pattern = One or several words; * stands for up to ten letters, ? for one
opt-test-text = What somebody might write
opt-channel = Which
opt-allowed = Whether pictures may be asked for there
opt-limit = Which
opt-limit-value = How much; empty for the host's
opt-role = Which
opt-weight = Turns in each round of the queue
opt-forget = Back to what everybody has
opt-gallery = Empty for none
opt-stars = How many are enough
opt-log = Empty for none
opt-seconds = Empty for the host's
opt-covered = Whether
opt-mode = What happens
opt-screening-channel = Only in this channel
opt-restricted = Only in age-restricted channels
opt-language = Which

menu-init = Use as init image
menu-rerun = Rerun with a new seed
menu-info = Show parameters
menu-report = Report to moderators
