// Polls: the question, and a button for each answer with its share of the votes.

import { call } from "./api.js";
import { h } from "./dom.js";
import { inFull } from "./time.js";

async function vote(message, answer, mine) {
  await call(mine ? "DELETE" : "PUT", `/channels/${message.channel_id}/messages/${message.id}/votes/${answer}`);
}

export function poll(message, failed) {
  if (!message.poll) return null;
  const { question, answers, expiry, results, allow_multiselect: several } = message.poll;
  const counts = new Map(results.answer_counts.map((entry) => [entry.id, entry]));
  const total = results.answer_counts.reduce((sum, entry) => sum + entry.count, 0);
  const button = ({ answer_id: id, poll_media: { text, emoji } }) => {
    const { count, me_voted: mine } = counts.get(id);
    return h("button", {
      type: "button", class: "answer", "aria-pressed": mine ? "true" : "false", disabled: results.is_finalized,
      style: { "--share": `${total ? (100 * count) / total : 0}%` }, dataset: { testid: "answer", focus: `answer-${id}` },
      onclick: () => vote(message, id, mine).catch((error) => failed(error.message)),
    }, h("span", {}, emoji?.name && `${emoji.name} `, text), h("small", {}, `${count} ${count === 1 ? "vote" : "votes"}`));
  };
  const end = results.is_finalized ? "This poll has ended" : `${several ? "Choose several" : "Choose one"} until ${inFull(new Date(expiry))}`;
  return h("div", { class: "poll", role: "group", "aria-label": `Poll: ${question.text}`, dataset: { testid: "poll" } },
    h("b", {}, question.text), answers.map(button), h("small", { class: "quiet" }, end));
}
