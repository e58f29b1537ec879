// Channels, members, and who one is.

import { byId, h } from "./dom.js";
import { state } from "./state.js";

const sidebar = byId("sidebar");
const scrim = byId("scrim");

function open(shown) {
  sidebar.classList.toggle("open", shown);
  scrim.hidden = !shown;
  if (shown) sidebar.querySelector("button")?.focus();
  else byId("sidebar-open").focus();
}

export const close = () => { if (sidebar.classList.contains("open")) open(false); };

export function setUp() {
  byId("sidebar-open").addEventListener("click", () => open(true));
  byId("sidebar-close").addEventListener("click", () => open(false));
  scrim.addEventListener("click", () => open(false));
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") close(); });
}

export function renderChannels(pick) {
  byId("guild-name").textContent = state.guild.name;
  byId("channels").replaceChildren(...state.channels.map((entry) => {
    const count = state.unread.get(entry.id);
    return h("li", {}, h("button", {
      type: "button",
      class: count ? "channel unread" : "channel",
      "aria-current": entry.id === state.channelId ? "page" : null,
      dataset: { testid: `channel-${entry.name}` },
      onclick: () => { pick(entry.id); close(); },
    }, entry.name, count?.pings ? h("span", { class: "badge" }, String(count.pings)) : count ? h("span", { class: "dot", title: "Unread" }) : null));
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
  h("span", { class: "who" }, h("b", {}, entry.name), h("small", {}, entry.roles[0] ?? "Member")), h("span", { class: "tick", "aria-hidden": "true" }, "✓"))));
  box.onkeydown = (event) => {
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const at = people.findIndex((entry) => entry.id === state.me);
    pick(people[(at + step + people.length) % people.length].id);
    box.querySelector('[aria-checked="true"]')?.focus();
  };
}

export function renderRoster() {
  const groups = new Map();
  for (const entry of state.members.values()) {
    const title = entry.bot ? "Apps" : entry.roles.find((role) => ["Owner", "Moderator"].includes(role)) ?? "Members";
    groups.set(title, [...(groups.get(title) ?? []), entry]);
  }
  const order = ["Owner", "Moderator", "Apps", "Members"].filter((title) => groups.has(title));
  byId("roster").replaceChildren(...order.flatMap((title) => [
    h("h3", { class: "caps" }, `${title} — ${groups.get(title).length}`),
    ...groups.get(title).map((entry) => h("div", { class: entry.bot && !state.botOnline ? "row away" : "row" },
      h("span", { class: "face" }, h("img", { src: entry.avatar_url, alt: "", width: 32, height: 32 })),
      h("span", { style: entry.color ? { color: entry.color } : {} }, entry.name), entry.bot && h("span", { class: "tag" }, "APP"))),
  ]));
}

export function renderHeader() {
  const here = state.channels.find((entry) => entry.id === state.channelId);
  byId("channel-name").textContent = here?.name ?? "";
  byId("channel-topic").textContent = here?.topic ?? "";
  const status = byId("bot-status");
  status.textContent = state.botOnline ? "Bot online" : "Bot offline";
  status.classList.toggle("online", state.botOnline);
}
