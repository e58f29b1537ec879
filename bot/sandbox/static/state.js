// What the page knows, and who is told when it changes.

export const state = {
  me: null,
  guild: null,
  channels: [],
  members: new Map(),
  roles: new Map(),
  channelId: null,
  botOnline: false,
  // per channel: message id → message
  messages: new Map(),
  more: new Map(),
  // interactions of mine that are on their way: id → { name, channelId, messageId, customId, state }
  pending: new Map(),
  unread: new Map(),
  dismissed: new Set(),
};

export const PERMISSION = { addReactions: 1n << 6n, manageMessages: 1n << 13n, sendMessages: 1n << 11n, attachFiles: 1n << 15n };

export const channel = (id = state.channelId) => state.channels.find((entry) => entry.id === id);
export const may = (bit) => (BigInt(channel()?.permissions ?? 0) & bit) === bit;
export const member = (id) => state.members.get(id);
export const commands = (type = 1) => (channel()?.commands ?? []).filter((command) => command.type === type);
export const botName = () => [...state.members.values()].find((entry) => entry.bot)?.name ?? "the bot";

// Ids are 64-bit: compare as text of the same length.
export const byAge = (a, b) => a.id.length - b.id.length || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

export function messagesOf(channelId) {
  if (!state.messages.has(channelId)) state.messages.set(channelId, new Map());
  return state.messages.get(channelId);
}

// What markdown needs to know about the guild.
export const context = {
  get me() { return state.me; },
  member: (id) => state.members.get(id),
  role: (id) => state.roles.get(id),
  channel: (id) => channel(id)?.name,
};
