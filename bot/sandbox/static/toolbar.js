// The toolbar of a message: react, reply, start a thread, use the bot's message commands, delete.

import { call } from "./api.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { closePopover, menu, popover } from "./popover.js";
import { emojiPicker, QUICK, toggle } from "./reaction.js";
import { channel, commands, isThread, may, mayWrite, PERMISSION, state } from "./state.js";
import { startFrom } from "./thread.js";

async function useMenu(message, command, failed) {
  try {
    await call("POST", `/channels/${message.channel_id}/commands`, { command_id: command.id, target_id: message.id });
  } catch (error) {
    failed(error.message);
  }
}

const ORDINARY = [0, 19, 20, 23];

export function toolbar(message, { failed, reply }) {
  if (message.flags & (64 | 128)) return null;
  const menus = commands(3);
  const mine = message.author.id === state.me;
  const act = (promise) => promise.catch((error) => failed(error.message));
  const key = (name) => ({ testid: name, focus: `toolbar-${name}` });
  const bar = h("div", { class: "toolbar", role: "toolbar", "aria-label": "Message actions", dataset: { place: "toolbar" } },
    h("button", { type: "button", title: `React ${QUICK}`, "aria-label": `React with ${QUICK}`, dataset: key("quick-react"), onclick: () => act(toggle(message, QUICK, false)) }, QUICK),
    h("button", { type: "button", title: "Add a reaction", "aria-label": "Add a reaction", dataset: key("add-reaction"), onclick: (event) => popover(bar, emojiPicker(message, closePopover, failed), { opener: event.currentTarget }) }, icon("react")),
    mayWrite() && h("button", { type: "button", title: "Reply", "aria-label": "Reply", dataset: key("reply"), onclick: () => reply(message) }, icon("reply")),
    !isThread(channel()) && !message.thread && ORDINARY.includes(message.type) && may(PERMISSION.createThreads)
      && h("button", { type: "button", title: "Start a thread", "aria-label": "Start a thread", dataset: key("start-thread"), onclick: (event) => startFrom(bar, event.currentTarget, message) }, icon("thread")),
    menus.length > 0 && h("button", {
      type: "button", title: "Apps", "aria-label": "Apps", dataset: key("apps"),
      onclick: (event) => popover(bar, menu(menus.map((command) => ({ label: command.name, testid: `menu-${command.key}`, act: () => useMenu(message, command, failed) }))), { opener: event.currentTarget }),
    }, icon("apps")),
    message.type !== 21 && message.type !== 4 && (mine || may(PERMISSION.manageMessages)) && h("button", {
      type: "button", class: "danger", title: "Delete", "aria-label": "Delete the message", dataset: key("delete"),
      onclick: () => act(call("DELETE", `/channels/${message.channel_id}/messages/${message.id}`)),
    }, icon("trash")));
  return bar;
}
