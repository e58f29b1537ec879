# The bot's texts in German, with the ids and variables of en.ftl; see bot/chat/i18n/localizer.py.

## The message of a job

prompt-of-images = *nur aus Bildern*
requester = für { $mention }
requester-of = aus #{ $parent }, für { $mention }
negative = ohne *{ $negative }*
queued = ⏳ **In der Warteschlange**, Platz { $position }
queued-unplaced = ⏳ **In der Warteschlange**
queued-next = ⏳ **In der Warteschlange**, als Nächstes dran
queued-paused = ⏸️ **In der Warteschlange**; Bilder sind auf diesem Server pausiert
starts = startet { $at }
starting = 🎨 **Startet** …
running = 🎨 `{ $bar }` { $step }/{ $total }
similarity = Ähnlichkeit { $similarity }
held = 🛡️ **Wartet auf Freigabe durch die Moderation** ({ $concepts })
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
reason-crashed = Die Engine ist bei dieser Anfrage zweimal abgestürzt. Wer den Bot betreibt, findet die Ursache im Log.
reason-broken = Ein Fehler ist aufgetreten. Wer den Bot betreibt, findet ihn im Log unter Job { $job }.
reason-interrupted = Der Bot wurde dreimal beendet, während er dieses Bild machte. Versuche es mit „Neuer Seed“ oder `/imagine` noch einmal.
reason-refused = Discord nimmt dieses Bild oder seinen Text nicht an. Versuche andere Wörter.
reason-no-access = Ich kann in dem Kanal nichts mehr posten.
reason-unreachable = Discord war einen Tag lang nicht erreichbar.
undeliverable = Dein Bild #{ $job } konnte in { $channel } nicht gepostet werden. { $reason }
reason-not-stored = Das Bild ließ sich auf dem Datenträger des Bots nicht speichern. Wer den Bot betreibt, findet die Ursache im Log.
reason-lost = Das fertige Bild ging verloren, bevor es gepostet werden konnte.
reason-input-gone = Ein Bild, aus dem dieses entstehen sollte, wurde gelöscht.
reason-rejected = 🚫 **Nicht gezeigt**: Die Moderation hat es abgelehnt.

button-cancel = Abbrechen
button-finish = Jetzt fertigstellen
button-rerun = Neuer Seed
button-edit = Bearbeiten
button-vary = Varianten
button-more = Mehr Schritte
button-upscale = Hochskalieren
button-timelapse = Zeitraffer
button-info = Parameter
button-delete = Löschen
button-view = Ansehen
button-approve = Freigeben
button-reject = Ablehnen

## Refusals by admission

refused-banned =
    { $has_detail ->
        [yes] Du darfst auf diesem Server keine Bilder erstellen: { $detail }
       *[no] Du darfst auf diesem Server keine Bilder erstellen.
    }
refused-paused =
    { $has_detail ->
        [yes] Bilder sind auf diesem Server pausiert: { $detail }
       *[no] Bilder sind auf diesem Server pausiert. Versuch es später noch einmal.
    }
refused-wrong-channel = Bilder kannst du nur in { $detail } erstellen.
refused-account-too-young =
    { $limit ->
        [one] Dein Konto muss mindestens einen Tag alt sein, damit du hier Bilder erstellen kannst.
       *[other] Dein Konto muss mindestens { $limit } Tage alt sein, damit du hier Bilder erstellen kannst.
    }
refused-member-too-new =
    { $limit ->
        [one] Du musst mindestens eine Stunde auf diesem Server sein, um Bilder zu erstellen.
       *[other] Du musst mindestens { $limit } Stunden auf diesem Server sein, um Bilder zu erstellen.
    }
