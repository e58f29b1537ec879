// The panel above the message box: the options of the typed command, and suggestions.

import { TYPE } from "./command.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";

const KIND = { 3: "text", 4: "whole number", 5: "true or false", 6: "member", 7: "channel", 8: "role", 9: "member or role", 10: "number", 11: "file" };

function limits(option) {
  const limits = [KIND[option.type]];
  if (option.min_value !== undefined && option.max_value !== undefined) limits.push(`${option.min_value} to ${option.max_value}`);
  else if (option.min_value !== undefined) limits.push(`at least ${option.min_value}`);
  else if (option.max_value !== undefined) limits.push(`at most ${option.max_value}`);
  if (option.type === TYPE.string && option.max_length) limits.push(`up to ${option.max_length} characters`);
  return limits.join(", ");
}

export function optionsPanel(parsed, checked, optionFiles, current, inputError, goTo) {
  const { entry, values } = parsed;
  const focus = entry.options.find((option) => option.name === (inputError?.name || current?.name));
  const chips = entry.options.map((option) => {
    const given = values.get(option.name)?.text || optionFiles.has(option.name);
    const error = checked.errors.get(option.name);
    const wrong = error && (given || inputError?.name === option.name);
    const classes = ["chip", wrong ? "wrong" : given && "set", focus === option && "current"].filter(Boolean).join(" ");
    return h("button", { type: "button", class: classes, title: option.description, dataset: { testid: `option-${option.name}` }, onpointerdown: (event) => event.preventDefault(), onclick: () => goTo(option) },
      option.type === TYPE.file && icon("clip", 14), optionFiles.get(option.name)?.name ?? option.name,
      option.required && h("span", { class: "need", title: "required", "aria-label": "required" }, "*"));
  });
  const error = inputError?.text ?? (focus && values.get(focus.name)?.text && checked.errors.get(focus.name));
  const hint = focus ? [h("b", {}, focus.name), ` — ${focus.description} `, h("span", { class: "quiet" }, `(${limits(focus)})`)] : null;
  return h("div", { class: "options-panel", dataset: { testid: "options-panel" } },
    h("header", {}, h("b", {}, `/${entry.name}`), h("span", {}, entry.description)),
    chips.length > 0 && h("div", { class: "chips" }, chips),
    error ? h("p", { class: "hint error", role: "alert", dataset: { testid: "input-error" } }, h("b", {}, inputError ? inputError.name && `${inputError.name}: ` : `${focus.name}: `), error)
      : hint && h("p", { class: "hint" }, hint));
}

export function suggestionList({ title, items }, selected, accept) {
  return h("div", {},
    h("p", { class: "caps" }, title, items.length > 0 && h("span", { class: "keys" }, h("kbd", {}, "↑"), " ", h("kbd", {}, "↓"), " then ", h("kbd", {}, "Tab"))),
    h("div", { id: "suggestions", role: "listbox", "aria-label": title }, items.map((item, index) => h("div", {
      class: "suggestion",
      id: `suggestion-${index}`,
      role: "option",
      "aria-selected": index === selected ? "true" : "false",
      dataset: { testid: "suggestion", key: item.key },
      // on pointerdown, before the message box loses focus
      onpointerdown: (event) => { event.preventDefault(); accept(item); },
    }, h("span", { class: "lead", "aria-hidden": "true" }, item.lead),
    h("span", { class: "words" }, h("b", {}, item.label, item.args && h("span", { class: "args" }, item.args)), item.description && h("small", {}, item.description)),
    item.from && h("span", { class: "from" }, item.from)))));
}
