# Everything that a person reads, in German. The same names as in en.ftl; see bot/chat/i18n/localizer.py.

## The message of a job

prompt-of-images = *aus Bildern*
requester = für { $mention }
requester-of = aus #{ $parent }, für { $mention }
negative = ohne *{ $negative }*
queued = ⏳ **In der Warteschlange**, Platz { $position }
queued-next = ⏳ **In der Warteschlange**, als Nächstes dran
queued-paused = ⏸️ **In der Warteschlange**; Bilder pausieren auf diesem Server
starts = beginnt { $at }
starting = 🎨 **Beginnt** …
running = 🎨 `{ $bar }` { $step }/{ $total }
similarity = Ähnlichkeit { $similarity }
held = 🛡️ **Wartet auf die Moderation**, die es sieht, bevor alle es sehen ({ $concepts })
done = ✅ **Fertig**
cancelled = 🚫 **Abgebrochen**
failed = ⚠️ **Fehlgeschlagen.** { $reason }
batch-queued = ⏳ In der Warteschlange
footer =
    { $count ->
        [one] Seed
       *[other] Seeds
    } { $seeds } · { $size } · { $steps } { $made ->
        [one] Schritt
       *[other] Schritte
    } · { $model }
gallery = **{ $prompt }**
    von { $requester } · [das Original]({ $link })
ready = { $mention } dein Bild ist fertig.
reason-crashed = Der Rechner ist zweimal an dieser Anfrage abgestürzt. Wer ihn betreibt, findet den Grund im Log.
reason-broken = Hier ist etwas schiefgegangen. Wer den Bot betreibt, findet es im Log unter Job { $job }.
reason-lost = Das fertige Bild ging verloren, bevor es gesendet werden konnte.
reason-input-gone = Ein Bild, mit dem dieses beginnt, ist nicht mehr gespeichert.
reason-rejected = 🚫 **Nicht gezeigt**: So hat es die Moderation entschieden.

button-cancel = Abbrechen
button-finish = Jetzt beenden
button-rerun = Neuer Seed
button-edit = Ändern
button-vary = Varianten
button-more = Mehr Schritte
button-enlarge = Vergrößern
button-timelapse = Zeitraffer
button-info = Parameter
button-delete = Löschen
button-look = Ansehen
button-approve = Freigeben
button-reject = Ablehnen

## Refusals by the gate

refused-banned =
    { $has_detail ->
        [yes] Du darfst auf diesem Server keine Bilder anfragen: { $detail }
       *[no] Du darfst auf diesem Server keine Bilder anfragen.
    }
refused-paused =
    { $has_detail ->
        [yes] Bilder pausieren auf diesem Server: { $detail }
       *[no] Bilder pausieren auf diesem Server. Versuch es später noch einmal.
    }
refused-wrong-channel = Bilder entstehen hier in { $detail }.
refused-account-too-young =
    { $limit ->
        [one] Dein Konto muss einen Tag alt sein, um hier Bilder anzufragen.
       *[other] Dein Konto muss { $limit } Tage alt sein, um hier Bilder anzufragen.
    }
refused-member-too-new =
    { $limit ->
        [one] Du musst eine Stunde auf diesem Server sein, um Bilder anzufragen.
       *[other] Du musst { $limit } Stunden auf diesem Server sein, um Bilder anzufragen.
    }
refused-blocked-words = Dieser Server erlaubt einige dieser Wörter nicht.
refused-too-many-steps = Hier sind höchstens { $limit } Schritte erlaubt.
refused-too-large = Das Bild wäre zu groß: Hier sind höchstens { $limit } Pixel erlaubt.
refused-too-many-waiting =
    { $limit ->
        [one] Du kannst ein Bild gleichzeitig in Arbeit haben, mehr ist für eine Person nicht möglich. Warte darauf oder brich es ab.
       *[other] Du kannst { $limit } Bilder gleichzeitig in Arbeit haben, mehr ist für eine Person nicht möglich. Warte auf eines oder brich eines ab.
    }
refused-server-full =
    { $limit ->
        [one] Dieser Server hat ein Bild in Arbeit, mehr sind nicht möglich. Versuch es in ein paar Minuten noch einmal.
       *[other] Dieser Server hat { $limit } Bilder in Arbeit, mehr sind nicht möglich. Versuch es in ein paar Minuten noch einmal.
    }
refused-queue-full =
    { $limit ->
        [one] Die Warteschlange ist voll: Ein Bild wartet. Versuch es in ein paar Minuten noch einmal.
       *[other] Die Warteschlange ist voll: { $limit } Bilder warten. Versuch es in ein paar Minuten noch einmal.
    }