refused-blocked-words = Einige dieser Wörter stehen auf der Sperrliste.
refused-too-many-steps = Das Limit hier sind { $limit } Schritte.
refused-too-many-views = Das Limit hier sind { $limit } Ansichten je Schritt.
refused-too-large = Dieses Bild wäre zu groß: Das Limit hier sind { $limit } Pixel.
refused-canvas-not-offered = Diese Leinwand gibt es hier nicht. Nimm eine von { $detail }.
refused-too-large-for-canvas = Dieses Bild wäre für die Leinwand { $detail } zu groß: Ihr Limit sind { $limit } Pixel.
refused-too-many-waiting =
    { $limit ->
        [one] Du kannst nur ein unfertiges Bild gleichzeitig haben. Warte, bis es fertig ist, oder brich es ab.
       *[other] Du kannst { $limit } unfertige Bilder gleichzeitig haben. Warte, bis eines fertig ist, oder brich eines ab.
    }
refused-server-full =
    { $limit ->
        [one] Dieser Server kann nur ein unfertiges Bild gleichzeitig haben. Versuch es in ein paar Minuten noch einmal.
       *[other] Dieser Server kann { $limit } unfertige Bilder gleichzeitig haben. Versuch es in ein paar Minuten noch einmal.
    }
refused-queue-full =
    { $limit ->
        [one] Die Warteschlange ist voll: Ein Bild wartet. Versuch es in ein paar Minuten noch einmal.
       *[other] Die Warteschlange ist voll: { $limit } Bilder warten. Versuch es in ein paar Minuten noch einmal.
    }
refused-too-many-this-hour =
    { $limit ->
        [one] Das Limit ist ein Bild pro Stunde.
       *[other] Das Limit sind { $limit } Bilder pro Stunde.
    }
refused-too-many-steps-today = Das Limit sind { $limit } Schritte pro Tag.
refused-rerun-twice = Du hast dieses Bild schon einmal per Reaktion wiederholt. Nimm den Button oder `/imagine`, um mehr zu erstellen.
refused-session-over = Diese Session ist beendet. Starte eine neue mit `/session start` oder nimm `/imagine` im Kanal.
refused-session-full =
    { $limit ->
        [one] Du kannst nur ein Bild zu dieser Session einreichen, und das hast du schon.
       *[other] Du kannst { $limit } Bilder zu dieser Session einreichen, und das hast du schon.
    }
retry-at = Du kannst es { $at } wieder versuchen.

## Other refusals

unknown-job = Diesen Job kenne ich nicht mehr.
erased = Wer dieses Bild erstellt hat, hat die eigenen Daten löschen lassen. Es kann nicht noch einmal erstellt werden.
file-gone = Diese Datei wurde gelöscht.
not-yours-to-cancel = Nur wer das Bild angefragt hat oder die Moderation kann es abbrechen.
not-yours-to-cancel-by-command = Dieser Job gehört jemand anderem. Für die Moderation gibt es `/mod remove`.
not-yours-to-finish = Nur wer das Bild angefragt hat oder die Moderation kann es vorzeitig fertigstellen.
not-yours-to-delete = Nur wer das Bild angefragt hat oder die Moderation kann es löschen.
not-your-history = Das ist der Verlauf von jemand anderem. Deinen zeigt `/history`.
too-late-to-cancel =
    Zu spät zum Abbrechen: Dieser Job { $state ->
        [posting] wird gerade gepostet
        [done] ist fertig
        [failed] ist fehlgeschlagen
       *[cancelled] ist abgebrochen
    }.
