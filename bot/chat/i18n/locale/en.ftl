# The bot's texts in English. Every language has the same ids and variables; see bot/chat/i18n/localizer.py.

## The message of a job

prompt-of-images = *from images only*
requester = for { $mention }
requester-of = from #{ $parent }, for { $mention }
negative = without *{ $negative }*
queued = ⏳ **Queued**, position { $position }
queued-unplaced = ⏳ **Queued**
queued-next = ⏳ **Queued**, next in line
queued-paused = ⏸️ **Queued**; pictures are paused in this server
starts = starts { $at }
starting = 🎨 **Starting** …
running = 🎨 `{ $bar }` { $step }/{ $total }
similarity = similarity { $similarity }
held = 🛡️ **Waiting for a moderator's approval** ({ $concepts })
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
reason-crashed = The engine crashed twice on this request. The bot's host can find the cause in the log.
reason-broken = An error occurred. The bot's host can find it in the log under job { $job }.
reason-interrupted = The bot was stopped three times while it made this picture. To try again, press New seed or use `/imagine`.
reason-refused = Discord does not accept this picture or its text. Try other words.
reason-no-access = I can't post in the channel any more.
reason-unreachable = Discord could not be reached for a day.
undeliverable = Your picture #{ $job } could not be posted in { $channel }. { $reason }
reason-not-stored = The bot's disk did not take the picture. The bot's host can find the cause in the log.
reason-lost = The finished picture was lost before it could be posted.
reason-input-gone = An image that this picture starts from has been deleted.
reason-rejected = 🚫 **Not shown**: a moderator rejected it.

button-cancel = Cancel
button-finish = Finish now
button-rerun = New seed
button-edit = Edit
button-vary = Variations
button-more = More steps
button-upscale = Upscale
button-timelapse = Time-lapse
button-info = Parameters
button-delete = Delete
button-view = View
button-approve = Approve
button-reject = Reject

## Refusals by admission

refused-banned =
    { $has_detail ->
        [yes] You are banned from making pictures in this server: { $detail }
       *[no] You are banned from making pictures in this server.
    }
refused-paused =
    { $has_detail ->
        [yes] Pictures are paused in this server: { $detail }
       *[no] Pictures are paused in this server. Try again later.
    }
refused-wrong-channel = Pictures can only be made in { $detail }.
refused-account-too-young =
    { $limit ->
        [one] Your account must be at least one day old to make pictures here.
       *[other] Your account must be at least { $limit } days old to make pictures here.
    }
refused-member-too-new =
    { $limit ->
        [one] You must have been in this server for at least one hour to make pictures.
       *[other] You must have been in this server for at least { $limit } hours to make pictures.
    }
refused-blocked-words = Some of these words are on the blocklist.
refused-too-many-steps = The limit here is { $limit } steps.
refused-too-many-views = The limit here is { $limit } views in each step.
refused-too-large = This picture would be too large: the limit here is { $limit } pixels.
refused-canvas-not-offered = This canvas is not offered here. Choose one of { $detail }.
refused-too-large-for-canvas = This picture would be too large for the canvas { $detail }: its limit is { $limit } pixels.
refused-too-many-waiting =
    { $limit ->
        [one] You can have one unfinished picture at a time. Wait for it to finish, or cancel it.
       *[other] You can have { $limit } unfinished pictures at a time. Wait for one to finish, or cancel one.
    }
refused-server-full =
    { $limit ->
        [one] This server can have one unfinished picture at a time. Please try again in a few minutes.
       *[other] This server can have { $limit } unfinished pictures at a time. Please try again in a few minutes.
    }
refused-queue-full =
    { $limit ->
        [one] The queue is full: one picture is waiting. Please try again in a few minutes.
       *[other] The queue is full: { $limit } pictures are waiting. Please try again in a few minutes.
    }
refused-too-many-this-hour =
    { $limit ->
        [one] The limit is one picture per hour.
       *[other] The limit is { $limit } pictures per hour.
    }
refused-too-many-steps-today = The limit is { $limit } steps per day.
refused-rerun-twice = You have already rerun this picture with a reaction. Use the button or `/imagine` to make more.
refused-session-over = This session has ended. Start a new one with `/session start`, or use `/imagine` in the channel.
refused-session-full =
    { $limit ->
        [one] Each member can submit one picture to this session, and you already have.
       *[other] Each member can submit { $limit } pictures to this session, and you already have.
    }
retry-at = You can try again { $at }.

## Other refusals