refused-too-many-this-hour =
    { $limit ->
        [one] Das wäre mehr als ein Bild in einer Stunde, und das ist die Grenze.
       *[other] Das wären mehr als { $limit } Bilder in einer Stunde, und das ist die Grenze.
    }
refused-too-many-steps-today = Das wären mehr als { $limit } Schritte an einem Tag, und das ist die Grenze.
refused-rerun-twice = Du hast dieses Bild schon einmal per Reaktion wiederholt; nimm den Knopf oder `/imagine` für mehr.
refused-session-over = Diese Session ist beendet; beginne eine neue mit `/session start` oder frag im Kanal an.
refused-session-full =
    { $limit ->
        [one] Jede Person kann ein Bild zu dieser Session beitragen, und das hast du.
       *[other] Jede Person kann { $limit } Bilder zu dieser Session beitragen, und das hast du.
    }
again-at = Es geht { $at } wieder.

## Other refusals

unknown-job = Dieser Job ist hier nicht mehr bekannt.
erased = Die Person, die das angefragt hat, hat ihre Daten löschen lassen; es kann nicht wiederholt werden.
file-gone = Diese Datei ist nicht mehr gespeichert.
not-yours-to-cancel = Nur die Person, die angefragt hat, oder die Moderation kann das abbrechen.
not-yours-to-cancel-by-command = Das gehört jemand anderem. Für die Moderation gibt es `/mod remove`.
not-yours-to-finish = Nur die Person, die angefragt hat, oder die Moderation kann das früher beenden.
not-yours-to-delete = Nur die Person, die angefragt hat, oder die Moderation kann das löschen.
not-your-history = Das ist der Verlauf einer anderen Person; deinen zeigt `/history`.
too-late-to-cancel =
    Zu spät zum Abbrechen: Dieser Job { $state ->
        [posting] wird gerade gesendet
        [done] ist fertig
        [failed] ist fehlgeschlagen
       *[cancelled] ist abgebrochen
    }.
not-running = Dieser Job läuft gerade nicht.
not-held = Dieses Bild wartet nicht mehr auf die Moderation.
still-held = Dieses Bild wartet auf die Moderation, die es vor allen anderen ansieht.
moderators-only = Das kann nur, wer hier Nachrichten verwalten darf.
managers-only = Das kann nur, wer diesen Server verwalten darf.
missing-permissions = Ich kann in diesem Kanal keine Bilder zeigen: Die Serverleitung muss mir hier { $permissions } erlauben.
no-server = Ich arbeite nur in den Kanälen eines Servers.
wrong-aspect = Dieses Format gibt es hier nicht; nimm eines von { $aspects }.
strength-without-image = Die Stärke sagt, wie weit sich ein Bild ändern darf: Häng ein Bild an oder lass die Stärke weg.
request-error = Das geht nicht: { $message }.
restricted-elsewhere = Dieses Bild entstand in einem Kanal mit Altersbeschränkung und wird nur in einem solchen gezeigt.
image-too-large = Dieses Bild ist zu groß; höchstens { $most } MiB werden genommen.
image-too-slow = Dieses Bild lädt zu lange; häng es stattdessen an `/imagine` an.
image-refused = Dieses Bild kann nicht verwendet werden: { $reason }.
no-image = Diese Nachricht hat kein Bild in PNG, JPEG oder WebP.
needs-its-inputs = Dieses Bild entstand aus einem anderen, das nicht hier ist.
no-log-channel = Dieser Server hat keinen Kanal für Meldungen; sag es der Moderation.
incident = Hier ist etwas schiefgegangen. Wenn es wieder passiert, nenne der Person, die den Bot betreibt, diese Nummer: { $incident }

## Forms

form-edit = Ändern und neu machen
form-init = Mit diesem Bild beginnen
form-report = Der Moderation melden
field-prompt = Prompt
field-prompt-hint = Was das Bild zeigen soll
field-negative = Ohne
field-negative-hint = Was es nicht zeigen soll
field-style = Stil
field-parameters = Parameter
field-parameters-hint = Flags wie --ar 3:2 --seed 7 --steps 80 --style pencil
field-strength = Stärke
field-strength-hint = Wie weit sich das Bild ändern darf, 0 bis 1; leer für die üblichen 0.6
field-reason = Was ist nicht in Ordnung?
reported = Danke. Die Moderation hat es.
report = 🚩 { $reporter } meldet { $link }: { $reason }
bad-strength = Die Stärke ist eine Zahl von 0 bis 1, zum Beispiel 0.6.

