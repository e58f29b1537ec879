// Parses a slash command while it is typed: `/imagine prompt: a lighthouse in a storm seed: 3`.

import { state } from "./state.js";

export const TYPE = { sub: 1, group: 2, string: 3, integer: 4, boolean: 5, user: 6, channel: 7, role: 8, mentionable: 9, number: 10, file: 11 };
const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

// All commands and sub-commands: { command, path, name, description, options }.
// `name` is in the member's language, `path` contains the names that the bot knows.
export function callable(commands) {
  const found = [];
  const walk = (command, node, path) => {
    const nested = (node.options ?? []).filter((option) => option.type <= TYPE.group);
    if (nested.length) nested.forEach((option) => walk(command, option, [...path, option]));
    else found.push({ command, path: path.map((option) => option.key), name: [command.name, ...path.map((option) => option.name)].join(" "), description: node.description, options: node.options ?? [] });
  };
  commands.forEach((command) => walk(command, command, []));
  return found;
}

// Return { entry, values: name → { text, start, end, labelStart }, stray } or null while no command is complete.
export function parse(text, entries) {
  if (!text.startsWith("/")) return null;
  const fits = entries.filter((entry) => text === `/${entry.name}` || text.startsWith(`/${entry.name} `) || text.startsWith(`/${entry.name}\n`));
  const entry = fits.sort((a, b) => b.name.length - a.name.length)[0];
  if (!entry) return null;
  const begin = entry.name.length + 1;
  const values = new Map();
  if (!entry.options.length) return { entry, values, begin, stray: text.slice(begin).trim() };
  const names = entry.options.map((option) => escaped(option.name)).sort((a, b) => b.length - a.length).join("|");
  const marker = new RegExp(`(?<=\\s)(${names}):`, "g");
  marker.lastIndex = begin;
  const marks = [];
  for (let match = marker.exec(text); match; match = marker.exec(text)) {
    if (!marks.some((mark) => mark.name === match[1])) marks.push({ name: match[1], labelStart: match.index, start: match.index + match[0].length });
  }
  marks.forEach((mark, index) => {
    const end = index + 1 < marks.length ? marks[index + 1].labelStart : text.length;
    values.set(mark.name, { ...mark, end, text: text.slice(mark.start, end).trim() });
  });
  // text before the first option name is the value of the first string option: `/imagine a lighthouse`
  const lead = text.slice(begin, marks[0]?.labelStart ?? text.length);
  let stray = "";
  if (lead.trim()) {
    const first = entry.options.find((option) => !values.has(option.name) && option.type === TYPE.string);
    if (first) values.set(first.name, { name: first.name, labelStart: null, start: begin + lead.length - lead.trimStart().length, end: begin + lead.length, text: lead.trim() });
    else stray = lead.trim();
  }
  return { entry, values, begin, stray };
}

// The channels and threads that an option accepts.
export const places = (option) => [...state.channels, ...state.threads.filter((entry) => !entry.archived)].filter((entry) => !option.channel_types?.length || option.channel_types.includes(entry.type));

const named = (text, sign, pairs) => {
  const wanted = text.replace(new RegExp(`^<?[${sign}]*[!&]?|>$`, "g"), "").toLowerCase();
  return pairs.find(([id, name]) => id === wanted || name.toLowerCase() === wanted)?.[0];
};

export const suggestionKey = (entry, option, name) => [entry.command.id, ...entry.path, option.key, name].join("\n");

// Return { value } or { error } for one option.
export function read(entry, option, text, file) {
  if (option.type === TYPE.file) return file ? { value: file } : { error: "Choose a file" };
  if (!text) return { error: "This option needs a value" };
  const suggested = option.autocomplete ? state.suggested.get(suggestionKey(entry, option, text)) : undefined;
  if (suggested !== undefined) return { value: suggested };
  if (option.choices?.length) {
    const choice = option.choices.find((entry) => entry.name.toLowerCase() === text.toLowerCase() || String(entry.value) === text);
    return choice ? { value: choice.value } : { error: `Choose one of: ${option.choices.map((entry) => entry.name).join(", ")}` };
  }
  if (option.type === TYPE.string) {
    const [least, most] = [option.min_length ?? 0, option.max_length ?? 6000];
    return text.length >= least && text.length <= most ? { value: text } : { error: `Use ${least} to ${most} characters` };
  }
  if (option.type === TYPE.integer || option.type === TYPE.number) {
    const whole = option.type === TYPE.integer;
    if (!(whole ? /^-?\d{1,16}$/ : /^-?\d*\.?\d+(e-?\d+)?$/i).test(text)) return { error: whole ? "Enter a whole number" : "Enter a number" };
    const value = Number(text);
    if (option.min_value !== undefined && value < option.min_value) return { error: `Must be at least ${option.min_value}` };
    if (option.max_value !== undefined && value > option.max_value) return { error: `Must be at most ${option.max_value}` };
    return { value };
  }
  if (option.type === TYPE.boolean) {
    const value = { true: true, yes: true, false: false, no: false }[text.toLowerCase()];
    return value === undefined ? { error: "Enter True or False" } : { value };
  }
  const people = [...state.members.values()].flatMap((entry) => [[entry.id, entry.name], [entry.id, entry.username]]);
  const pools = {
    [TYPE.user]: ["@", people],
    [TYPE.channel]: ["#", places(option).map((entry) => [entry.id, entry.name])],
    [TYPE.role]: ["@&", [...state.roles]],
    [TYPE.mentionable]: ["@&", [...people, ...state.roles]],
  };
  const value = named(text, ...pools[option.type]);
  return value ? { value } : { error: "Nothing has this name" };
}

// Return { options, files, errors: name → message } for a parsed command; `optionFiles` are files by option name.
export function check(parsed, optionFiles) {
  const errors = new Map();
  const given = [];
  const files = [];
  for (const option of parsed.entry.options) {
    const typed = parsed.values.get(option.name);
    const file = optionFiles.get(option.name);
    if (!typed && !file) {
      if (option.required) errors.set(option.name, "This option is required");
      continue;
    }
    const { value, error } = read(parsed.entry, option, typed?.text ?? "", file);
    if (error) errors.set(option.name, error);
    else if (option.type === TYPE.file) { given.push({ name: option.key, value: String(files.length) }); files.push(value); }
    else given.push({ name: option.key, value });
  }
  return { options: nest(parsed.entry.path, given), files, errors };
}

export const nest = (path, given) => [...path].reverse().reduce((inner, name) => [{ name, options: inner }], given);
