// Threads: cards under messages, the list of a channel's threads, and the actions on a thread.

import { call } from "./api.js";
import { byId, h } from "./dom.js";
import { icon } from "./icons.js";
import { menu, popover } from "./popover.js";
import { channel, isForum, isThread, may, PERMISSION, state } from "./state.js";
import { showToast } from "./toast.js";

let open = () => {};
export const setUp = (handlers) => { open = handlers.open; };

const attempt = (promise) => promise.catch((error) => showToast(error.message));
const count = (thread) => `${thread.message_count} ${thread.message_count === 1 ? "message" : "messages"}`;

// A form for the name of a thread.
function naming(title, value, done) {
  const input = h("input", { type: "text", maxlength: 100, required: true, placeholder: "Thread name", "aria-label": "Thread name", autofocus: true, dataset: { testid: "thread-name" } });
  input.value = value;
  return h("form", { class: "naming", onsubmit: (event) => { event.preventDefault(); done(input.value); } },
    h("b", {}, title), input, h("button", { type: "submit", class: "primary", dataset: { testid: "thread-name-submit" } }, value ? "Rename" : "Create"));
}

export function startFrom(owner, opener, message) {
  const guess = (message.content || message.embeds[0]?.title || "").replace(/\s+/g, " ").slice(0, 40).trim();
  const begin = async (name) => open((await call("POST", `/channels/${message.channel_id}/messages/${message.id}/threads`, { name })).id);
  const form = naming("New thread", "", (name) => attempt(begin(name)));
  form.querySelector("input").placeholder = guess || "Thread name";
  popover(owner, form, { opener });
}

// The card under a message from which a thread was started.
export function card(message) {
  const thread = state.threads.find((entry) => entry.id === message.id);
  // a forum post shows none in itself
  if (!thread || thread.id === state.channelId) return null;
  return h("button", { type: "button", class: "thread-card", dataset: { testid: "thread-card" }, onclick: () => open(thread.id) },
    icon("thread", 20), h("span", { class: "words" }, h("b", {}, thread.name), h("small", {}, thread.archived ? "Archived" : count(thread))), h("span", { class: "go" }, "Open ›"));
}

function threadList(here) {
  const mine = state.threads.filter((entry) => entry.parent_id === here.id);
  const row = (entry) => h("button", { type: "button", class: "thread-row", onclick: () => open(entry.id), dataset: { testid: `open-thread-${entry.name}` } },
    h("b", {}, entry.name), h("small", {}, [count(entry), entry.locked && "locked"].filter(Boolean).join(" · ")));
  const part = (title, list) => list.length > 0 && [h("p", { class: "caps" }, title), list.map(row)];
  const begin = async (name) => open((await call("POST", `/channels/${here.id}/threads`, { name })).id);
  return h("div", { class: "thread-list" },
    may(PERMISSION.createThreads) && !isForum(here) && naming("New thread", "", (name) => attempt(begin(name))),
    part("Active", mine.filter((entry) => !entry.archived)), part("Archived", mine.filter((entry) => entry.archived)),
    !mine.length && h("p", { class: "quiet" }, `There are no ${isForum(here) ? "posts" : "threads"} here yet.`));
}

// The posts of a forum, the newest first.
export function posts(forum, openPost) {
  const found = state.threads.filter((entry) => entry.parent_id === forum.id).reverse();
  if (!found.length) return h("p", {}, "There are no posts here yet.");
  return h("div", { class: "posts" }, found.map((entry) => h("button", { type: "button", class: "thread-card", dataset: { testid: "post" }, onclick: () => openPost(entry.id) },
    icon("thread", 20), h("span", { class: "words" }, h("b", {}, entry.name), h("small", {}, [count(entry), entry.archived && "archived"].filter(Boolean).join(" · "))), h("span", { class: "go" }, "Open ›"))));
}

function threadMenu(thread, owner, opener) {
  const change = (body) => attempt(call("PATCH", `/channels/${thread.id}`, body));
  const moderates = may(PERMISSION.manageThreads);
  const own = moderates || thread.owner_id === state.me;
  return menu([
    !thread.archived && { label: thread.joined ? "Leave thread" : "Join thread", testid: "thread-join", act: () => attempt(call(thread.joined ? "DELETE" : "PUT", `/channels/${thread.id}/membership`)) },
    own && !thread.archived && { label: "Rename…", testid: "thread-rename", act: () => popover(owner, naming("Rename thread", thread.name, (name) => change({ name })), { opener, kind: "right" }) },
    (own || thread.archived) && { label: thread.archived ? "Unarchive" : "Archive", testid: "thread-archive", act: () => change({ archived: !thread.archived }) },
    moderates && !thread.archived && { label: thread.locked ? "Unlock" : "Lock", testid: "thread-lock", act: () => change({ locked: !thread.locked }) },
    moderates && { label: "Delete thread", danger: true, testid: "thread-delete", act: () => attempt(call("DELETE", `/channels/${thread.id}`)) },
  ]);
}

// The header's button: the channel's threads, or the actions on the open thread.
export function renderThreadButton() {
  const here = channel();
  const owner = byId("thread-tools");
  if (!here) return owner.replaceChildren();
  const thread = isThread(here);
  const number = state.threads.filter((entry) => entry.parent_id === here.id && !entry.archived).length;
  const button = h("button", {
    type: "button", class: "tool", "aria-label": thread ? "Thread options" : "Threads", "aria-haspopup": "true", dataset: { testid: thread ? "thread-menu" : "threads" },
    onclick: () => popover(owner, thread ? threadMenu(here, owner, button) : threadList(here), { opener: button, kind: "right" }),
  }, thread ? icon("more", 20) : [icon("thread"), number > 0 && h("b", {}, String(number))]);
  owner.replaceChildren(button);
}