## Parameters

info-title = Parameter { $job }
info-from-image = aus einem Bild
info-again = Noch einmal
info-footer = Ähnlichkeit { $similarity } · { $seconds } s

## Queue, history, numbers

queue-running = 🎨 { $job }
queue-more =
    { $count ->
        [one] … und noch eines
       *[other] … und { $count } weitere
    }
queue-elsewhere =
    { $count ->
        [one] Ein Bild wartet auf anderen Servern.
       *[other] { $count } Bilder warten auf anderen Servern.
    }
queue-paused =
    { $has_reason ->
        [yes] ⏸️ Pause: { $reason }
       *[no] ⏸️ Pause.
    }
queue-empty = Nichts wartet. Dein nächstes Bild beginnt sofort.
cancelled-job = #{ $job } ist abgebrochen.
history-title =
    { $count ->
        [one] Dein Bild
       *[other] Deine { $count } Bilder
    }
history-page = Seite { $page } von { $pages } · /show zeigt eines noch einmal
history-empty = Du hast hier noch keine Bilder. Mach eines mit `/imagine`.
stats =
    { $pictures ->
        [0] Hier ist noch kein Bild entstanden.
        [one] Hier ist ein Bild entstanden, in { $minutes } Minuten Arbeit; die Hälfte braucht weniger als { $median } s. Das Modell ist { $model }.
       *[other] { $pictures } Bilder von { $people } Personen, { $day } in den letzten 24 Stunden, in { $minutes } Minuten Arbeit; die Hälfte braucht weniger als { $median } s. Das Modell ist { $model }.
    }
me-waiting = ⏳ In Arbeit: { $used } von { $limit }
me-hour = 🕐 Bilder übrig in dieser Stunde: { $left } von { $limit }
me-day = 📅 Schritte übrig heute: { $left } von { $limit }
me-next = mehr { $at }
me-weight = ⚖️ Du bist in jeder Runde { $weight }-mal dran.
me-banned =
    { $forever ->
        [yes] ⛔ Du darfst auf diesem Server keine Bilder anfragen. { $reason }
       *[no] ⛔ Du darfst auf diesem Server { $until } wieder Bilder anfragen. { $reason }
    }

## Privacy

privacy-export = Alles, was über dich gespeichert ist. Die Bilder sind in den Kanälen; hier stehen ihre Namen.
privacy-not-sure = Nichts wurde gelöscht. Wähle `sure: True`, um alles endgültig zu löschen.
privacy-deleted = Deine Worte, Bilder, Stile und meine Nachrichten damit sind weg. Deine Nummer bleibt einen Tag, weil die Tagesgrenzen danach zählen, und geht dann auch. Was die Moderation über dich notiert hat, bleibt bei ihrem Server.

## Styles

style-builtin = **Stile, die ich mitbringe**
style-own = **Deine Stile**
style-saved = `{ $name }` ist gespeichert: { $words }
style-deleted = `{ $name }` ist gelöscht.
style-unknown = Du hast keinen Stil namens { $name }.
style-bad-name = Der Name eines Stils hat nur Buchstaben, Ziffern, - und _.
style-taken = `{ $name }` ist ein Stil, den ich mitbringe; nimm einen anderen Namen.
style-too-many = Du hast { $most } Stile; lösche erst einen.
style-empty = Ein Stil braucht Wörter.

## Prompt sessions

session-begins =
    🖼️ **{ $theme }**: eine Prompt-Session von { $host }, endet { $end }. { $each ->
        [one] Ein Bild
       *[other] Bis zu { $each } Bilder
    } pro Person, im Thread darunter.
session-welcome =
    Das Thema ist **{ $theme }**. Nimm hier `/imagine`; { $each ->
        [one] ein Bild
       *[other] bis zu { $each } Bilder
    } pro Person, Schluss ist { $end }. Stimm mit { $vote } für das ab, was dir am besten gefällt; die eigene Stimme für dich selbst zählt nicht.
session-results = Ergebnis: { $theme }
session-nobody = Diesmal hat niemand ein Bild beigetragen.
session-over = 🏁 Die Session **{ $theme }** ist beendet: { $link }
session-status = **{ $theme }** in { $thread } endet { $end }; bisher { $count ->
        [one] ein Bild
       *[other] { $count } Bilder
    }.
