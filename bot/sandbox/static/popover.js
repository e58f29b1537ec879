// A panel beside the element that opened it, one at a time. A click elsewhere or Escape closes it.

import { h } from "./dom.js";

let current = null;

export function closePopover({ refocus = false } = {}) {
  if (!current) return;
  const { panel, owner, opener, onclose } = current;
  current = null;
  panel.remove();
  owner.classList.remove("open");
  if (refocus) (opener ?? owner.querySelector("button"))?.focus();
  onclose?.();
}
document.addEventListener("pointerdown", (event) => { if (current && !current.panel.contains(event.target) && !current.opener?.contains(event.target)) closePopover(); });
document.addEventListener("keydown", (event) => { if (event.key === "Escape" && current) { event.stopPropagation(); event.preventDefault(); closePopover({ refocus: true }); } }, true);

// Open `content` inside `owner`; a second click on `opener` closes it again.
export function popover(owner, content, { opener = null, onclose = null, kind = "" } = {}) {
  const isOpen = current?.owner === owner && current?.opener === opener;
  closePopover();
  if (isOpen) return;
  const bounds = owner.getBoundingClientRect();
  const low = bounds.top > window.innerHeight / 2;
  const panel = h("div", { class: `popover ${kind}${low ? " up" : ""}` }, content);
  current = { panel, owner, opener, onclose };
  owner.classList.add("open");
  owner.append(panel);
  (panel.querySelector("[autofocus], [aria-selected='true'], button, input") ?? panel).focus({ preventScroll: true });
  panel.addEventListener("keydown", (event) => {
    const items = [...panel.querySelectorAll("button:not(:disabled)")];
    // emoji lie in rows
    const row = items.filter((item) => item.offsetTop === items[0].offsetTop).length;
    const step = { ArrowDown: row, ArrowUp: -row, ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step || event.target.matches("input[type=text]")) return;
    const at = items.indexOf(document.activeElement);
    event.preventDefault();
    items[(at + step + items.length) % items.length]?.focus();
  });
}

export const menu = (items) => h("div", { class: "menu", role: "menu" }, items.filter(Boolean).map(({ label, act, testid, danger }) => h("button", {
  type: "button", role: "menuitem", class: danger ? "danger" : null, dataset: testid ? { testid } : {}, onclick: () => { closePopover(); act(); },
}, label)));
