// Age-restricted channels ask once, for as long as the page is open.

import { byId, h } from "./dom.js";
import { channel } from "./state.js";

const letIn = new Set();

export function renderGate() {
  const here = channel();
  const shut = Boolean(here?.nsfw) && !letIn.has(here.parent_id ?? here.id);
  const gate = byId("gate");
  gate.hidden = !shut;
  for (const id of ["scroller", "foot"]) byId(id).hidden = shut;
  if (!shut) return;
  gate.replaceChildren(h("div", { class: "glyph", "aria-hidden": "true" }, "18+"), h("h3", {}, "Age-restricted channel"),
    h("p", {}, "What is posted here is meant for adults. Do you want to go on?"),
    h("button", { type: "button", class: "primary", dataset: { testid: "gate-continue" }, onclick: () => { letIn.add(here.parent_id ?? here.id); renderGate(); byId("composer").focus(); } }, "Continue"));
}