unknown-job = I don't know this job any more.
erased = The member who made this had their data deleted, so it cannot be made again.
file-gone = This file has been deleted.
not-yours-to-cancel = Only the person who asked for this picture, or a moderator, can cancel it.
not-yours-to-cancel-by-command = This job is somebody else's. As a moderator, use `/mod remove`.
not-yours-to-finish = Only the person who asked for this picture, or a moderator, can finish it early.
not-yours-to-delete = Only the person who asked for this picture, or a moderator, can delete it.
not-your-history = This is somebody else's history. Use `/history` to see yours.
too-late-to-cancel =
    Too late to cancel: this job { $state ->
        [posting] is being posted
        [done] is done
        [failed] has failed
       *[cancelled] is cancelled
    }.
not-running = This job is not running.
not-held = This picture is not waiting for approval any more.
still-held = This picture is waiting for a moderator's approval.
moderators-only = You need the Manage Messages permission to do this.
managers-only = You need the Manage Server permission to do this.
thread-not-joined = I am not in this private thread, so I can't post pictures here. Mention me to add me, then try again.
missing-permissions = I can't post pictures in this channel. Ask an admin to give me these permissions here: { $permissions }.
no-server = I only work in server channels.
wrong-aspect = This aspect ratio is not available. Choose one of { $aspects }.
wrong-canvas = This canvas is not available. Choose one of { $canvases }.
strength-without-image = Strength says how far an attached image may change. Attach an image, or leave it out.
request-error = I can't make that: { $message }.
restricted-elsewhere = This picture was made in an age-restricted channel and can only be shown in one.
image-too-large = This image is too large. The limit is { $most } MiB.
image-too-slow = This image takes too long to load. Attach it to `/imagine` instead.
image-refused = I can't use this image: { $reason }.
no-image = This message has no image.
image-not-sent = Discord did not send this image. Please try again.
left-out = { $problem }. What is left: **{ $prompt }**
from-another-program = This belongs to another program: { $items }
unknown-control = This button or form is not known here. It may be from another version of the bot; ask for the picture again.
go-on-gone = This button no longer works. Send the text again without what the message names.
button-go-on = Go on without it
needs-its-inputs = This picture was made from another image, which is not in the file.
no-log-channel = This server has no channel for reports. Please tell a moderator.
not-stored = The bot's disk is full or has a problem, so nothing can be stored right now. Try again later.
unreachable = Discord could not be reached for part of this. Please try again in a moment.
incident = Something went wrong. If it happens again, tell the bot's host this number: { $incident }

## Forms

form-edit = Edit and make again
form-init = Start from this image
form-report = Report to the moderators
field-prompt = Prompt
field-prompt-hint = What the picture should show
field-negative = Negative prompt
field-negative-hint = What the picture should not show
field-style = Style
field-parameters = Parameters
field-parameters-hint = Flags, such as --ar 3:2 --seed 7 --steps 80 --style pencil
field-strength = Strength
field-strength-hint = How far the image may change, from 0 to 1. Default: 0.6
field-reason = What is wrong?
reported = Thank you. The moderators have your report.
report = 🚩 { $reporter } reported { $link }: { $reason }
bad-strength = Strength must be a number from 0 to 1, such as 0.6.

## Parameters

info-title = Parameters { $job }
info-from-image = from an image
info-command = Prompt to make it again
info-footer = similarity { $similarity } · { $seconds } s

## Queue, history, statistics

queue-running = 🎨 { $job }
queue-more =
    { $count ->
        [one] … and one more
       *[other] … and { $count } more
    }
queue-other-servers =
    { $count ->
        [one] One picture is waiting in other servers.
       *[other] { $count } pictures are waiting in other servers.
    }
queue-paused =
    { $has_reason ->
        [yes] ⏸️ Paused: { $reason }
       *[no] ⏸️ Paused.
    }
queue-device-busy = 🖥️ { $device }: busy
queue-device-free = 🖥️ { $device }: free
queue-device-away = ⚠️ { $device }: not working
queue-empty = The queue is empty. Your next picture starts right away.
cancelled-job = Cancelled #{ $job }.
history-title =
    { $count ->
        [one] Your picture
       *[other] Your { $count } pictures
    }
history-page = Page { $page } of { $pages } · /show posts a picture again
history-empty = You have no pictures here yet. Make one with `/imagine`.
stats =
    { $pictures ->
        [0] No pictures have been made here yet.
        [one] One picture has been made here, in { $minutes } minutes of computing. Median time per picture: { $median } s. Model: { $model }.
       *[other] { $pictures } pictures by { $people } members, { $day } of them in the last 24 hours, in { $minutes } minutes of computing. Median time per picture: { $median } s. Model: { $model }.
    }
