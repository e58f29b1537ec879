// The message list: keeps the scroll position, follows new messages, and replaces messages without flicker.

import { call } from "./api.js";
import { byId, h } from "./dom.js";
import { icon } from "./icons.js";
import { failures, joins, messageElement, pendingElement } from "./message.js";
import { reveal } from "./picture.js";
import { byAge, channel, isForum, isThread, member, messagesOf, state } from "./state.js";
import { posts } from "./thread.js";
import { dayOf } from "./time.js";

const scroller = byId("scroller");
const list = byId("messages");
const toLatest = byId("to-latest");
let handlers = {};
let following = true;

export function setUp(given) {
  handlers = given;
  scroller.addEventListener("scroll", () => {
    following = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 90;
    if (following) toLatest.hidden = true;
  });
  toLatest.addEventListener("click", () => follow(true));
  list.addEventListener("keydown", onKey);
  // pictures that load late move the end of the list: follow it
  new ResizeObserver(() => follow()).observe(list);
  new ResizeObserver(() => follow()).observe(scroller);
}

// Arrow keys move between messages; Tab goes on to the actions and the content of the focused one.
function onKey(event) {
  const step = { ArrowUp: -1, ArrowDown: 1, Home: -Infinity, End: Infinity }[event.key];
  if (!step || !event.target.matches(".message")) return;
  event.preventDefault();
  const items = [...list.querySelectorAll(".message[tabindex]")];
  const to = items[Math.max(0, Math.min(items.length - 1, items.indexOf(event.target) + step))];
  mark(to);
  to.focus();
}

// One message is in the tab order: the one focused last, or the newest.
function mark(chosen = list.querySelector('.message[tabindex="0"]') ?? [...list.querySelectorAll(".message[tabindex]")].at(-1)) {
  for (const element of list.querySelectorAll('.message[tabindex="0"]')) if (element !== chosen) element.tabIndex = -1;
  if (chosen) chosen.tabIndex = 0;
}

export function follow(force = false) {
  if (force) {
    following = true;
    toLatest.hidden = true;
  }
  if (following) scroller.scrollTop = scroller.scrollHeight;
}

const visibleMessages = () => [...messagesOf(state.channelId).values()].filter((message) => !state.dismissed.has(message.id)).sort(byAge);

function jump(id) {
  const element = byId(`message-${id}`);
  element?.scrollIntoView({ block: "center", behavior: "smooth" });
  element?.classList.add("flash");
  setTimeout(() => element?.classList.remove("flash"), 1700);
}

const options = (joined) => ({
  joined,
  jump,
  reply: handlers.reply,
  openThread: handlers.openThread,
  personMenu: handlers.personMenu,
  refresh: replace,
  dismiss: (message) => { state.dismissed.add(message.id); render(); },
});

function beginning() {
  const here = channel();
  const older = state.more.get(here.id) ? h("button", { type: "button", class: "older", dataset: { testid: "older" }, onclick: loadOlder }, "Show older messages") : null;
  const welcome = older ? [] : [h("div", { class: "hash-big", "aria-hidden": "true" }, isThread(here) ? icon("thread", 30) : "#"), h("h2", {}, isThread(here) ? here.name : `Welcome to #${here.name}`),
    h("p", {}, isThread(here) ? `A ${isForum(channel(here.parent_id)) ? "post" : "thread"} in #${channel(here.parent_id).name}, started by ${member(here.owner_id)?.name ?? "somebody else"}.` : here.topic ?? ""), isForum(here) && posts(here, handlers.openThread),
    !isForum(here) && here.commands.length > 0 && !here.archived && h("p", {}, "Type ", h("kbd", {}, "/"), " to see the bot's commands.")];
  byId("beginning").replaceChildren(...[older, ...welcome].filter(Boolean));
}

async function loadOlder() {
  const first = visibleMessages()[0];
  const height = scroller.scrollHeight;
  const answer = await call("GET", `/channels/${state.channelId}/messages?before=${first.id}`);
  for (const message of answer.messages) messagesOf(state.channelId).set(message.id, message);
  state.more.set(state.channelId, answer.more);
  following = false;
  render();
  scroller.scrollTop += scroller.scrollHeight - height;
}

