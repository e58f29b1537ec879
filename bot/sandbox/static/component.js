// Buttons and selects of a message.

import { call } from "./api.js";
import { h, safeUrl } from "./dom.js";
import { icon } from "./icons.js";
import { select } from "./select.js";
import { state } from "./state.js";

const busy = (message, customId) =>
  [...state.pending.values()].some((entry) => entry.messageId === message.id && entry.customId === customId && entry.state === "pending");

async function use(message, component, values, failed) {
  try {
    const path = `/channels/${message.channel_id}/messages/${message.id}/components`;
    await call("POST", path, { custom_id: component.custom_id, values });
  } catch (error) {
    failed(error.message);
  }
}

function button(message, component, failed) {
  const label = [component.emoji && h("span", { "aria-hidden": "true" }, component.emoji.name), component.label && h("span", {}, component.label)];
  if (component.style === 5) {
    return h("a", { class: "component style-5", href: safeUrl(component.url), target: "_blank", rel: "noopener noreferrer" }, label, icon("open", 15));
  }
  const waiting = busy(message, component.custom_id);
  return h("button", {
    type: "button",
    class: `component style-${component.style}${waiting ? " busy" : ""}`,
    disabled: component.disabled || waiting,
    "aria-label": component.label ?? component.emoji?.name,
    dataset: { testid: "button", customId: component.custom_id, focus: component.custom_id },
    onclick: () => use(message, component, undefined, failed),
  }, label);
}

export function components(message, failed) {
  if (!message.components.length) return null;
  return h("div", { class: "components" }, message.components.map((row) => h("div", { class: "component-row" }, row.components.map((component) =>
    component.type === 2 ? button(message, component, failed) : select(component, (values) => use(message, component, values, failed), { invalid: failed })))));
}
