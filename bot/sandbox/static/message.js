// One message, as an element.

import { components } from "./component.js";
import { h } from "./dom.js";
import { embed } from "./embed.js";
import { icon } from "./icons.js";
import { markdown, plainText } from "./markdown.js";
import { attachments } from "./picture.js";
import { poll } from "./poll.js";
import { reactions } from "./reaction.js";
import { context, member, messagesOf, state } from "./state.js";
import { isSystem, STARTER, systemElement } from "./system.js";
import { card } from "./thread.js";
import { inFull, stamp, timeOfDay } from "./time.js";
import { toolbar } from "./toolbar.js";

const EPHEMERAL = 64;
const LOADING = 128;
const SUPPRESS_EMBEDS = 4;
const TOGETHER_MS = 7 * 60 * 1000;
const FORWARD = 1;
const ONLY_EMOJI = /^(?:\p{Extended_Pictographic}[\ufe0f\u200d\p{Emoji_Modifier}]*\s*){1,6}$/u;

export const avatar = (person, size) => h("img", { src: person.avatar_url, alt: "", width: size, height: size, loading: "lazy" });
const hidden = (message) => (message.flags & EPHEMERAL) !== 0;
const nameOf = (user) => member(user.id)?.name ?? user.global_name ?? user.username;
// those who are no members, such as webhooks, have a letter
const face = (user, person) => (person ? h("img", { class: "avatar", src: person.avatar_url, alt: "" }) : h("span", { class: "avatar letter", "aria-hidden": "true" }, [...nameOf(user)][0]?.toUpperCase()));
const appTag = (user) => (user.bot ? h("span", { class: "tag" }, "APP") : null);

// Whether a message follows one of the same author and is shown without a name of its own.
export function joins(message, before) {
  return Boolean(before) && !isSystem(message) && !isSystem(before) && before.author.id === message.author.id && before.author.username === message.author.username && !lineAbove(message)
    && hidden(before) === hidden(message)
    && new Date(message.timestamp) - new Date(before.timestamp) < TOGETHER_MS
    && new Date(message.timestamp).toDateString() === new Date(before.timestamp).toDateString();
}

const repliesTo = (message) => Boolean(message.message_reference) && message.type !== STARTER && message.message_reference.type !== FORWARD;
const lineAbove = (message) => repliesTo(message) || message.type === 20 || message.type === 23;

// The line above a message: the command that it answers, or the message that it replies to.
function above(message, jump) {
  const used = message.interaction;
  if ((message.type === 20 || message.type === 23) && used) {
    const person = member(used.user.id);
    return h("div", { class: "line", dataset: { testid: "used-command" } }, person && avatar(person, 16), h("b", {}, nameOf(used.user)), "used",
      h("span", { class: "command" }, message.type === 20 ? `/${used.name}` : used.name));
  }
  if (!repliesTo(message)) return null;
  const original = messagesOf(message.channel_id).get(message.message_reference.message_id) ?? message.referenced_message;
  if (!original) return h("div", { class: "line" }, h("i", {}, "Original message was deleted"));
  const person = member(original.author.id);
  const said = plainText(original.content) || (original.embeds[0] && plainText(original.embeds[0].title ?? original.embeds[0].description)) || "Click to see the picture";
  return h("div", { class: "line" }, person && avatar(person, 16), h("b", {}, nameOf(original.author)),
    h("button", { type: "button", class: "said", onclick: () => jump(original.id) }, markdown(said, context)));
}

function starter(message) {
  const original = message.referenced_message;
  if (!original) return [h("i", { class: "quiet" }, "The message that started this thread was deleted.")];
  const text = original.content ? h("div", { class: "content", dataset: { testid: "content" } }, markdown(original.content, context)) : null;
  return [text, ...attachments(original.attachments), ...original.embeds.map((data) => embed(data))];
}

// What a message forwards, as it was then.
function forwarded({ message_snapshots: snapshots = [] }) {
  return snapshots.map(({ message }) => h("div", { class: "forwarded", dataset: { testid: "forwarded" } }, h("span", { class: "quiet" }, icon("forward", 15), "Forwarded"),
    message.content && h("div", { class: "content" }, markdown(message.content, context)), attachments(message.attachments), message.embeds.map((data) => embed(data))));
}

function pingsMe(message) {
  return message.mention_everyone || message.mentions.some((user) => user.id === state.me);
}

