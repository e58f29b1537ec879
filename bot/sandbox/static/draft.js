// What is being written: kept per member and channel, also while the page is reloaded, and told to the others.

import { call } from "./api.js";
import { state } from "./state.js";

let key = null;

export function keepDraft(text) {
  if (key && text) sessionStorage.setItem(key, text);
  else if (key) sessionStorage.removeItem(key);
}

// The draft of the channel that is shown now, or null if it is the one whose draft was opened last.
export function openDraft() {
  const now = `draft ${state.me} ${state.channelId}`;
  if (now === key) return null;
  key = now;
  return sessionStorage.getItem(key) ?? "";
}

// Tell the others, at most every eight seconds; Discord's clients do not while a command is typed.
let told = 0;

export function sayTyping(text) {
  if (!text || text.startsWith("/") || Date.now() - told < 8000) return;
  told = Date.now();
  call("POST", `/channels/${state.channelId}/typing`).catch(() => {});
}

export const stopTyping = () => { told = 0; };
