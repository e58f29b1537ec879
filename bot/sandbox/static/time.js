// Formats message times and Discord's <t:unix:style> timestamps, and updates the relative ones.

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "long", year: "numeric" });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "short" });
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });
const UNITS = [["year", 31_536_000], ["month", 2_592_000], ["day", 86_400], ["hour", 3600], ["minute", 60], ["second", 1]];
const STYLES = {
  t: { timeStyle: "short" },
  T: { timeStyle: "medium" },
  d: { dateStyle: "short" },
  D: { dateStyle: "long" },
  f: { dateStyle: "long", timeStyle: "short" },
  F: { dateStyle: "full", timeStyle: "short" },
};

export const timeOfDay = (date) => clock.format(date);
export const dayOf = (date) => day.format(date);
export const inFull = (date) => full.format(date);

export function stamp(date) {
  const today = new Date();
  if (date.toDateString() === today.toDateString()) return timeOfDay(date);
  const yesterday = new Date(today.getTime() - 86_400_000);
  if (date.toDateString() === yesterday.toDateString()) return `Yesterday at ${timeOfDay(date)}`;
  return `${date.toLocaleDateString()} ${timeOfDay(date)}`;
}

function fromNow(date) {
  const seconds = (date.getTime() - Date.now()) / 1000;
  const [unit, size] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? ["second", 1];
  return relative.format(Math.trunc(seconds / size), unit);
}

export function timestampElement(unix, style) {
  const date = new Date(unix * 1000);
  const element = document.createElement("time");
  element.className = "stamp";
  element.dateTime = date.toISOString();
  element.title = inFull(date);
  if (style === "R") {
    element.dataset.relative = String(unix);
    element.textContent = fromNow(date);
  } else {
    element.textContent = new Intl.DateTimeFormat(undefined, STYLES[style] ?? STYLES.f).format(date);
  }
  return element;
}

setInterval(() => {
  for (const element of document.querySelectorAll("time[data-relative]")) {
    const words = fromNow(new Date(Number(element.dataset.relative) * 1000));
    if (element.textContent !== words) element.textContent = words;
  }
}, 1000);