// Elements of unchanged messages are reused, with their pictures, focus and open menus.
const kept = new Map();

function elementOf(message, joined) {
  const before = kept.get(message.id);
  if (before?.message === message && before.joined === joined) return before.element;
  const element = messageElement(message, options(joined));
  kept.set(message.id, { message, joined, element });
  return element;
}

// Make `items` the children of the list, without moving those that are already in place.
function arrange(items) {
  const wanted = new Set(items);
  for (const child of [...list.children]) if (!wanted.has(child)) child.remove();
  items.forEach((item, index) => { if (list.children[index] !== item) list.insertBefore(item, list.children[index] ?? null); });
}

export function render({ afresh = false } = {}) {
  if (!channel()) return;
  if (afresh) kept.clear();
  beginning();
  const items = [];
  let before = null;
  for (const message of visibleMessages()) {
    const day = new Date(message.timestamp).toDateString();
    if (!before || new Date(before.timestamp).toDateString() !== day) {
      items.push(h("li", { class: "day" }, dayOf(new Date(message.timestamp))));
    }
    items.push(elementOf(message, joins(message, before)));
    before = message;
  }
  arrange(items);
  mark();
  renderPending();
  follow();
}

// The member's own commands without an answer are shown at the end.
export function renderPending() {
  for (const element of list.querySelectorAll('[id^="pending-"]')) element.remove();
  for (const [id, entry] of state.pending) {
    if (entry.messageId || entry.channelId !== state.channelId) continue;
    list.append(pendingElement(id, entry, () => { state.pending.delete(id); renderPending(); }));
  }
  follow();
}

// A button that is replaced while it is pressed is not clicked: wait until the pointer is up and the click is handled.
let released = null;
document.addEventListener("pointerdown", () => {
  released = new Promise((done) => {
    for (const end of ["pointerup", "pointercancel"]) addEventListener(end, () => setTimeout(done), { once: true });
  });
}, true);

const versions = new Map();

// Rebuild one message. New pictures are decoded first, so that a preview changes without a blank frame.
export async function replace(id) {
  const message = messagesOf(state.channelId).get(id);
  const old = byId(`message-${id}`);
  if (!message || !old) return;
  const version = (versions.get(id) ?? 0) + 1;
  versions.set(id, version);
  const fresh = messageElement(message, options(old.classList.contains("joined")));
  const pictures = [...fresh.querySelectorAll(".picture img")].map((image) => image.decode().catch(() => {}));
  if (pictures.length) await Promise.race([Promise.all(pictures), new Promise((done) => setTimeout(done, 1500))]);
  await released;
  const current = byId(`message-${id}`);
  if (versions.get(id) !== version || !current || !messagesOf(state.channelId).has(id)) return;
  const focused = current.contains(document.activeElement) ? document.activeElement.dataset.focus : null;
  // keep revealed spoilers revealed
  const revealed = new Set([...current.querySelectorAll("[data-spoiler]:not(.hidden-picture)")].map((box) => box.dataset.spoiler));
  for (const box of fresh.querySelectorAll("[data-spoiler]")) if (revealed.has(box.dataset.spoiler)) reveal(box);
  // an open menu or list stays open
  const open = current.querySelector(".open[data-place]");
  const place = open && [...fresh.querySelectorAll("[data-place]")].find((element) => element.dataset.place === open.dataset.place);
  const inside = open?.contains(document.activeElement) ? document.activeElement : null;
  place?.replaceWith(open);
  fresh.tabIndex = current.tabIndex;
  const itself = current === document.activeElement;
  current.replaceWith(fresh);
  kept.set(id, { message, joined: fresh.classList.contains("joined"), element: fresh });
  if (itself) fresh.focus({ preventScroll: true });
  else if (place && inside) inside.focus({ preventScroll: true });
  else if (focused) [...fresh.querySelectorAll("[data-focus]")].find((element) => element.dataset.focus === focused)?.focus();
  follow();
}

export function add(message) {
  failures.delete(message.id);
  render();
  if (message.author.id === state.me) follow(true);
  else if (!following) toLatest.hidden = false;
}