not-running = Dieser Job läuft gerade nicht.
not-held = Dieses Bild wartet nicht mehr auf Freigabe.
still-held = Dieses Bild wartet auf Freigabe durch die Moderation.
moderators-only = Dafür brauchst du die Berechtigung „Nachrichten verwalten“.
managers-only = Dafür brauchst du die Berechtigung „Server verwalten“.
thread-not-joined = Ich bin nicht in diesem privaten Thread und kann hier keine Bilder posten. Erwähne mich, um mich hinzuzufügen, und versuche es dann noch einmal.
missing-permissions = Ich kann in diesem Kanal keine Bilder posten. Bitte die Serverleitung, mir hier diese Berechtigungen zu geben: { $permissions }.
no-server = Ich funktioniere nur in den Kanälen eines Servers.
wrong-aspect = Dieses Seitenverhältnis gibt es hier nicht. Nimm eines von { $aspects }.
wrong-canvas = Diese Leinwand gibt es hier nicht. Nimm eine von { $canvases }.
strength-without-image = Die Stärke sagt, wie weit sich ein angehängtes Bild ändern darf. Häng ein Bild an oder lass sie weg.
request-error = Das kann ich nicht erstellen: { $message }.
restricted-elsewhere = Dieses Bild entstand in einem Kanal mit Altersbeschränkung und kann nur in einem solchen gezeigt werden.
image-too-large = Dieses Bild ist zu groß. Das Limit sind { $most } MiB.
image-too-slow = Dieses Bild lädt zu lange. Häng es stattdessen an `/imagine` an.
image-refused = Ich kann dieses Bild nicht verwenden: { $reason }.
no-image = Diese Nachricht hat kein Bild.
image-not-sent = Discord hat dieses Bild nicht geliefert. Versuch es bitte noch einmal.
left-out = { $problem }. Übrig bleibt: **{ $prompt }**
from-another-program = Das gehört zu einem anderen Programm: { $items }
unknown-control = Dieser Button oder dieses Formular ist hier unbekannt. Vielleicht stammt er von einer anderen Version des Bots; frag noch einmal nach dem Bild.
go-on-gone = Dieser Button funktioniert nicht mehr. Schick den Text noch einmal, ohne das, was die Nachricht nennt.
button-go-on = Ohne das erstellen
needs-its-inputs = Dieses Bild entstand aus einem anderen Bild, das nicht in der Datei ist.
no-log-channel = Dieser Server hat keinen Kanal für Meldungen. Sag bitte der Moderation Bescheid.
not-stored = Der Datenträger des Bots ist voll oder gestört, daher lässt sich gerade nichts speichern. Versuch es später noch einmal.
unreachable = Discord war für einen Teil davon nicht erreichbar. Bitte versuch es gleich noch einmal.
incident = Etwas ist schiefgegangen. Wenn es wieder passiert, nenne der Person, die den Bot betreibt, diese Nummer: { $incident }

## Forms

form-edit = Bearbeiten und neu erstellen
form-init = Mit diesem Bild starten
form-report = Der Moderation melden
field-prompt = Prompt
field-prompt-hint = Was das Bild zeigen soll
field-negative = Negativer Prompt
field-negative-hint = Was das Bild nicht zeigen soll
field-style = Stil
field-parameters = Parameter
field-parameters-hint = Flags, zum Beispiel --ar 3:2 --seed 7 --steps 80 --style pencil
field-strength = Stärke
field-strength-hint = Wie weit sich das Bild ändern darf, von 0 bis 1. Standard: 0.6
field-reason = Was ist nicht in Ordnung?
reported = Danke. Die Moderation hat deine Meldung.
report = 🚩 { $reporter } hat { $link } gemeldet: { $reason }
bad-strength = Die Stärke muss eine Zahl von 0 bis 1 sein, zum Beispiel 0.6.

## Parameters

info-title = Parameter { $job }
info-from-image = aus einem Bild
info-command = Prompt für dasselbe Bild
info-footer = Ähnlichkeit { $similarity } · { $seconds } s

## Queue, history, statistics

queue-running = 🎨 { $job }
queue-more =
    { $count ->
        [one] … und noch eines
       *[other] … und { $count } weitere
    }
queue-other-servers =
    { $count ->
        [one] Ein Bild wartet auf anderen Servern.
       *[other] { $count } Bilder warten auf anderen Servern.
    }
queue-paused =
    { $has_reason ->
        [yes] ⏸️ Pausiert: { $reason }
       *[no] ⏸️ Pausiert.
    }