me-waiting = ⏳ Unfinished pictures: { $used } of { $limit }
me-hour = 🕐 Pictures left this hour: { $left } of { $limit }
me-day = 📅 Steps left today: { $left } of { $limit }
me-next = more { $at }
me-weight = ⚖️ You get { $weight } turns in each round of the queue.
me-banned =
    { $forever ->
        [yes] ⛔ You are banned from making pictures in this server. { $reason }
       *[no] ⛔ You are banned from making pictures in this server. The ban ends { $until }. { $reason }
    }

## Privacy

privacy-export = This is all data that I store about you. The pictures themselves are in the channels; this file lists their names.
privacy-not-confirmed = Nothing was deleted. Choose `sure: True` to delete your data permanently.
privacy-deleted = I deleted your prompts, pictures and styles, and my messages with them. Your user ID is kept for one more day, because daily limits need it. The audit logs of servers keep what moderators recorded about you.

## Styles

style-builtin = **Built-in styles**
style-own = **Your styles**
style-saved = Saved `{ $name }`: { $words }
style-deleted = Deleted `{ $name }`.
style-unknown = You have no style called { $name }.
style-bad-name = The name of a style can only contain letters, digits, - and _.
style-taken = `{ $name }` is a built-in style. Choose another name.
style-too-many = You have { $most } styles, which is the limit. Delete one first.
style-empty = Please enter the words of the style.

## Prompt sessions

session-started =
    🖼️ **{ $theme }**: { $host } started a prompt session. It ends { $end }. Submit { $each ->
        [one] one picture
       *[other] up to { $each } pictures
    } in the thread below.
session-welcome =
    The theme is **{ $theme }**. Use `/imagine` here to submit { $each ->
        [one] one picture
       *[other] up to { $each } pictures
    }. The session ends { $end }. Vote for the pictures you like with { $vote }; votes for your own pictures do not count.
session-results = Results: { $theme }
session-no-pictures = Nobody submitted a picture.
session-ended = 🏁 The session **{ $theme }** has ended: { $link }
session-status = **{ $theme }** in { $thread } ends { $end }; { $count ->
        [one] one picture
       *[other] { $count } pictures
    } so far.
session-none = There is no session here. Start one with `/session start`.
session-several = There are several sessions in this channel. Use this command in a session's thread.
session-not-yours = Only the person who started the session, or a moderator, can end it.
session-already-ending = This session is already ending. The results follow when the last pictures are done.
session-ending = The session takes no more pictures. The results follow when the last pictures are done.
session-needs-a-channel = Start a session in a text channel, not in a thread.
session-empty-theme = Please enter a theme.
session-too-many = This server has reached its limit of sessions. End one first.
session-one-each = In a session, submit one picture at a time, so that members can vote for each.

## Moderators

mod-paused = Paused. Queued pictures wait and new ones are refused until `/mod resume`.
mod-resumed = Resumed.
mod-not-paused = Pictures are not paused.
mod-cleared =
    { $count ->
        [0] There was nothing to cancel.
        [one] Cancelled one job.
       *[other] Cancelled { $count } jobs.
    }
mod-bumped = #{ $job } is next in line.
mod-not-queued = This job is not queued.
mod-banned =
    { $forever ->
        [yes] Banned { $member } from making pictures here, until `/mod unban`.
       *[no] Banned { $member } from making pictures here. The ban ends { $until }.
    }
mod-unbanned = Unbanned { $member }.
mod-not-banned = { $member } is not banned.
mod-cannot-ban-yourself = You can't ban yourself.
mod-held = 🛡️ Waiting for approval: { $jobs }
mod-log-empty = The audit log is empty.
bad-duration = { $text } is not a duration. Write a number and m, h, d or w, such as 30m or 7d. Leave it empty for a permanent ban.
pattern-added = Added `{ $pattern }` to the blocklist.
pattern-exists = This pattern is already on the blocklist.
pattern-removed = Removed the pattern from the blocklist.
pattern-unknown = This pattern is not on the blocklist.
pattern-too-long = This pattern is too long: the limit is { $most } characters.
pattern-without-word = This pattern has no word.
pattern-too-short = `{ $word }` would match too much. Each word of a pattern needs two characters, one of them a letter or digit.
pattern-many-stars = `{ $word }` has more than three *.
pattern-several = `{ $word }` separates several patterns. Write each by itself.
pattern-other-signs = `{ $word }` has no meaning in a pattern, which is no regular expression. Write letters, digits, * and ? only.
pattern-too-many = The blocklist is full: the limit is { $most } patterns.
pattern-no-match = This text matches no pattern.
pattern-matches =
    This text is blocked. Matching patterns of this server: { $patterns }. Matching patterns of the host: { $hosts ->
        [0] none
       *[other] { $hosts }
    }.
