// The modals of the bot.

import { call } from "./api.js";
import { byId, h } from "./dom.js";
import { initialSelection, select } from "./select.js";
import { botName } from "./state.js";

const TEXT_INPUT = 4;

function field(entry, values) {
  const attributes = {
    placeholder: entry.placeholder, required: entry.required, minlength: entry.min_length || null, maxlength: entry.max_length,
    dataset: { testid: `modal-${entry.custom_id}` },
  };
  let control;
  if (entry.type === TEXT_INPUT) {
    values[entry.custom_id] = entry.value ?? "";
    const oninput = (event) => { values[entry.custom_id] = event.target.value; };
    control = entry.style === 2 ? h("textarea", { ...attributes, rows: 4, oninput }) : h("input", { ...attributes, type: "text", oninput });
    control.value = entry.value ?? "";
  } else {
    values[entry.custom_id] = initialSelection(entry);
    control = select(entry, (picked) => { values[entry.custom_id] = picked; }, { label: entry.label });
  }
  // a label element would forward clicks on a select's list to its button
  return h(entry.type === TEXT_INPUT ? "label" : "div", { class: "modal-field" }, h("span", {}, entry.label, entry.required && h("span", { class: "need" }, " *")), entry.description && h("small", {}, entry.description), control);
}

export function openModal(interactionId, modal) {
  const dialog = byId("modal");
  const values = {};
  const failure = h("p", { class: "failed", role: "alert", hidden: true });
  const form = h("form", {
    onsubmit: async (event) => {
      event.preventDefault();
      try {
        await call("POST", `/interactions/${interactionId}/modal`, { values });
        dialog.close();
      } catch (error) {
        failure.textContent = error.message;
        failure.hidden = false;
      }
    },
  },
  h("h2", { id: "modal-title" }, modal.title), h("p", { class: "app-note" }, `This form will be submitted to ${botName()}.`),
  modal.components.map((entry) => field(entry, values)), failure,
  h("footer", {}, h("button", { type: "button", onclick: () => dialog.close() }, "Cancel"), h("button", { type: "submit", class: "primary", dataset: { testid: "modal-submit" } }, "Submit")));
  dialog.setAttribute("aria-labelledby", "modal-title");
  dialog.replaceChildren(form);
  dialog.showModal();
  form.querySelector("input, textarea, button.pick")?.focus();
}