function body(message, failed) {
  if (message.flags & LOADING) {
    return [h("div", { class: "thinking", dataset: { testid: "thinking" } }, h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i")),
      `${nameOf(message.author)} is thinking…`)];
  }
  // a thread's first message shows the message that it was started from
  if (message.type === STARTER) return starter(message);
  const jumbo = ONLY_EMOJI.test(message.content.trim());
  const edited = message.edited_timestamp ? h("span", { class: "edited", title: inFull(new Date(message.edited_timestamp)) }, "(edited)") : null;
  const text = message.content || (edited && !message.embeds.length && !message.attachments.length && !message.poll)
    ? h("div", { class: jumbo ? "content jumbo" : "content", dataset: { testid: "content" } }, markdown(message.content, context), edited) : null;
  const embeds = message.flags & SUPPRESS_EMBEDS ? [] : message.embeds.map((data) => embed(data));
  return [text, forwarded(message), poll(message, failed), ...attachments(message.attachments), ...embeds, components(message, failed), reactions(message, failed), card(message)];
}

function nameTag(user, person, personMenu) {
  if (!person) return h("span", { class: "name" }, nameOf(user));
  const open = (event) => { event.preventDefault(); personMenu(box, button, person); };
  const button = h("button", { type: "button", class: "name", "aria-haspopup": "menu", style: person.color ? { "--role": person.color } : {}, dataset: { testid: "author", focus: "author" }, onclick: open }, nameOf(user));
  const box = h("span", { class: "name-box", dataset: { place: "author" }, oncontextmenu: open }, button);
  return box;
}

// Error texts by message id; they stay when the element of a message is rebuilt.
export const failures = new Map();

export function messageElement(message, { joined, jump, reply, refresh, dismiss, openThread, personMenu }) {
  if (isSystem(message)) return systemElement(message, nameOf(message.author), { openThread });
  const failed = (words) => { failures.set(message.id, words); refresh(message.id); };
  const person = member(message.author.id);
  const date = new Date(message.timestamp);
  const line = above(message, jump);
  const classes = ["message", joined && "joined", line && "with-line", hidden(message) && "ephemeral", pingsMe(message) && "pinged"];
  const label = `${nameOf(message.author)}, ${timeOfDay(date)}`;
  return h("li", { class: classes.filter(Boolean).join(" "), id: `message-${message.id}`, tabindex: -1, "aria-label": label, dataset: { testid: "message", id: message.id, author: nameOf(message.author) } },
    // the toolbar stays visible while a tall message scrolls
    h("div", { class: "rail" }, toolbar(message, { failed, reply })),
    line,
    joined ? h("time", { class: "joined-time", datetime: message.timestamp }, timeOfDay(date)) : face(message.author, person),
    !joined && h("div", { class: "by" }, nameTag(message.author, person, personMenu), appTag(message.author),
      h("time", { datetime: message.timestamp, title: inFull(date) }, stamp(date))),
    body(message, failed),
    failures.has(message.id) && h("p", { class: "failed", role: "alert", dataset: { testid: "failed" } }, failures.get(message.id)),
    hidden(message) && h("p", { class: "only-you", dataset: { testid: "only-you" } }, icon("eye", 15), "Only you can see this •",
      h("button", { type: "button", onclick: () => dismiss(message) }, "Dismiss message")));
}

// A command that was sent and not answered yet, or never answered.
export function pendingElement(id, entry, forget) {
  const me = member(state.me);
  const bot = [...state.members.values()].find((person) => person.bot);
  const failed = entry.state === "failed";
  return h("li", { class: "message with-line ephemeral", id: `pending-${id}`, dataset: { testid: failed ? "no-response" : "sending" } },
    h("div", { class: "line" }, avatar(me, 16), h("b", {}, me.name), "used", h("span", { class: "command" }, `/${entry.name}`)),
    h("img", { class: "avatar", src: bot?.avatar_url, alt: "" }),
    bot && h("div", { class: "by" }, h("span", { class: "name" }, bot.name), appTag(bot)),
    failed
      ? h("p", { class: "failed" }, "The application did not respond")
      : h("div", { class: "thinking" }, h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i")), "Sending command…"),
    failed && h("p", { class: "only-you" }, icon("eye", 15), "Only you can see this •", h("button", { type: "button", onclick: forget }, "Dismiss message")));
}