pattern-none = This server's blocklist is empty.
pattern-count = Patterns: { $own } of this server, { $hosts } of the host.

audit-pause = { $actor } paused pictures
audit-resume = { $actor } resumed pictures
audit-remove = { $actor } cancelled a job of { $target }
audit-delete = { $actor } deleted a picture of { $target }
audit-clear = { $actor } cleared the queue
audit-bump = { $actor } moved a job of { $target } to the front of the queue
audit-ban = { $actor } banned { $target }
audit-unban = { $actor } unbanned { $target }
audit-block = { $actor } added a pattern to the blocklist
audit-unblock = { $actor } removed a pattern from the blocklist
audit-approve = { $actor } approved a picture of { $target }
audit-reject = { $actor } rejected a picture of { $target }
audit-configure = { $actor } changed the settings
audit-report = { $actor } reported a message

## Server settings

config-saved = Saved. See everything with `/config show`.
config-too-many = The limit is { $most }.
config-limit-range = The bot's host allows { $least } to { $most } for this limit.
config-role-nothing = Choose a weight, a limit, or reset.
config-preview-range = The bot's host allows an interval of at least { $least } s.
config-role-value-without-limit = Choose the limit that this value is for.
config-no-concepts = Screening is not available: the bot's host has set no `[[concept]]` in config.toml.
config-no-canvases = There is nothing to choose: the bot's host has set no `[[canvas]]` in config.toml.
config-canvas-needed = { $canvas } cannot be forbidden, and a forbidden canvas cannot be the default.
config-cannot-write = I can't post in { $channel }. Give me these permissions there first: { $permissions }.
config-channels = **Channels**: { $channels }
config-all = all
config-none = none
config-role = { $role }: { $weight } turns per round, limits: { $limits }
config-gallery = **Gallery**: { $channel }, from { $stars } ⭐
config-log = **Log channel**: { $channel }
config-preview-interval = **Preview**: every { $seconds } s
config-spoiler =
    { $covered ->
        [yes] **Spoiler**: every picture
       *[no] **Spoiler**: only on request
    }
config-screening = **Screening**: { $mode }; in age-restricted channels: { $restricted }
config-canvases = **Canvases**: { $canvases }; default: { $default }
config-language = **Language**: { $language }
config-paused = ⏸️ **Paused**
limit-waiting-per-member = unfinished pictures per member
limit-waiting-per-server = unfinished pictures in the server
limit-jobs-per-hour = pictures per hour and member
limit-steps-per-day = steps per day and member
limit-account-age-days = minimum account age in days
limit-membership-age-hours = minimum time in the server in hours
screening-off = off
screening-spoiler = mark as spoiler
screening-hold = hold for a moderator's approval
language-server = the server's language
language-en = English
language-de = Deutsch
quality-draft = draft: half the steps
quality-normal = normal
quality-high = high: twice the steps

## Help

help-title = Pictures from text
help-text = Type `/imagine` and describe a picture. The bot starts from noise. At each step a CLIP model rates how well the picture matches your prompt, and the picture is changed to match it better. You can watch it in the channel.
help-prompts-title = Prompts
help-prompts = Weights: `castle::2 fog::0.5`. Negative prompt: `--no text`. Stages: `a forest at 50 %: a burning forest`. Flags: `--ar 3:2 --seed 7 --steps 80 --stop 70% --style pencil`. The same prompt, seed and settings make the same picture again.
help-buttons-title = Buttons and reactions
help-buttons = 🔁 new seed · ✏️ edit · 🎨 four variations · ⏩ more steps · 🔍 upscale to twice the size · 🎬 time-lapse · ℹ️ parameters · 🗑️ delete. As reactions: 🔁 new seed, ❌ cancel or delete your own, ⭐ vote for the gallery. Right-click a message and choose Apps to start from its image, rerun it, show its parameters or report it.
help-sessions-title = Prompt sessions
help-sessions = `/session start` opens a thread in which everybody can submit pictures for one theme and vote.
help-commands-title = More commands
help-commands = `/queue` `/cancel` `/history` `/show` `/style` `/me` `/stats` `/privacy`
help-moderators-title = Moderators
help-moderators = `/mod` needs the Manage Messages permission, `/config` the Manage Server permission.
help-footer = Model: { $model }

## Names and descriptions of commands, options and menus

