// Shows an error that belongs to no message for a few seconds.

import { byId } from "./dom.js";

let timer = 0;

export function showToast(text) {
  const toast = byId("toast");
  toast.textContent = text;
  toast.hidden = false;
  clearTimeout(timer);
  timer = setTimeout(() => { toast.hidden = true; }, 5000);
}
