// System messages: a thread was started or renamed.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { inFull, stamp } from "./time.js";

const STARTED = 18;
const RENAMED = 4;
export const STARTER = 21;

export const isSystem = (message) => message.type === STARTED || message.type === RENAMED;

export function systemElement(message, name, { openThread }) {
  const date = new Date(message.timestamp);
  const what = message.type === STARTED
    ? [" started a thread: ", h("button", { type: "button", class: "link", dataset: { testid: "open-started" }, onclick: () => openThread(message.message_reference.channel_id) }, message.content)]
    : [" changed the thread's name: ", h("b", {}, message.content)];
  return h("li", { class: "message system", id: `message-${message.id}`, tabindex: -1, dataset: { testid: "system-message", id: message.id } },
    h("span", { class: "sign" }, icon(message.type === STARTED ? "thread" : "pencil")), h("b", {}, name), what, h("time", { datetime: message.timestamp, title: inFull(date) }, stamp(date)));
}
