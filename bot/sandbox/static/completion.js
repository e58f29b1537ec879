// Suggestions for a slash command: commands, options, and values.

import { actor, call } from "./api.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { callable, nest, places, read, suggestionKey, TYPE } from "./command.js";
import { commands, state, suggestedName } from "./state.js";

const args = (options) => options.filter((option) => option.type > TYPE.group).map((option) => (option.required ? option.name : `${option.name}?`)).join(" ");

// Commands whose name starts with the typed text, then those that contain it.
function commandItems(text) {
  const typed = text.slice(1).toLowerCase();
  const entries = callable(commands()).filter((entry) => entry.name.includes(typed.trim()));
  entries.sort((a, b) => b.name.startsWith(typed) - a.name.startsWith(typed) || a.name.localeCompare(b.name));
  const bot = [...state.members.values()].find((entry) => entry.bot);
  return entries.map((entry) => {
    const first = entry.options.find((option) => option.required && option.type !== TYPE.file);
    return {
      key: entry.name,
      lead: bot ? h("img", { src: bot.avatar_url, alt: "", width: 30, height: 30 }) : "/",
      label: `/${entry.name}`,
      args: args(entry.options),
      description: entry.description,
      from: bot?.name ?? "",
      replace: [0, text.length, `/${entry.name} ${first ? `${first.name}: ` : ""}`],
    };
  });
}

const POOLS = {
  [TYPE.boolean]: () => [["True"], ["False"]],
  [TYPE.user]: () => [...state.members.values()].map((entry) => [`@${entry.name}`, entry.roles[0] ?? "Member", h("img", { src: entry.avatar_url, alt: "", width: 30, height: 30 })]),
  [TYPE.channel]: (option) => places(option).map((entry) => [`#${entry.name}`, entry.topic ?? "", entry.parent_id ? icon("thread") : "#"]),
  [TYPE.role]: () => [...state.roles.values()].map((name) => [`@${name.replace(/^@/, "")}`, "Role", "@"]),
  [TYPE.mentionable]: () => [...POOLS[TYPE.user](), ...POOLS[TYPE.role]()],
};

const answers = new Map();

// Ask the bot for choices. An answer is reused for five seconds.
async function fromBot(parsed, option, typed, refresh) {
  const key = [actor(), suggestionKey(parsed.entry, option, typed)].join("\n");
  if (answers.has(key)) return answers.get(key);
  const given = [...parsed.values.values()].filter((value) => value.name !== option.name).flatMap((value) => {
    const declared = parsed.entry.options.find((entry) => entry.name === value.name);
    const { value: known, error } = declared.type === TYPE.file ? { error: true } : read(parsed.entry, declared, value.text);
    return error ? [] : [{ name: declared.key, value: known }];
  });
  const options = nest(parsed.entry.path, [...given, { name: option.key, value: typed }]);
  const body = { command_id: parsed.entry.command.id, focused: option.key, options };
  const answer = await call("POST", `/channels/${state.channelId}/autocomplete`, body);
  const choices = answer.failed ? null : answer.choices;
  // the message box shows the name of a choice, the command sends its value
  for (const choice of choices ?? []) state.suggested.set(suggestionKey(parsed.entry, option, suggestedName(choice)), choice.value);
  answers.set(key, choices);
  setTimeout(() => answers.delete(key), 5000);
  refresh();
  return choices;
}

export const currentOption = (parsed, caret) =>
  [...parsed.values.values()].find((value) => caret >= value.start && caret <= value.end && (value.labelStart !== null || caret > value.start)) ?? null;

function valueItems(parsed, caret, refresh) {
  const value = currentOption(parsed, caret);
  const option = value && parsed.entry.options.find((entry) => entry.name === value.name);
  if (!option || value.labelStart === null) return null;
  const typed = value.text.toLowerCase();
  const item = ([label, description, lead]) => ({ key: label, lead: lead ?? "›", label, description, replace: [value.start, value.end, ` ${label} `] });
  if (option.autocomplete) {
    const key = [actor(), suggestionKey(parsed.entry, option, value.text)].join("\n");
    if (!answers.has(key)) fromBot(parsed, option, value.text, refresh).catch(() => {});
    const choices = answers.get(key);
    if (choices === null) return { title: "The bot did not answer in time", items: [] };
    return { title: option.description, items: (choices ?? []).map((choice) => item([suggestedName(choice)])) };
  }
  const pairs = option.choices?.map((choice) => [choice.name]) ?? POOLS[option.type]?.(option);
  if (!pairs) return null;
  const fitting = pairs.filter(([label]) => label.toLowerCase().replace(/^[@#]/, "").includes(typed.replace(/^[@#]/, "")));
  if (fitting.length === 1 && fitting[0][0].toLowerCase() === typed) return null;
  return { title: option.description, items: fitting.slice(0, 25).map(item), choose: true };
}

function optionItems(parsed, text, caret) {
  const word = /(?:^|\s)([\w-]*)$/.exec(text.slice(0, caret))?.[1] ?? "";
  if (!word) return null;
  const free = parsed.entry.options.filter((option) => !parsed.values.has(option.name) || parsed.values.get(option.name).labelStart === null);
  const items = free.filter((option) => option.name.startsWith(word.toLowerCase()) && option.type !== TYPE.file).map((option) => ({
    key: option.name,
    lead: "+",
    label: option.name,
    description: option.description,
    from: option.required ? "required" : "optional",
    replace: [caret - word.length, caret, `${option.name}: `],
  }));
  return items.length ? { title: "Options", items } : null;
}

// Members and channels after @ and #. The message box contains names; `withIds` puts the ids in.
function mentionItems(text, caret) {
  const [, sign, typed] = /(?:^|\s)([@#])([\w-]*)$/.exec(text.slice(0, caret)) ?? [];
  if (!sign) return null;
  const pairs = POOLS[sign === "@" ? TYPE.user : TYPE.channel]({}).filter(([label]) => label.slice(1).toLowerCase().startsWith(typed.toLowerCase()));
  if (!pairs.length || pairs.some(([label]) => label.slice(1) === typed)) return null;
  const start = caret - typed.length - 1;
  const items = pairs.slice(0, 10).map(([label, description, lead]) => ({ key: label, lead, label, description, replace: [start, caret, `${label} `] }));
  return { title: sign === "@" ? "Members" : "Channels", items, choose: true };
}

// Replace @name and #name with Discord's mentions.
export function withIds(text) {
  const named = (list) => new Map(list.map((entry) => [entry.name, entry.id]));
  const [people, places] = [named([...state.members.values()]), named([...state.channels, ...state.threads])];
  return text.replace(/(^|\s)@([\w-]+)/g, (all, before, name) => (people.has(name) ? `${before}<@${people.get(name)}>` : all))
    .replace(/(^|\s)#([\w-]+)/g, (all, before, name) => (places.has(name) ? `${before}<#${places.get(name)}>` : all));
}

// Return { title, items, choose } or null. With `choose` the first item is selected.
export function suggest(text, caret, parsed, refresh) {
  if (!text.startsWith("/")) return mentionItems(text, caret);
  if (!parsed) {
    const items = commandItems(text);
    const title = items.length ? "Commands" : commands().length ? "No such command" : state.botOnline ? "The bot has no commands here" : "The bot is offline";
    return { title, items, choose: true };
  }
  return valueItems(parsed, caret, refresh) ?? optionItems(parsed, text, caret);
}
