// Converts Discord's markdown to DOM nodes.

import { h, safeUrl } from "./dom.js";
import { timestampElement } from "./time.js";

// Each rule: a pattern at the current position, and a function that returns a node. The first match is used.
const RULES = [
  [/^\\([^\w\s])/, (m) => m[1]],
  [/^```(?:([a-z0-9_+-]+)\n)?\n?([\s\S]+?)\n?```/i, (m) => h("pre", {}, h("code", {}, m[2]))],
  [/^(`{1,2})((?:[^`]|(?!\1)`)+)\1(?!`)/, (m) => h("code", { class: "inline" }, m[2].trim())],
  [/^\*\*\*(?!\s)([^*\n]+?)\*\*\*/, (m, c) => h("strong", {}, h("em", {}, inline(m[1], c)))],
  [/^\*\*([\s\S]+?)\*\*(?!\*)/, (m, c) => h("strong", {}, inline(m[1], c))],
  [/^__([\s\S]+?)__(?!_)/, (m, c) => h("u", {}, inline(m[1], c))],
  [/^~~([\s\S]+?)~~/, (m, c) => h("s", {}, inline(m[1], c))],
  [/^\|\|([\s\S]+?)\|\|/, (m, c) => spoiler(inline(m[1], c))],
  [/^\*(?!\s)([^*\n]+?)(?<!\s)\*(?!\*)/, (m, c) => h("em", {}, inline(m[1], c))],
  [/^_(?!\s)([^_\n]+?)_(?![\w_])/, (m, c) => h("em", {}, inline(m[1], c)), "word"],
  [/^<t:(-?\d{1,13})(?::([tTdDfFR]))?>/, (m) => timestampElement(Number(m[1]), m[2])],
  [/^<@!?(\d+)>/, (m, c) => mention(c.member(m[1])?.name, "@", c.member(m[1]) ? m[1] === c.me : false)],
  [/^<@&(\d+)>/, (m, c) => mention(c.role(m[1]), "@")],
  [/^<#(\d+)>/, (m, c) => mention(c.channel(m[1]), "#")],
  [/^<a?:(\w{2,32}):\d+>/, (m) => h("span", { class: "custom-emoji" }, `:${m[1]}:`)],
  [/^<\/([\w -]+):\d+>/, (m) => h("span", { class: "mention" }, `/${m[1]}`)],
  [/^@(everyone|here)\b/, (m) => h("span", { class: "mention" }, m[0])],
  [/^\[([^\]\n]+)\]\((https?:\/\/[^\s)]+)\)/, (m, c) => link(m[2], inline(m[1], c))],
  [/^<?(https?:\/\/[^\s<>]+[^\s<>.,:;"')\]])>?/, (m) => link(m[1], m[1])],
];

function mention(name, sign, isMe = false) {
  return h("span", { class: isMe ? "mention me" : "mention" }, sign + (name ?? "unknown"));
}

function link(address, label) {
  const url = safeUrl(address);
  return url ? h("a", { href: url, rel: "noopener noreferrer nofollow", target: "_blank" }, label) : h("span", {}, label);
}

function spoiler(nodes) {
  const reveal = ({ currentTarget: cover }) => {
    cover.classList.add("shown");
    for (const name of ["role", "tabindex", "aria-label"]) cover.removeAttribute(name);
  };
  const onKey = (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); reveal(event); } };
  const label = { role: "button", tabindex: 0, "aria-label": "Reveal the spoiler" };
  return h("span", { class: "spoiler", onclick: reveal, onkeydown: onKey, ...label }, h("span", {}, nodes));
}

function inline(text, context) {
  const nodes = [];
  let plain = "";
  let rest = text;
  const flush = () => { if (plain) { nodes.push(plain); plain = ""; } };
  while (rest) {
    const before = plain.at(-1) ?? "";
    const rule = RULES.find(([pattern, , boundary]) => pattern.test(rest) && !(boundary === "word" && /\w/.test(before)));
    if (!rule) {
      // skip to the next character that can start a rule
      const step = Math.max(1, rest.slice(1).search(/[\\`*_~|<@[h]/) + 1 || rest.length);
      plain += rest.slice(0, step);
      rest = rest.slice(step);
      continue;
    }
    const match = rule[0].exec(rest);
    const made = rule[1](match, context);
    if (typeof made === "string") plain += made;
    else { flush(); nodes.push(made); }
    rest = rest.slice(match[0].length);
  }
  flush();
  return nodes;
}

// Headings, subtext, quotes and lists are parsed by line; code blocks span lines and are parsed by `inline`.
export function markdown(text, context) {
  const blocks = [];
  const [, before, rest] = /^((?:(?!>>> )[^\n]*\n)*)>>> ([\s\S]+)$/.exec(String(text ?? "")) ?? [null, String(text ?? ""), null];
  for (const [index, block] of before.split(/(```[\s\S]+?```)/).entries()) {
    if (index % 2) { blocks.push(...inline(block, context)); continue; }
    // the line break after a code block is part of it
    const lines = block.replace(index ? /^\n/ : /^$/, "").replace(rest === null ? /^$/ : /\n$/, "").split("\n");
    lines.forEach((line, number) => {
      const last = number === lines.length - 1;
      const item = /^( *)([-*]|\d{1,3}\.) (.+)/.exec(line);
      const heading = /^(#{1,3}) (.+)/.exec(line);
      if (heading) blocks.push(h(`h${heading[1].length + 2}`, { class: "heading" }, inline(heading[2], context)));
      else if (line.startsWith("-# ")) blocks.push(h("small", { class: "small-print" }, inline(line.slice(3), context)));
      else if (line.startsWith("> ")) blocks.push(h("blockquote", {}, inline(line.slice(2), context)));
      else if (item) blocks.push(h("div", { class: "bullet", dataset: { mark: /\d/.test(item[2]) ? item[2] : "•" }, style: { "--depth": Math.min(10, item[1].length >> 1) } }, inline(item[3], context)));
      else blocks.push(...inline(line, context), ...(last ? [] : ["\n"]));
    });
  }
  // >>> quotes all that follows
  if (rest !== null) blocks.push(h("blockquote", {}, markdown(rest, context)));
  return blocks;
}

// The text without markdown and without what spoilers cover, on one line.
export const plainText = (text) => String(text ?? "").replace(/\|\|[\s\S]+?\|\|/g, "(spoiler)").replace(/\s+/g, " ").replace(/[*_~|`]/g, "").trim();