session-none = Hier läuft keine Session. Beginne eine mit `/session start`.
session-which = In diesem Kanal laufen mehrere Sessions; nimm das im Thread von einer.
session-not-yours = Nur die Person, die sie begonnen hat, oder die Moderation kann eine Session beenden.
session-closing = Diese Session endet schon; das Ergebnis kommt, wenn die letzten Bilder fertig sind.
session-ending = Die Session nimmt keine Bilder mehr; das Ergebnis kommt, wenn die laufenden fertig sind.
session-needs-a-channel = Eine Session beginnt in einem Textkanal, nicht in einem Thread.
session-empty-theme = Eine Session braucht ein Thema.
session-too-many = Dieser Server hat so viele Sessions wie möglich; beende erst eine.
session-one-each = Frag in einer Session ein Bild nach dem anderen an, damit für jedes abgestimmt werden kann.

## Moderators

mod-paused = Pause. Nichts von diesem Server beginnt, und neue Anfragen werden abgelehnt, bis `/mod resume`.
mod-resumed = Es geht weiter.
mod-not-paused = Es war keine Pause.
mod-cleared =
    { $count ->
        [0] Nichts hat gewartet.
        [one] Ein Job ist abgebrochen.
       *[other] { $count } Jobs sind abgebrochen.
    }
mod-bumped = #{ $job } ist als Nächstes dran.
mod-does-not-wait = Dieser Job wartet nicht.
mod-banned =
    { $forever ->
        [yes] { $member } darf hier keine Bilder anfragen, bis `/mod unban`.
       *[no] { $member } darf hier { $until } wieder Bilder anfragen.
    }
mod-unbanned = { $member } darf hier wieder Bilder anfragen.
mod-not-banned = { $member } war nicht gesperrt.
mod-not-yourself = Du kannst dich nicht selbst sperren.
mod-held = 🛡️ Wartet auf die Moderation: { $jobs }
mod-log-empty = Die Moderation hat noch nichts getan.
bad-duration = { $text } ist keine Dauer; schreib eine Zahl und m, h, d oder w, zum Beispiel 30m oder 7d. Lass sie weg für immer.
pattern-added = `{ $pattern }` ist gesperrt.
pattern-there = Das ist schon gesperrt.
pattern-removed = Es ist wieder erlaubt.
pattern-unknown = Das war nicht gesperrt.
pattern-error = Das ist kein Muster: { $message }.
pattern-too-many = Die Liste ist voll: { $most } Muster.
pattern-no-hit = Nichts in diesem Text ist gesperrt.
pattern-hits =
    Dieser Text wird abgelehnt. Muster dieses Servers: { $patterns }. { $hosts ->
        [0] Keines vom Bot.
        [one] Eines vom Bot.
       *[other] { $hosts } vom Bot.
    }
pattern-none = Dieser Server sperrt keine eigenen Wörter.
pattern-count = { $own } Muster dieses Servers, { $hosts } vom Bot.

audit-pause = { $actor } hat Bilder pausiert
audit-resume = { $actor } hat Bilder wieder aufgenommen
audit-remove = { $actor } hat einen Job von { $target } abgebrochen
audit-delete = { $actor } hat ein Bild von { $target } gelöscht
audit-clear = { $actor } hat die Warteschlange geleert
audit-bump = { $actor } hat einen Job von { $target } vorgezogen
audit-ban = { $actor } hat { $target } gesperrt
audit-unban = { $actor } hat { $target } entsperrt
audit-block = { $actor } hat ein Muster gesperrt
audit-unblock = { $actor } hat ein Muster wieder erlaubt
audit-approve = { $actor } hat ein Bild von { $target } freigegeben
audit-reject = { $actor } hat ein Bild von { $target } abgelehnt
audit-configure = { $actor } hat die Einstellungen geändert
audit-report = { $actor } hat eine Nachricht gemeldet

## Settings of a server

config-saved = Gespeichert. Alles zeigt `/config show`.
config-too-many = Davon sind höchstens { $most } möglich.
config-limit-range = Diese Grenze darf hier { $least } bis { $most } sein; wie weit, entscheidet, wer den Bot betreibt.
config-role-nothing = Wähle ein Gewicht, eine Grenze oder Vergessen.
config-preview = Wer den Bot betreibt, erlaubt einen Abstand von mindestens { $least } s.
config-role-which = Wähle, für welche Grenze diese Zahl gilt.
config-no-concepts = Für den Bot ist nichts eingerichtet, wonach gesucht wird; siehe `[[concept]]` in config.toml.
config-cannot-write = Ich kann in { $channel } nicht schreiben: Erlaube mir dort erst { $permissions }.
config-channels = **Kanäle**: { $channels }
config-all = alle
config-nowhere = nirgends
config-role = { $role }: { $weight }-mal pro Runde, Grenzen: { $limits }
config-gallery = **Galerie**: { $channel }, ab { $stars } ⭐
config-log = **Log**: { $channel }
config-preview-every = **Vorschau**: alle { $seconds } s
config-spoiler =
    { $covered ->
        [yes] **Bilder** sind verdeckt
       *[no] **Bilder** sind nicht verdeckt
    }
