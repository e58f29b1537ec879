// A refusal that belongs to no message, shown for a few seconds.

import { byId } from "./dom.js";

let timer = 0;

export function complain(words) {
  const toast = byId("toast");
  toast.textContent = words;
  toast.hidden = false;
  clearTimeout(timer);
  timer = setTimeout(() => { toast.hidden = true; }, 5000);
}