queue-device-busy = 🖥️ { $device }: beschäftigt
queue-device-free = 🖥️ { $device }: frei
queue-device-away = ⚠️ { $device }: außer Betrieb
queue-empty = Die Warteschlange ist leer. Dein nächstes Bild startet sofort.
cancelled-job = #{ $job } abgebrochen.
history-title =
    { $count ->
        [one] Dein Bild
       *[other] Deine { $count } Bilder
    }
history-page = Seite { $page } von { $pages } · /show postet ein Bild noch einmal
history-empty = Du hast hier noch keine Bilder. Erstelle eines mit `/imagine`.
stats =
    { $pictures ->
        [0] Hier wurden noch keine Bilder erstellt.
        [one] Hier wurde ein Bild erstellt, in { $minutes } Minuten Rechenzeit. Median pro Bild: { $median } s. Modell: { $model }.
       *[other] { $pictures } Bilder von { $people } Mitgliedern, { $day } davon in den letzten 24 Stunden, in { $minutes } Minuten Rechenzeit. Median pro Bild: { $median } s. Modell: { $model }.
    }
me-waiting = ⏳ Unfertige Bilder: { $used } von { $limit }
me-hour = 🕐 Übrige Bilder in dieser Stunde: { $left } von { $limit }
me-day = 📅 Übrige Schritte heute: { $left } von { $limit }
me-next = mehr { $at }
me-weight = ⚖️ Du bist in jeder Runde der Warteschlange { $weight }-mal dran.
me-banned =
    { $forever ->
        [yes] ⛔ Du darfst auf diesem Server keine Bilder erstellen. { $reason }
       *[no] ⛔ Du darfst auf diesem Server keine Bilder erstellen. Die Sperre endet { $until }. { $reason }
    }

## Privacy

privacy-export = Das sind alle Daten, die ich über dich speichere. Die Bilder selbst sind in den Kanälen; diese Datei nennt ihre Namen.
privacy-not-confirmed = Nichts wurde gelöscht. Wähle `sure: True`, um deine Daten endgültig zu löschen.
privacy-deleted = Ich habe deine Prompts, Bilder und Stile gelöscht, und meine Nachrichten dazu. Deine Nutzer-ID bleibt noch einen Tag, weil die Tageslimits sie brauchen. Die Audit-Logs der Server behalten, was die Moderation über dich eingetragen hat.

## Styles

style-builtin = **Eingebaute Stile**
style-own = **Deine Stile**
style-saved = `{ $name }` gespeichert: { $words }
style-deleted = `{ $name }` gelöscht.
style-unknown = Du hast keinen Stil namens { $name }.
style-bad-name = Der Name eines Stils darf nur Buchstaben, Ziffern, - und _ enthalten.
style-taken = `{ $name }` ist ein eingebauter Stil. Nimm einen anderen Namen.
style-too-many = Du hast { $most } Stile, das ist das Limit. Lösche erst einen.
style-empty = Gib bitte die Wörter des Stils ein.

## Prompt sessions

session-started =
    🖼️ **{ $theme }**: { $host } hat eine Prompt-Session gestartet. Sie endet { $end }. Reiche im Thread darunter { $each ->
        [one] ein Bild
       *[other] bis zu { $each } Bilder
    } ein.
session-welcome =
    Das Thema ist **{ $theme }**. Nimm hier `/imagine`, um { $each ->
        [one] ein Bild
       *[other] bis zu { $each } Bilder
    } einzureichen. Die Session endet { $end }. Stimme mit { $vote } für Bilder, die dir gefallen; Stimmen für eigene Bilder zählen nicht.
session-results = Ergebnis: { $theme }
session-no-pictures = Niemand hat ein Bild eingereicht.
session-ended = 🏁 Die Session **{ $theme }** ist beendet: { $link }
session-status = **{ $theme }** in { $thread } endet { $end }; bisher { $count ->
        [one] ein Bild
       *[other] { $count } Bilder
    }.