config-screening = **Prüfung**: { $mode }; in Kanälen mit Altersbeschränkung: { $restricted }
config-language = **Sprache**: { $language }
config-paused = ⏸️ **Pause**
limit-waiting-per-member = Bilder in Arbeit, pro Person
limit-waiting-per-server = Bilder in Arbeit, auf dem Server
limit-jobs-per-hour = Bilder pro Stunde, pro Person
limit-steps-per-day = Schritte pro Tag, pro Person
limit-account-age-days = Tage, die ein Konto alt sein muss
limit-membership-age-hours = Stunden, die ein Mitglied hier sein muss
screening-off = aus
screening-spoiler = verdecken
screening-hold = für die Moderation zurückhalten
language-server = die des Servers
language-en = English
language-de = Deutsch
quality-draft = Entwurf: halb so viele Schritte
quality-normal = normal
quality-high = hoch: doppelt so viele Schritte

## Help

help-title = Bilder aus Worten
help-text = Nimm `/imagine` und sag, was du sehen möchtest. Ein CLIP-Modell sieht sich ein Bild an, das als Rauschen beginnt, sagt, wie gut es zu deinen Worten passt, und das Bild wird Schritt für Schritt dorthin geschoben, vor deinen Augen.
help-prompts-title = Prompts
help-prompts = Gewichte: `castle::2 fog::0.5`. Ohne: `--no text`. Abschnitte: `a forest at 50 %: a burning forest`. Flags: `--ar 3:2 --seed 7 --steps 80 --stop 70% --style pencil`. Dieselben Worte und derselbe Seed geben dasselbe Bild. Die Modelle verstehen Englisch am besten.
help-buttons-title = Unter einem Bild
help-buttons = 🔁 neuer Seed · ✏️ ändern · 🎨 vier Varianten · ⏩ mehr Schritte · 🔍 doppelt so groß · 🎬 Zeitraffer · ℹ️ Parameter · 🗑️ löschen. Als Reaktionen: 🔁 noch einmal, ❌ das eigene abbrechen oder löschen, ⭐ für die Galerie. Rechtsklick auf eine Nachricht, Apps: mit einem Bild beginnen, Parameter zeigen, melden.
help-sessions-title = Sessions
help-sessions = `/session start` öffnet einen Thread, in dem alle zu einem Thema beitragen und abstimmen.
help-yours-title = Deins
help-yours = `/queue` `/cancel` `/history` `/show` `/style` `/me` `/stats` `/privacy`
help-moderators-title = Moderation
help-moderators = `/mod` für alle, die Nachrichten verwalten, `/config` für alle, die den Server verwalten.
help-footer = Geleitet von { $model }

## What Discord shows of commands

