// What one can do to a message: react, reply, use the bot's menu commands, delete.

import { call } from "./api.js";
import { h } from "./dom.js";
import { emojiPicker, QUICK, toggle } from "./reaction.js";
import { commands, may, PERMISSION, state } from "./state.js";

let openPopover = null;

function closePopover() {
  openPopover?.remove();
  openPopover?.owner?.classList.remove("open");
  openPopover = null;
}
document.addEventListener("pointerdown", (event) => { if (openPopover && !openPopover.contains(event.target)) closePopover(); });
document.addEventListener("keydown", (event) => { if (event.key === "Escape") closePopover(); });

function popover(bar, content) {
  closePopover();
  const low = bar.getBoundingClientRect().top > window.innerHeight / 2;
  openPopover = h("div", { class: low ? "popover up" : "popover" }, content);
  openPopover.owner = bar;
  bar.classList.add("open");
  bar.append(openPopover);
  openPopover.querySelector("button")?.focus();
}

async function useMenu(message, command, failed) {
  closePopover();
  try {
    await call("POST", `/channels/${message.channel_id}/commands`, { command_id: command.id, target_id: message.id });
  } catch (error) {
    failed(error.message);
  }
}

export function toolbar(message, { failed, reply }) {
  if (message.flags & (64 | 128)) return null;
  const menus = commands(3);
  const mine = message.author.id === state.me;
  const act = (promise) => promise.catch((error) => failed(error.message));
  const key = (name) => ({ testid: name, focus: `toolbar-${name}` });
  const bar = h("div", { class: "toolbar", role: "toolbar", "aria-label": "Message actions" },
    h("button", { type: "button", title: `React ${QUICK}`, "aria-label": `React with ${QUICK}`, dataset: key("quick-react"), onclick: () => act(toggle(message, QUICK, false)) }, QUICK),
    h("button", { type: "button", title: "Add a reaction", "aria-label": "Add a reaction", dataset: key("add-reaction"), onclick: () => popover(bar, emojiPicker(message, closePopover, failed)) }, "☺"),
    may(PERMISSION.sendMessages) && h("button", { type: "button", title: "Reply", "aria-label": "Reply", dataset: key("reply"), onclick: () => reply(message) }, "↩"),
    menus.length > 0 && h("button", {
      type: "button", title: "Apps", "aria-label": "Apps", dataset: key("apps"),
      onclick: () => popover(bar, h("div", { class: "menu", role: "menu" }, menus.map((command) => h("button", { type: "button", role: "menuitem", onclick: () => useMenu(message, command, failed) }, command.name)))),
    }, "✦"),
    (mine || may(PERMISSION.manageMessages)) && h("button", {
      type: "button", class: "danger", title: "Delete", "aria-label": "Delete the message", dataset: key("delete"),
      onclick: () => act(call("DELETE", `/channels/${message.channel_id}/messages/${message.id}`)),
    }, "🗑"));
  return bar;
}
