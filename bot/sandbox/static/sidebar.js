// Channels, members, and the member that the page acts as.

import { call } from "./api.js";
import { byId, h } from "./dom.js";
import { menu, popover } from "./popover.js";
import { channel, commands, isThread, state } from "./state.js";
import { renderThreadButton } from "./thread.js";
import { showToast } from "./toast.js";

const sidebar = byId("sidebar");
const scrim = byId("scrim");

function open(visible) {
  sidebar.classList.toggle("open", visible);
  scrim.hidden = !visible;
  if (visible) sidebar.querySelector("button")?.focus();
  else byId("sidebar-open").focus();
}

export const close = () => { if (sidebar.classList.contains("open")) open(false); };

export function setUp() {
  byId("sidebar-open").addEventListener("click", () => open(true));
  byId("sidebar-close").addEventListener("click", () => open(false));
  scrim.addEventListener("click", () => open(false));
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") close(); });
}

function channelButton(entry, pick) {
  const count = state.unread.get(entry.id);
  const thread = isThread(entry);
  return h("button", {
    type: "button",
    class: [thread ? "channel thread" : "channel", count && "unread"].filter(Boolean).join(" "),
    "aria-current": entry.id === state.channelId ? "page" : null,
    dataset: { testid: `${thread ? "thread" : "channel"}-${entry.name}` },
    onclick: () => { pick(entry.id); close(); },
  }, h("span", { class: "name" }, entry.name), entry.nsfw && !thread && h("span", { class: "adult", title: "Age-restricted" }, "18+"),
  entry.archived && h("span", { class: "quiet" }, "archived"),
  count?.pings ? h("span", { class: "badge" }, String(count.pings)) : count ? h("span", { class: "dot", title: "Unread" }) : null);
}

// Active threads are shown under their channel, and the open thread even if it is archived.
export function renderChannels(pick) {
  byId("guild-name").textContent = state.guild.name;
  byId("channels").replaceChildren(...state.channels.flatMap((entry, index) => {
    const starts = entry.category && entry.category !== state.channels[index - 1]?.category;
    const threads = state.threads.filter((thread) => thread.parent_id === entry.id && (!thread.archived || thread.id === state.channelId));
    return [...(starts ? [h("li", { class: "caps category" }, entry.category)] : []), h("li", {}, channelButton(entry, pick), threads.length > 0 && h("ul", { class: "threads" }, threads.map((thread) => h("li", {}, channelButton(thread, pick)))))];
  }));
}

export function renderMembers(pick) {
  const people = [...state.members.values()].filter((entry) => !entry.bot);
  const box = byId("members");
  box.replaceChildren(...people.map((entry) => h("button", {
    type: "button",
    class: "person",
    role: "radio",
    "aria-checked": entry.id === state.me ? "true" : "false",
    tabindex: entry.id === state.me ? 0 : -1,
    dataset: { testid: `be-${entry.username}` },
    onclick: () => { pick(entry.id); close(); },
  }, h("img", { src: entry.avatar_url, alt: "", width: 32, height: 32 }),
  h("span", { class: "identity" }, h("b", {}, entry.name), h("small", {}, entry.roles[0] ?? "Member")), h("span", { class: "tick", "aria-hidden": "true" }, "✓"))));
  box.onkeydown = (event) => {
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const at = people.findIndex((entry) => entry.id === state.me);
    pick(people[(at + step + people.length) % people.length].id);
    box.querySelector('[aria-checked="true"]')?.focus();
  };
}

// The menu of the bot's user commands, which a left or right click on a member opens.
export function openPersonMenu(owner, opener, entry) {
  const menus = commands(2);
  popover(owner, menus.length ? menu(menus.map((command) => ({ label: command.name, testid: `menu-${command.key}`, act: () => useOnMember(command, entry) }))) : h("p", { class: "quiet" }, "The bot has no commands for members here."), { opener, kind: owner.closest(".roster") ? "right below" : "left" });
}

async function useOnMember(command, entry) {
  try {
    await call("POST", `/channels/${state.channelId}/commands`, { command_id: command.id, target_id: entry.id });
  } catch (error) {
    showToast(error.message);
  }
}

function personRow(entry) {
  const row = h("button", { type: "button", class: entry.bot && !state.botOnline ? "row away" : "row", "aria-haspopup": "menu", dataset: { testid: `member-${entry.username}` }, onclick: () => openPersonMenu(box, row, entry) },
    h("span", { class: "member-avatar" }, h("img", { src: entry.avatar_url, alt: "", width: 32, height: 32 })),
    h("span", { class: "role", style: entry.color ? { "--role": entry.color } : {} }, entry.name), entry.bot && h("span", { class: "tag" }, "APP"));
  const box = h("div", { class: "row-box", oncontextmenu: (event) => { event.preventDefault(); openPersonMenu(box, row, entry); } }, row);
  return box;
}

export function renderRoster() {
  const groups = new Map();
  for (const entry of state.members.values()) {
    const title = entry.bot ? "Apps" : entry.roles.find((role) => ["Owner", "Moderator"].includes(role)) ?? "Members";
    groups.set(title, [...(groups.get(title) ?? []), entry]);
  }
  const order = ["Owner", "Moderator", "Apps", "Members"].filter((title) => groups.has(title));
  byId("roster").replaceChildren(...order.flatMap((title) => [
    h("h2", { class: "caps" }, `${title} — ${groups.get(title).length}`),
    ...groups.get(title).map((entry) => personRow(entry)),
  ]));
}

export function renderHeader(pick) {
  const here = channel();
  const parent = isThread(here) ? channel(here.parent_id) : null;
  byId("channel-name").replaceChildren(...[parent && h("button", { type: "button", class: "parent", dataset: { testid: "to-parent" }, onclick: () => pick(parent.id) }, parent.name), parent && h("span", { class: "hash" }, "›"), here?.name ?? ""].filter(Boolean));
  byId("channel-hash").textContent = "#";
  byId("channel-topic").textContent = parent ? [here.archived && "Archived", here.locked && "Locked", `${here.members.length} in this thread`].filter(Boolean).join(" · ") : here?.topic ?? "";
  const status = byId("bot-status");
  status.textContent = state.botOnline ? "Bot online" : "Bot offline";
  status.classList.toggle("online", state.botOnline);
  renderThreadButton();
}