cmd-imagine = Macht aus deinen Worten ein Bild, das in diesem Kanal entsteht
cmd-queue = Was läuft und wartet
cmd-cancel = Bricht eines deiner Bilder ab
cmd-history = Deine Bilder, Seite für Seite
cmd-show = Zeigt ein fertiges Bild noch einmal
cmd-stats = Was auf diesem Server entstanden ist
cmd-me = Deine Grenzen, was davon übrig ist und wann es mehr wird
cmd-help = Wie es geht
cmd-privacy = Was über dich gespeichert ist
cmd-privacy-export = Alles, was über dich gespeichert ist, als Datei
cmd-privacy-delete = Löscht alles, was über dich gespeichert ist, endgültig
cmd-style = Stile: eigene Wörter unter einem eigenen Namen
cmd-style-save = Speichert einen Stil oder ändert einen
cmd-style-list = Alle Stile, die du nehmen kannst
cmd-style-delete = Löscht einen deiner Stile
cmd-session = Prompt-Sessions: ein Thema, ein Thread, Stimmen, eine Rangliste
cmd-session-start = Beginnt eine Session in einem Thread dieses Kanals
cmd-session-status = Wie eine Session steht
cmd-session-end = Beendet eine Session vor ihrer Zeit
cmd-mod = Für die Moderation
cmd-mod-queue = Was hier läuft und wartet
cmd-mod-pause = Beginnt nichts mehr von diesem Server
cmd-mod-resume = Beginnt wieder mit Bildern
cmd-mod-remove = Bricht einen Job ab
cmd-mod-clear = Bricht alles ab, was wartet oder läuft
cmd-mod-bump = Zieht einen Job vor
cmd-mod-ban = Lässt jemanden hier keine Bilder mehr anfragen
cmd-mod-unban = Lässt jemanden wieder anfragen
cmd-mod-log = Was die Moderation hier getan hat
cmd-blocklist = Wörter, die hier nicht angefragt werden dürfen
cmd-blocklist-add = Sperrt ein Wort oder mehrere hintereinander; * für Buchstaben, ? für einen
cmd-blocklist-remove = Erlaubt ein Muster wieder
cmd-blocklist-test = Ob ein Text abgelehnt würde
cmd-blocklist-list = Muster dieses Servers
cmd-config = Einstellungen dieses Servers
cmd-config-show = Alle Einstellungen
cmd-config-channel = Wo Bilder angefragt werden dürfen
cmd-config-limit = Eine Grenze dieses Servers
cmd-config-role = Was bekommt, wer eine Rolle hat
cmd-config-gallery = Wohin Bilder mit Sternen kopiert werden
cmd-config-log = Wo die Moderation liest, was getan und gemeldet wurde
cmd-config-preview = Wie oft entstehende Bilder gezeigt werden
cmd-config-spoiler = Ob jedes Bild verdeckt ist
cmd-config-screening = Was mit einem Bild geschieht, in dem ein Begriff gefunden wird
cmd-config-language = In welcher Sprache alle angesprochen werden
cmd-config-reset = Alles so, wie es der Bot vorgibt

opt-prompt = Was das Bild zeigen soll; Flags wie --ar 16:9 oder --no fog zählen
opt-negative = Was es nicht zeigen soll
opt-seed = Derselbe Seed und dieselben Worte geben wieder dasselbe Bild
opt-aspect = Breite zu Höhe
opt-steps = Mehr Schritte dauern länger und geben mehr Einzelheiten
opt-quality = Halb so viele, die üblichen oder doppelt so viele Schritte
opt-style = Wörter, die zu jedem Prompt kommen; siehe /style list
opt-image = Womit es beginnt, statt mit Rauschen
opt-strength = Wie weit sich das Bild ändern darf: 0 behält es, 1 nimmt nur eine Andeutung
opt-count = Mehrere auf einmal, in einer Nachricht
opt-spoiler = Verdeckt das Bild, bis jemand es aufdeckt
opt-own-job = Eines deiner Bilder in Arbeit
opt-finished-job = Seine Nummer
opt-job = Seine Nummer
opt-sure = True löscht endgültig
opt-style-name = Buchstaben, Ziffern, - und _
opt-style-words = Zum Beispiel: a woodcut of {"{}"}, oder: at dusk, in rain
opt-theme = Wovon alle ein Bild machen
opt-minutes = Wie lange sie dauert
opt-per-person = Wie viele Bilder jede Person beitragen kann
opt-reason = Was die Leute lesen
opt-clear-member = Nur die dieser Person
opt-ban-member = Wen
opt-unban-member = Wen
opt-duration = Zum Beispiel 30m, 12h, 7d; leer für immer
opt-page = 1 ist die neueste
opt-pattern = Ein Wort oder mehrere; * steht für bis zu zehn Buchstaben, ? für einen
opt-test-text = Was jemand schreiben könnte
opt-channel = Welcher
opt-allowed = Ob dort Bilder angefragt werden dürfen
opt-limit = Welche
opt-limit-value = Wie viel; leer für den Wert des Bots
opt-role = Welche
opt-weight = Wie oft in jeder Runde der Warteschlange
opt-forget = Zurück zu dem, was alle haben
opt-gallery = Leer für keine
opt-stars = Wie viele genügen
opt-log = Leer für keinen
opt-seconds = Leer für den Wert des Bots
opt-covered = Ob
opt-mode = Was geschieht
opt-screening-channel = Nur in diesem Kanal
opt-restricted = Nur in Kanälen mit Altersbeschränkung
opt-language = Welche

menu-init = Mit diesem Bild beginnen
menu-rerun = Noch einmal mit neuem Seed
menu-info = Parameter zeigen
menu-report = Der Moderation melden
