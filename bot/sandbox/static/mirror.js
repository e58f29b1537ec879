// The mirror lies behind the message box and colours options; it contains the same text in the same place.

import { byId, h } from "./dom.js";

const mirror = byId("mirror");

export function paint(box, now, checked) {
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight}px`;
  if (!now) { mirror.replaceChildren(); return; }
  const nodes = [];
  let at = 0;
  const text = box.value;
  const push = (end, kind) => { if (end > at) { nodes.push(kind === null ? text.slice(at, end) : h("mark", { class: kind }, text.slice(at, end))); at = end; } };
  push(now.begin, "");
  for (const value of [...now.values.values()].sort((a, b) => a.start - b.start)) {
    if (value.labelStart !== null) { push(value.labelStart, null); push(value.start, checked.errors.has(value.name) && value.text ? "bad" : ""); }
    const from = value.start + (text.slice(value.start, value.end).length - text.slice(value.start, value.end).trimStart().length);
    push(from, null);
    push(from + value.text.length, checked.errors.has(value.name) ? "bad" : "value");
    push(value.end, null);
  }
  push(text.length, null);
  mirror.replaceChildren(...nodes);
}