session-none = Hier gibt es keine Session. Starte eine mit `/session start`.
session-several = In diesem Kanal gibt es mehrere Sessions. Nimm diesen Befehl im Thread einer Session.
session-not-yours = Nur wer die Session gestartet hat oder die Moderation kann sie beenden.
session-already-ending = Diese Session endet schon. Das Ergebnis folgt, wenn die letzten Bilder fertig sind.
session-ending = Die Session nimmt keine Bilder mehr an. Das Ergebnis folgt, wenn die letzten Bilder fertig sind.
session-needs-a-channel = Starte eine Session in einem Textkanal, nicht in einem Thread.
session-empty-theme = Gib bitte ein Thema ein.
session-too-many = Dieser Server hat sein Limit an Sessions erreicht. Beende erst eine.
session-one-each = Reiche in einer Session ein Bild nach dem anderen ein, damit für jedes abgestimmt werden kann.

## Moderators

mod-paused = Pausiert. Bilder in der Warteschlange warten, und neue werden abgelehnt, bis zu `/mod resume`.
mod-resumed = Pause beendet.
mod-not-paused = Bilder sind nicht pausiert.
mod-cleared =
    { $count ->
        [0] Es gab nichts abzubrechen.
        [one] Ein Job abgebrochen.
       *[other] { $count } Jobs abgebrochen.
    }
mod-bumped = #{ $job } ist als Nächstes dran.
mod-not-queued = Dieser Job ist nicht in der Warteschlange.
mod-banned =
    { $forever ->
        [yes] { $member } darf hier keine Bilder erstellen, bis zu `/mod unban`.
       *[no] { $member } darf hier keine Bilder erstellen. Die Sperre endet { $until }.
    }
mod-unbanned = { $member } ist entsperrt.
mod-not-banned = { $member } ist nicht gesperrt.
mod-cannot-ban-yourself = Du kannst dich nicht selbst sperren.
mod-held = 🛡️ Warten auf Freigabe: { $jobs }
mod-log-empty = Das Audit-Log ist leer.
bad-duration = { $text } ist keine Dauer. Schreib eine Zahl und m, h, d oder w, zum Beispiel 30m oder 7d. Leer gilt die Sperre dauerhaft.
pattern-added = `{ $pattern }` steht jetzt auf der Sperrliste.
pattern-exists = Dieses Muster steht schon auf der Sperrliste.
pattern-removed = Das Muster steht nicht mehr auf der Sperrliste.
pattern-unknown = Dieses Muster steht nicht auf der Sperrliste.
pattern-too-long = Dieses Muster ist zu lang: Das Limit sind { $most } Zeichen.
pattern-without-word = In diesem Muster steht kein Wort.
pattern-too-short = `{ $word }` würde auf zu viel passen. Jedes Wort eines Musters braucht zwei Zeichen, darunter ein Buchstabe oder eine Ziffer.
pattern-many-stars = In `{ $word }` stehen mehr als drei *.
pattern-several = `{ $word }` trennt mehrere Muster. Schreibe jedes für sich.
pattern-other-signs = `{ $word }` hat in einem Muster keine Bedeutung; es ist kein regulärer Ausdruck. Schreibe nur Buchstaben, Ziffern, * und ?.
pattern-too-many = Die Sperrliste ist voll: Das Limit sind { $most } Muster.
pattern-no-match = Auf diesen Text passt kein Muster.
pattern-matches =
    Dieser Text ist gesperrt. Passende Muster dieses Servers: { $patterns }. Passende Muster des Bots: { $hosts ->
        [0] keine
       *[other] { $hosts }
    }.
pattern-none = Die Sperrliste dieses Servers ist leer.
pattern-count = Muster: { $own } von diesem Server, { $hosts } vom Bot.

