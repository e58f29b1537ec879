// The data of the page, and functions that read it.

import { choiceName, localize } from "./locale.js";

export const state = {
  me: null,
  guild: null,
  channels: [],
  // with parent_id, owner_id, archived, locked, joined and message_count
  threads: [],
  members: new Map(),
  roles: new Map(),
  channelId: null,
  botOnline: false,
  // per channel: message id → message
  messages: new Map(),
  more: new Map(),
  // own interactions that are not acknowledged: id → { name, channelId, messageId, customId, state }
  pending: new Map(),
  unread: new Map(),
  dismissed: new Set(),
  // autocomplete choices of the bot: command, option and name → value
  suggested: new Map(),
};

export const PERMISSION = {
  addReactions: 1n << 6n, sendMessages: 1n << 11n, manageMessages: 1n << 13n, attachFiles: 1n << 15n,
  manageThreads: 1n << 34n, createThreads: 1n << 35n, sendInThreads: 1n << 38n,
};

export const channel = (id = state.channelId) => state.channels.find((entry) => entry.id === id) ?? state.threads.find((entry) => entry.id === id);
export const isForum = (entry) => entry?.type === 15 || entry?.type === 16;
export const isThread = (entry) => Boolean(entry?.parent_id);
export const may = (bit) => (BigInt(channel()?.permissions ?? 0) & bit) === bit;
export const member = (id) => state.members.get(id);
export const mayWrite = () => {
  const here = channel();
  if (isForum(here)) return false;
  if (!isThread(here)) return may(PERMISSION.sendMessages);
  return may(PERMISSION.sendInThreads) && (!here.locked || may(PERMISSION.manageThreads));
};
const locale = () => state.members.get(state.me)?.locale ?? "en-US";
export const commands = (type = 1) => (channel()?.commands ?? []).filter((command) => command.type === type).map((command) => localize(command, locale()));
export const suggestedName = (choice) => choiceName(choice, locale());
export const botName = () => [...state.members.values()].find((entry) => entry.bot)?.name ?? "the bot";

// Ids exceed JavaScript's exact integers: compare by length, then as text.
export const byAge = (a, b) => a.id.length - b.id.length || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

export function messagesOf(channelId) {
  if (!state.messages.has(channelId)) state.messages.set(channelId, new Map());
  return state.messages.get(channelId);
}

// The parts of the guild that markdown needs.
export const context = {
  get me() { return state.me; },
  member: (id) => state.members.get(id),
  role: (id) => state.roles.get(id),
  channel: (id) => channel(id)?.name,
};
