// System messages: a thread was started or renamed, a message was pinned, a poll has ended.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { inFull, stamp } from "./time.js";

const STARTED = 18;
const RENAMED = 4;
const PINNED = 6;
const POLL_ENDED = 46;
const SIGNS = { [STARTED]: "thread", [RENAMED]: "pencil", [PINNED]: "pin", [POLL_ENDED]: "poll" };
export const STARTER = 21;

export const isSystem = (message) => message.type in SIGNS;

export function pollResult(message) {
  const facts = Object.fromEntries(message.embeds[0].fields.map((field) => [field.name, field.value]));
  const won = facts.victor_answer_text;
  const votes = Number(facts.total_votes);
  return [facts.poll_question_text, won ? `${won} won with ${facts.victor_answer_votes} of ${votes} ${votes === 1 ? "vote" : "votes"}` : votes ? "it is a tie" : "nobody voted"];
}

function what(message, openThread) {
  if (message.type === STARTED) return [" started a thread: ", h("button", { type: "button", class: "link", dataset: { testid: "open-started" }, onclick: () => openThread(message.message_reference.channel_id) }, message.content)];
  if (message.type === RENAMED) return [" changed the thread's name: ", h("b", {}, message.content)];
  if (message.type === PINNED) return [" pinned a message"];
  const [question, result] = pollResult(message);
  return [" asked ", h("b", {}, question), ` — ${result}`];
}

export function systemElement(message, name, { openThread }) {
  const date = new Date(message.timestamp);
  return h("li", { class: "message system", id: `message-${message.id}`, tabindex: -1, dataset: { testid: "system-message", id: message.id } },
    h("span", { class: "sign" }, icon(SIGNS[message.type])), h("b", {}, name), what(message, openThread), h("time", { datetime: message.timestamp, title: inFull(date) }, stamp(date)));
}