audit-pause = { $actor } hat Bilder pausiert
audit-resume = { $actor } hat die Pause beendet
audit-remove = { $actor } hat einen Job von { $target } abgebrochen
audit-delete = { $actor } hat ein Bild von { $target } gelöscht
audit-clear = { $actor } hat die Warteschlange geleert
audit-bump = { $actor } hat einen Job von { $target } an den Anfang der Warteschlange gestellt
audit-ban = { $actor } hat { $target } gesperrt
audit-unban = { $actor } hat { $target } entsperrt
audit-block = { $actor } hat ein Muster auf die Sperrliste gesetzt
audit-unblock = { $actor } hat ein Muster von der Sperrliste genommen
audit-approve = { $actor } hat ein Bild von { $target } freigegeben
audit-reject = { $actor } hat ein Bild von { $target } abgelehnt
audit-configure = { $actor } hat die Einstellungen geändert
audit-report = { $actor } hat eine Nachricht gemeldet

## Server settings

config-saved = Gespeichert. Alles zeigt `/config show`.
config-too-many = Das Limit ist { $most }.
config-limit-range = Wer den Bot betreibt, erlaubt für dieses Limit { $least } bis { $most }.
config-role-nothing = Wähle ein Gewicht, ein Limit oder Zurücksetzen.
config-preview-range = Wer den Bot betreibt, erlaubt einen Abstand von mindestens { $least } s.
config-role-value-without-limit = Wähle das Limit, für das dieser Wert gilt.
config-no-concepts = Die Prüfung ist nicht verfügbar: In config.toml steht kein `[[concept]]`.
config-no-canvases = Es gibt keine Auswahl: In config.toml steht kein `[[canvas]]`.
config-canvas-needed = { $canvas } lässt sich nicht verbieten, und eine verbotene Leinwand kann nicht die Vorgabe sein.
config-cannot-write = Ich kann in { $channel } nicht posten. Gib mir dort erst diese Berechtigungen: { $permissions }.
config-channels = **Kanäle**: { $channels }
config-all = alle
config-none = kein Kanal
config-role = { $role }: { $weight }-mal pro Runde, Limits: { $limits }
config-gallery = **Galerie**: { $channel }, ab { $stars } ⭐
config-log = **Log-Kanal**: { $channel }
config-preview-interval = **Vorschau**: alle { $seconds } s
config-spoiler =
    { $covered ->
        [yes] **Spoiler**: jedes Bild
       *[no] **Spoiler**: nur auf Wunsch
    }
config-screening = **Prüfung**: { $mode }; in Kanälen mit Altersbeschränkung: { $restricted }
config-canvases = **Leinwände**: { $canvases }; Vorgabe: { $default }
config-language = **Sprache**: { $language }
config-paused = ⏸️ **Pausiert**
limit-waiting-per-member = unfertige Bilder pro Mitglied
limit-waiting-per-server = unfertige Bilder auf dem Server
limit-jobs-per-hour = Bilder pro Stunde und Mitglied
limit-steps-per-day = Schritte pro Tag und Mitglied
limit-account-age-days = Mindestalter des Kontos in Tagen
limit-membership-age-hours = Mindestzeit auf dem Server in Stunden
screening-off = aus
screening-spoiler = als Spoiler markieren
screening-hold = bis zur Freigabe durch die Moderation zurückhalten
language-server = die Sprache des Servers
language-en = English
language-de = Deutsch
quality-draft = Entwurf: halb so viele Schritte
quality-normal = normal
quality-high = hoch: doppelt so viele Schritte

## Help

