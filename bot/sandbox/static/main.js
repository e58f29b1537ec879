// The page: loads what the member sees, then applies live events.

import { announceMessage, onTyping, stoppedTyping } from "./announcer.js";
import { actAs, call, listen } from "./api.js";
import * as composer from "./composer.js";
import { byId } from "./dom.js";
import { drawIcons } from "./icons.js";
import { renderGate } from "./gate.js";
import * as list from "./list.js";
import { failures } from "./message.js";
import { openModal } from "./modal.js";
import { closePopover } from "./popover.js";
import * as sidebar from "./sidebar.js";
import { channel, isForum, isThread, messagesOf, state } from "./state.js";
import * as thread from "./thread.js";

const MODAL = 9;
let stopListening = () => {};

async function load() {
  const answer = await call("GET", "/state");
  state.guild = answer.guild;
  state.channels = answer.channels;
  state.threads = answer.threads;
  state.members = new Map(answer.members.map((entry) => [entry.id, entry]));
  state.roles = new Map(answer.roles.map((role) => [role.id, role.name]));
  state.botOnline = answer.bot_online;
  if (!channel()) state.channelId = state.channels[0]?.id ?? null;
  sessionStorage.setItem("channel", state.channelId);
  document.title = `${isThread(channel()) ? "" : "#"}${channel()?.name ?? ""} · ${state.guild.name}`;
}

function renderFrame() {
  sidebar.renderChannels(pickChannel);
  sidebar.renderMembers(switchMember);
  sidebar.renderRoster();
  sidebar.renderHeader(pickChannel);
  renderGate();
  composer.renderComposer();
}

// Ids of messages in live events that arrived during a load. For these the event is newer than the loaded state.
const loads = new Set();

async function loadMessages() {
  const id = state.channelId;
  const touched = new Set();
  loads.add(touched);
  const answer = await call("GET", `/channels/${id}/messages`).finally(() => loads.delete(touched));
  const fresh = new Map(answer.messages.filter((message) => !touched.has(message.id)).map((message) => [message.id, message]));
  for (const [key, message] of messagesOf(id)) if (touched.has(key)) fresh.set(key, message);
  state.messages.set(id, fresh);
  state.more.set(id, answer.more);
}

const touch = (id) => { for (const touched of loads) touched.add(id); };

async function refresh() {
  await load();
  await loadMessages();
  renderFrame();
  list.render({ afresh: true });
}

async function pickChannel(id) {
  state.channelId = id;
  state.unread.delete(id);
  // show at once what is known
  sessionStorage.setItem("channel", id);
  renderFrame();
  list.render({ afresh: true });
  await refresh();
  list.follow(true);
}

// Load first: the thread can be newer than the page's data.
async function openThread(id) {
  closePopover();
  await load();
  if (channel(id)) await pickChannel(id);
}

// Reload the threads after a change, once for several events in a row.
let changed = new Set();
async function onThread(event) {
  changed.add(event.id);
  if (changed.size > 1) return;
  await new Promise((done) => setTimeout(done, 60));
  const ids = changed;
  changed = new Set();
  const here = state.channelId;
  await load();
  if (state.channelId !== here) return void (await refresh());
  renderFrame();
  for (const id of ids) if (messagesOf(here).has(id)) list.replace(id);
  if (isForum(channel())) list.render();
}

async function switchMember(id) {
  stopListening();
  state.me = id;
  // this tab stays this member when it is reloaded; new tabs begin with the member chosen last
  sessionStorage.setItem("member", id);
  localStorage.setItem("member", id);
  actAs(id);
  state.messages.clear();
  state.pending.clear();
  state.unread.clear();
  failures.clear();
  renderMembersAtOnce();
  await refresh();
  // another member was chosen meanwhile
  if (state.me !== id) return;
  list.follow(true);
  stopListening();
  stopListening = listen(onEvent, (linked) => {
    byId("offline").hidden = linked;
    // load what was missed without a connection
    if (linked) refresh();
  });
}

function renderMembersAtOnce() {
  if (state.members.size) sidebar.renderMembers(switchMember);
}

function onMessage(message) {
  touch(message.id);
  const known = messagesOf(message.channel_id).has(message.id);
  messagesOf(message.channel_id).set(message.id, message);
  stoppedTyping(message.author.id);
  if (message.channel_id === state.channelId) {
    if (known) list.replace(message.id);
    else list.add(message);
  }
  if (known) return;
  if (state.threads.some((entry) => entry.id === message.channel_id)) onThread({ id: message.channel_id });
  announceMessage(message);
  if (message.channel_id !== state.channelId || document.hidden) {
    const before = state.unread.get(message.channel_id) ?? { pings: 0 };
    const pinged = message.mention_everyone || message.mentions.some((user) => user.id === state.me);
    if (message.channel_id !== state.channelId) state.unread.set(message.channel_id, { pings: before.pings + (pinged ? 1 : 0) });
    sidebar.renderChannels(pickChannel);
  }
}

function onInteraction(event) {
  // autocomplete has its own place
  if (event.kind === 4) return;
  const entry = { name: event.name ?? "", channelId: event.channel_id, messageId: event.kind === 2 ? null : event.message_id, customId: event.custom_id, state: event.state };
  if (event.kind === 5 && !event.message_id) entry.name = "form";
  if (event.state === "acknowledged") {
    state.pending.delete(event.id);
    if (event.callback_type === MODAL) openModal(event.id, event.answer);
  } else if (event.state === "failed" && entry.messageId) {
    state.pending.delete(event.id);
    failures.set(entry.messageId, "This interaction failed");
  } else {
    state.pending.set(event.id, entry);
    if (entry.messageId) failures.delete(entry.messageId);
  }
  if (entry.messageId) list.replace(entry.messageId);
  list.renderPending();
  if (!entry.messageId && event.state === "pending") list.follow(true);
}

const HANDLERS = {
  hello: (event) => { state.botOnline = event.bot_online; sidebar.renderHeader(pickChannel); sidebar.renderRoster(); },
  presence: (event) => { HANDLERS.hello(event); composer.update(); },
  commands: async () => { await load(); renderFrame(); list.render({ afresh: true }); },
  thread: onThread,
  thread_deleted: onThread,
  typing: onTyping,
  interaction: onInteraction,
  message: (event) => onMessage(event.message),
  deleted: (event) => {
    for (const id of event.ids) { touch(id); messagesOf(event.channel_id).delete(id); }
    if (event.channel_id === state.channelId) list.render();
  },
};

function onEvent(event) {
  HANDLERS[event.type]?.(event);
}

async function begin() {
  const { people } = await call("GET", "/people");
  const remembered = new URLSearchParams(location.search).get("as") ?? sessionStorage.getItem("member") ?? localStorage.getItem("member");
  const me = people.find((entry) => entry.id === remembered || entry.username === remembered) ?? people[0];
  history.replaceState(null, "", "/");
  state.channelId = sessionStorage.getItem("channel");
  drawIcons();
  sidebar.setUp();
  thread.setUp({ open: openThread });
  composer.setUp();
  list.setUp({ reply: composer.reply, openThread, personMenu: sidebar.openPersonMenu });
  await switchMember(me.id);
  byId("app").dataset.ready = "true";
  if (matchMedia("(min-width: 721px)").matches) byId("composer").focus();
}

begin();
