// Asks before an age-restricted channel is shown, once per channel until the page is reloaded.

import { byId, h } from "./dom.js";
import { channel } from "./state.js";

const confirmed = new Set();

export function renderGate() {
  const here = channel();
  const shut = Boolean(here?.nsfw) && !confirmed.has(here.parent_id ?? here.id);
  const gate = byId("gate");
  gate.hidden = !shut;
  for (const id of ["scroller", "foot"]) byId(id).hidden = shut;
  if (!shut) return;
  gate.replaceChildren(h("div", { class: "glyph", "aria-hidden": "true" }, "18+"), h("h2", {}, "Age-restricted channel"),
    h("p", {}, "This channel is for adults. Do you want to continue?"),
    h("button", { type: "button", class: "primary", dataset: { testid: "gate-continue" }, onclick: () => { confirmed.add(here.parent_id ?? here.id); renderGate(); byId("composer").focus(); } }, "Continue"));
}