help-title = Bilder aus Text
help-text = Tippe `/imagine` und beschreibe ein Bild. Der Bot beginnt mit Rauschen. In jedem Schritt bewertet ein CLIP-Modell, wie gut das Bild zu deinem Prompt passt, und das Bild wird so verändert, dass es besser passt. Du kannst im Kanal dabei zusehen.
help-prompts-title = Prompts
help-prompts = Gewichte: `castle::2 fog::0.5`. Negativer Prompt: `--no text`. Abschnitte: `a forest at 50 %: a burning forest`. Flags: `--ar 3:2 --seed 7 --steps 80 --stop 70% --style pencil`. Gleicher Prompt, gleicher Seed und gleiche Einstellungen ergeben wieder dasselbe Bild. Die Modelle verstehen Englisch am besten.
help-buttons-title = Buttons und Reaktionen
help-buttons = 🔁 neuer Seed · ✏️ bearbeiten · 🎨 vier Varianten · ⏩ mehr Schritte · 🔍 auf doppelte Größe hochskalieren · 🎬 Zeitraffer · ℹ️ Parameter · 🗑️ löschen. Als Reaktionen: 🔁 neuer Seed, ❌ eigenes abbrechen oder löschen, ⭐ Stimme für die Galerie. Rechtsklick auf eine Nachricht, dann Apps: mit ihrem Bild starten, wiederholen, Parameter zeigen, melden.
help-sessions-title = Prompt-Sessions
help-sessions = `/session start` öffnet einen Thread, in dem alle Bilder zu einem Thema einreichen und abstimmen können.
help-commands-title = Weitere Befehle
help-commands = `/queue` `/cancel` `/history` `/show` `/style` `/me` `/stats` `/privacy`
help-moderators-title = Moderation
help-moderators = `/mod` braucht die Berechtigung „Nachrichten verwalten“, `/config` die Berechtigung „Server verwalten“.
help-footer = Modell: { $model }

## Names and descriptions of commands, options and menus

cmd-imagine = Erstelle ein Bild aus deinem Prompt
cmd-queue = Zeige laufende und wartende Bilder
cmd-cancel = Brich eines deiner Bilder ab
cmd-history = Zeige deine Bilder, Seite für Seite
cmd-show = Poste ein fertiges Bild noch einmal
cmd-stats = Zeige, wie viele Bilder dieser Server erstellt hat
cmd-me = Zeige deine Limits und was davon übrig ist
cmd-help = Zeige, wie der Bot funktioniert
cmd-privacy = Deine Daten
cmd-privacy-export = Erhalte alle Daten, die über dich gespeichert sind, als Datei
cmd-privacy-delete = Lösche endgültig alle Daten, die über dich gespeichert sind
cmd-style = Deine eigenen Stile
cmd-style-save = Speichere oder ändere einen Stil
cmd-style-list = Liste die Stile auf, die du nehmen kannst
cmd-style-delete = Lösche einen deiner Stile
cmd-session = Prompt-Sessions: Thema, Thread, Abstimmung und Rangliste
cmd-session-start = Starte eine Prompt-Session in diesem Kanal
cmd-session-status = Zeige die aktuelle Rangliste
cmd-session-end = Beende eine Session vorzeitig
cmd-mod = Für die Moderation
cmd-mod-queue = Zeige laufende, wartende und zurückgehaltene Bilder
cmd-mod-pause = Pausiere alle Bilder dieses Servers
cmd-mod-resume = Beende die Pause
cmd-mod-remove = Brich einen Job ab
cmd-mod-clear = Brich alle laufenden und wartenden Jobs ab
cmd-mod-bump = Stelle einen Job an den Anfang der Warteschlange
cmd-mod-ban = Verbiete einem Mitglied, hier Bilder zu erstellen
cmd-mod-unban = Hebe eine Sperre auf
cmd-mod-log = Zeige das Audit-Log
cmd-blocklist = Wörter, die auf diesem Server gesperrt sind
cmd-blocklist-add = Sperre ein Wort oder eine Wortfolge
cmd-blocklist-remove = Nimm ein Muster von der Sperrliste
cmd-blocklist-test = Prüfe, ob ein Text gesperrt ist
cmd-blocklist-list = Liste die Muster dieses Servers auf
cmd-config = Einstellungen dieses Servers
cmd-config-show = Zeige alle Einstellungen
cmd-config-channel = Lege fest, in welchen Kanälen Bilder erstellt werden können
cmd-config-limit = Lege ein Limit dieses Servers fest
cmd-config-role = Lege Gewicht und Limits einer Rolle fest
cmd-config-gallery = Lege den Kanal fest, in den Bilder mit Sternen kopiert werden
cmd-config-log = Lege den Kanal für Audit-Log und Meldungen fest
cmd-config-preview = Lege fest, wie oft die Vorschau aktualisiert wird
cmd-config-spoiler = Lege fest, ob jedes Bild ein Spoiler ist
cmd-config-screening = Lege fest, was mit einem Bild geschieht, in dem die Prüfung etwas findet
cmd-config-canvas = Lege fest, welche Leinwände erlaubt sind und welche die Vorgabe ist
cmd-config-language = Lege die Sprache öffentlicher Nachrichten fest
cmd-config-reset = Setze alle Einstellungen zurück

