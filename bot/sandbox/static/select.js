// Selects: a button that shows the selection, and a list. The values are sent when the list closes.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { closePopover, popover } from "./popover.js";
import { state } from "./state.js";

// What can be chosen: { value, label, description, lead }.
function offers(component) {
  const avatar = (entry) => h("img", { src: entry.avatar_url, alt: "", width: 22, height: 22 });
  const people = () => [...state.members.values()].map((entry) => ({ value: entry.id, label: entry.name, description: entry.roles[0], lead: avatar(entry) }));
  const roles = () => [...state.roles].map(([id, name]) => ({ value: id, label: `@${name.replace(/^@/, "")}`, lead: "@" }));
  const fits = (entry) => !component.channel_types?.length || component.channel_types.includes(entry.type);
  const places = () => [...state.channels, ...state.threads.filter((entry) => !entry.archived)].filter(fits)
    .map((entry) => ({ value: entry.id, label: entry.name, description: entry.topic, lead: entry.parent_id ? icon("thread") : "#" }));
  return {
    3: () => component.options.map((entry) => ({ ...entry, lead: entry.emoji?.name })),
    5: people, 6: roles, 7: () => [...people(), ...roles()], 8: places,
  }[component.type]();
}

export const initialSelection = (component) =>
  component.type === 3 ? component.options.filter((entry) => entry.default).map((entry) => entry.value) : (component.default_values ?? []).map((entry) => entry.id);

function words(component, selected) {
  const list = offers(component).filter((entry) => selected.includes(entry.value));
  if (!list.length) return h("span", { class: "hint" }, component.placeholder ?? "Make a selection");
  return h("span", { class: "picked" }, list.map((entry) => h("span", {}, entry.lead && h("span", { class: "lead" }, entry.lead.cloneNode ? entry.lead.cloneNode(true) : entry.lead), entry.label)));
}

// Calls `onpick` with all selected values when the list closes, if there are enough.
export function select(component, onpick, { label = null, invalid = null } = {}) {
  let selected = initialSelection(component);
  // an option of a select with one value was chosen, perhaps the same again
  let picked = false;
  const many = component.max_values > 1;
  const summary = h("span", { class: "summary" }, words(component, selected));
  const opener = h("button", {
    type: "button", class: "pick", disabled: component.disabled, "aria-haspopup": "listbox", "aria-label": label ?? component.placeholder ?? "Make a selection",
    dataset: { testid: "select", customId: component.custom_id, focus: component.custom_id }, onclick: () => show(),
  }, summary, h("span", { class: "arrow", "aria-hidden": "true" }, "▾"));
  const box = h("div", { class: "select", dataset: { place: component.custom_id } }, opener);

  function finish(before) {
    const same = before.length === selected.length && before.every((value) => selected.includes(value));
    const least = component.required === false ? 0 : component.min_values;
    if (selected.length < least && !same) { selected = before; summary.replaceChildren(words(component, selected)); invalid?.(`Choose at least ${least}`); return; }
    if (!same || picked) onpick([...selected]);
  }

  function show() {
    const before = [...selected];
    picked = false;
    const rows = offers(component).map((entry) => {
      const row = h("button", {
        type: "button", role: "option", class: "choice", "aria-selected": selected.includes(entry.value) ? "true" : "false", dataset: { testid: "choice", value: entry.value },
        onclick: () => {
          const on = selected.includes(entry.value);
          if (!many) { picked = true; selected = on && !component.min_values ? [] : [entry.value]; paint(); closePopover({ refocus: true }); return; }
          if (on) selected = selected.filter((value) => value !== entry.value);
          else if (selected.length < component.max_values) selected = [...selected, entry.value];
          paint();
        },
      }, h("span", { class: "lead", "aria-hidden": "true" }, entry.lead ?? ""), h("span", { class: "words" }, h("b", {}, entry.label), entry.description && h("small", {}, entry.description)), h("span", { class: many ? "box" : "dot-mark", "aria-hidden": "true" }));
      return row;
    });
    const count = many && h("p", { class: "quiet" });
    const paint = () => {
      for (const row of rows) {
        const on = selected.includes(row.dataset.value);
        row.setAttribute("aria-selected", on ? "true" : "false");
        row.disabled = many && !on && selected.length >= component.max_values;
      }
      if (count) count.textContent = `${selected.length} selected, ${component.min_values === component.max_values ? "needs" : "at most"} ${component.max_values}`;
      summary.replaceChildren(words(component, selected));
    };
    paint();
    const done = many && h("footer", {}, count, h("button", { type: "button", class: "primary", dataset: { testid: "choose-done" }, onclick: () => closePopover({ refocus: true }) }, "Done"));
    popover(box, [h("div", { role: "listbox", "aria-label": opener.getAttribute("aria-label"), "aria-multiselectable": many ? "true" : null, class: "choices" }, rows), done], { opener, kind: "choosing", onclose: () => finish(before) });
  }
  return box;
}
