// Reactions of a message, and the emoji picker.

import { call } from "./api.js";
import { h } from "./dom.js";
import { may, PERMISSION } from "./state.js";

export const QUICK = "🔁";
const PICKS = [..."🔁⭐❌👍👎❤🔥🎉😀😂😍🤔😮😢🙏👏👀🎨🖼✨🌈🌊🌋🏰🚀🐱🐶🦊🌻🍕☕💡"].map((emoji) => ("❤🖼".includes(emoji) ? `${emoji}\ufe0f` : emoji));

export async function toggle(message, emoji, mine) {
  const path = `/channels/${message.channel_id}/messages/${message.id}/reactions/${encodeURIComponent(emoji)}`;
  await call(mine ? "DELETE" : "PUT", path);
}

export function reactions(message, failed) {
  const list = message.reactions ?? [];
  if (!list.length) return null;
  return h("div", { class: "reactions", dataset: { testid: "reactions" } }, list.map((reaction) => h("button", {
    type: "button",
    class: reaction.me ? "reaction mine" : "reaction",
    "aria-pressed": reaction.me ? "true" : "false",
    "aria-label": `${reaction.emoji.name}, ${reaction.count}`,
    dataset: { testid: "reaction", emoji: reaction.emoji.name, focus: `reaction-${reaction.emoji.name}` },
    onclick: () => toggle(message, reaction.emoji.name, reaction.me).catch((error) => failed(error.message)),
  }, reaction.emoji.name, h("b", {}, String(reaction.count)))));
}

export function emojiPicker(message, close, failed) {
  if (!may(PERMISSION.addReactions)) return h("p", { class: "quiet" }, "You cannot add reactions here.");
  return h("div", { class: "emoji-grid", role: "group", "aria-label": "Emoji", dataset: { testid: "emoji-picker" } }, PICKS.map((emoji) => h("button", {
    type: "button",
    "aria-label": emoji,
    dataset: { emoji },
    onclick: () => { close(); toggle(message, emoji, false).catch((error) => failed(error.message)); },
  }, emoji)));
}