opt-prompt = Was das Bild zeigen soll; auch mit Flags wie --ar 16:9 oder --no fog
opt-negative = Was das Bild nicht zeigen soll
opt-seed = Gleicher Seed, gleicher Prompt und gleiche Einstellungen ergeben wieder dasselbe Bild
opt-aspect = Seitenverhältnis, Breite zu Höhe
opt-steps = Mehr Schritte dauern länger und ergeben mehr Details
opt-quality = Halb so viele, normal viele oder doppelt so viele Schritte
opt-style = Wörter, die zum Prompt hinzukommen; siehe /style list
opt-canvas = Woraus das Bild entsteht: pyramid oder ein Modell des Bot-Betreibers
opt-image = Das Bild, mit dem es beginnt, statt mit Rauschen
opt-strength = Wie weit sich das Bild ändern darf: 0 behält es, 1 behält nur eine Andeutung
opt-count = Wie viele Bilder in einer Nachricht entstehen
opt-spoiler = Markiert das Bild als Spoiler
opt-own-job = Eines deiner unfertigen Bilder
opt-finished-job = Die Nummer des Bildes
opt-job = Die Nummer des Jobs
opt-sure = True löscht endgültig
opt-style-name = Buchstaben, Ziffern, - und _
opt-style-words = Zum Beispiel: a woodcut of {"{}"}, oder: at dusk, in rain
opt-theme = Was die Bilder zeigen sollen
opt-minutes = Wie lange die Session dauert
opt-per-person = Wie viele Bilder jedes Mitglied einreichen kann
opt-reason = Der Grund; Mitglieder können ihn lesen
opt-clear-member = Nur die Jobs dieses Mitglieds
opt-ban-member = Das Mitglied, das gesperrt wird
opt-unban-member = Das Mitglied, das entsperrt wird
opt-duration = Zum Beispiel 30m, 12h oder 7d; leer gilt dauerhaft
opt-page = Seite 1 ist die neueste
opt-pattern = Ein Wort oder eine Wortfolge; * steht für bis zu zehn Buchstaben, ? für einen
opt-test-text = Der Text, der geprüft wird
opt-channel = Der Kanal
opt-allowed = Ob dort Bilder erstellt werden können
opt-limit = Das Limit
opt-limit-value = Der Wert; leer gilt der Standard des Bots
opt-role = Die Rolle
opt-weight = Wie oft pro Runde der Warteschlange
opt-role-reset = Entfernt Gewicht und Limits dieser Rolle
opt-gallery = Der Kanal; leer für keine Galerie
opt-stars = Wie viele Sterne ein Bild braucht
opt-log = Der Kanal; leer für keinen
opt-seconds = Sekunden zwischen zwei Vorschauen; leer gilt der Standard des Bots
opt-covered = Ob jedes Bild ein Spoiler ist
opt-mode = Was mit einem solchen Bild geschieht
opt-screening-channel = Nur in diesem Kanal
opt-restricted = Nur in Kanälen mit Altersbeschränkung
opt-canvas-name = Die Leinwand
opt-canvas-allowed = Ob sie erlaubt ist
opt-default = Ob sie gilt, wenn ein Mitglied keine nennt
opt-language = Die Sprache

menu-init = Mit diesem Bild starten
menu-rerun = Mit neuem Seed wiederholen
menu-info = Parameter zeigen
menu-report = Der Moderation melden