cmd-imagine = Make a picture from your prompt
cmd-queue = Show the running and queued pictures
cmd-cancel = Cancel one of your pictures
cmd-history = Show your pictures, page by page
cmd-show = Post a finished picture again
cmd-stats = Show how many pictures this server has made
cmd-me = Show your limits, and what is left of them
cmd-help = Show how to use the bot
cmd-privacy = Your data
cmd-privacy-export = Get all data that is stored about you, as a file
cmd-privacy-delete = Permanently delete all data that is stored about you
cmd-style = Your own styles
cmd-style-save = Save a style, or change one
cmd-style-list = List the styles you can use
cmd-style-delete = Delete one of your styles
cmd-session = Prompt sessions: a theme, a thread, votes and a ranking
cmd-session-start = Start a prompt session in this channel
cmd-session-status = Show the current ranking
cmd-session-end = End a session early
cmd-mod = For moderators
cmd-mod-queue = Show the running, queued and held pictures
cmd-mod-pause = Pause all pictures of this server
cmd-mod-resume = End the pause
cmd-mod-remove = Cancel a job
cmd-mod-clear = Cancel all running and queued jobs
cmd-mod-bump = Move a job to the front of the queue
cmd-mod-ban = Ban a member from making pictures here
cmd-mod-unban = Lift a ban
cmd-mod-log = Show the audit log
cmd-blocklist = Words that are blocked in this server
cmd-blocklist-add = Block a word or phrase
cmd-blocklist-remove = Remove a pattern from the blocklist
cmd-blocklist-test = Check whether a text is blocked
cmd-blocklist-list = List the patterns of this server
cmd-config = Settings of this server
cmd-config-show = Show all settings
cmd-config-channel = Set in which channels pictures can be made
cmd-config-limit = Set a limit of this server
cmd-config-role = Set the weight and the limits of a role
cmd-config-gallery = Set the channel to which starred pictures are copied
cmd-config-log = Set the channel for the audit log and reports
cmd-config-preview = Set how often previews are updated
cmd-config-spoiler = Set whether every picture is a spoiler
cmd-config-screening = Set what happens to a picture in which screening finds something
cmd-config-canvas = Set which canvases can be used, and the default one
cmd-config-language = Set the language of public messages
cmd-config-reset = Reset all settings

opt-prompt = What the picture should show; may contain flags such as --ar 16:9 or --no fog
opt-negative = What the picture should not show
opt-seed = The same seed, prompt and settings make the same picture again
opt-aspect = Aspect ratio, width to height
opt-steps = More steps take longer and add detail
opt-quality = Half, the default, or twice the steps
opt-style = Words that are added to the prompt; see /style list
opt-canvas = What the picture is made of: pyramid, or a model of the bot's host
opt-image = The image to start from, instead of noise
opt-strength = How far the image may change: 0 keeps it, 1 keeps only a hint of it
opt-count = How many pictures to make, in one message
opt-spoiler = Mark the picture as a spoiler
opt-own-job = One of your unfinished pictures
opt-finished-job = The number of the picture
opt-job = The number of the job
opt-sure = True deletes permanently
opt-style-name = Letters, digits, - and _
opt-style-words = For example: a woodcut of {"{}"}, or: at dusk, in rain
opt-theme = What the pictures should show
opt-minutes = How long the session lasts
opt-per-person = How many pictures each member can submit
opt-reason = The reason; members can read it
opt-clear-member = Only this member's jobs
opt-ban-member = The member to ban
opt-unban-member = The member to unban
opt-duration = For example 30m, 12h or 7d; empty is permanent
opt-page = Page 1 is the newest
opt-pattern = A word or phrase; * stands for up to ten letters, ? for one
opt-test-text = The text to check
opt-channel = The channel
opt-allowed = Whether pictures can be made there
opt-limit = The limit
opt-limit-value = The value; empty is the host's default
opt-role = The role
opt-weight = Turns per round of the queue
opt-role-reset = Remove the weight and the limits of this role
opt-gallery = The channel; empty for no gallery
opt-stars = How many stars a picture needs
opt-log = The channel; empty for none
opt-seconds = Seconds between two previews; empty is the host's default
opt-covered = Whether every picture is a spoiler
opt-mode = What to do with such a picture
opt-screening-channel = Only in this channel
opt-restricted = Only in age-restricted channels
opt-canvas-name = The canvas
opt-canvas-allowed = Whether it can be used
opt-default = Whether it is used if a member names none
opt-language = The language

menu-init = Use as init image
menu-rerun = Rerun with a new seed
menu-info = Show parameters
menu-report = Report to moderators
