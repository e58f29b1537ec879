// What a screen reader is told, and who is typing.

import { byId } from "./dom.js";
import { plainText } from "./markdown.js";
import { member, state } from "./state.js";
import { isSystem, pollResult } from "./system.js";

let said = "";

// Say something, unless it was the last thing said.
export function announce(words) {
  if (words === said) return;
  said = words;
  byId("announcer").textContent = words;
}

export function announceMessage(message) {
  const [embed] = message.embeds;
  const snapshot = message.message_snapshots?.[0]?.message;
  const told = isSystem(message) && embed ? pollResult(message).join(": ") : null;
  const words = [told, message.content, message.poll?.question.text, snapshot?.content, embed?.title, embed?.description].map(plainText).find(Boolean) ?? "a picture";
  const name = member(message.author.id)?.name ?? message.author.username;
  said = "";
  announce(`${name}: ${words.replace(/<@!?(\d+)>/g, (all, id) => `@${member(id)?.name ?? "unknown"}`)}`);
}

// by member: until when
const typing = new Map();

export function onTyping(event) {
  if (event.user_id === state.me || event.channel_id !== state.channelId) return;
  typing.set(event.user_id, Date.now() + 9000);
}

export const stoppedTyping = (id) => typing.delete(id);

setInterval(() => {
  const names = [...typing].filter(([, until]) => until > Date.now()).map(([id]) => member(id)?.name);
  const words = names.length ? `${names.join(", ")} ${names.length > 1 ? "are" : "is"} typing…` : "";
  if (byId("typing").textContent !== words) byId("typing").textContent = words;
}, 400);
