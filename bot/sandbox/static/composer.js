// The message box: messages, replies, files, and slash commands with suggestions.

import { announce } from "./announcer.js";
import { call, withFiles } from "./api.js";
import { callable, check, parse, TYPE } from "./command.js";
import { currentOption, suggest, withIds } from "./completion.js";
import { byId, h } from "./dom.js";
import { keepDraft, openDraft, sayTyping, stopTyping } from "./draft.js";
import { icon } from "./icons.js";
import { paint } from "./mirror.js";
import { optionsPanel, suggestionList } from "./panel.js";
import { channel, commands, isForum, isThread, may, mayWrite, member, PERMISSION, state } from "./state.js";

const box = byId("composer");
const panel = byId("completion");
const form = byId("compose");
const fileInput = byId("file-input");

const NARROW = matchMedia("(max-width: 720px)");

let active = -1;
let suggestion = null;
let inputError = null;
let replyTo = null;
let attached = [];
let fileFor = null;
let closed = false;
const optionFiles = new Map();

const parsed = () => parse(box.value, callable(commands()));

export function setUp() {
  box.addEventListener("input", () => { inputError = null; closed = false; active = -1; sayTyping(box.value); update(); });
  box.addEventListener("keyup", (event) => { if (["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) update(); });
  box.addEventListener("click", () => update());
  box.addEventListener("keydown", onKey);
  box.addEventListener("scroll", () => { byId("mirror").scrollTop = box.scrollTop; });
  box.addEventListener("paste", (event) => { if (event.clipboardData.files.length) { event.preventDefault(); attach([...event.clipboardData.files]); } });
  form.addEventListener("submit", (event) => { event.preventDefault(); submit(); });
  byId("attach").addEventListener("click", () => { fileFor = null; fileInput.multiple = true; fileInput.click(); });
  fileInput.addEventListener("change", () => { attach([...fileInput.files]); fileInput.value = ""; });
  document.addEventListener("pointerdown", (event) => {
    if (!byId("compose").contains(event.target) && !panel.contains(event.target)) { closed = true; update(); }
  });
  box.addEventListener("focus", () => { closed = false; update(); });
}

export function renderComposer() {
  const here = channel();
  const draft = openDraft();
  if (draft !== null) begin(draft);
  const allowed = mayWrite();
  box.disabled = byId("send").disabled = !allowed;
  const name = here.name.length > 40 ? `${here.name.slice(0, 39).trimEnd()}…` : here.name;
  const target = isThread(here) ? name : `#${name}`;
  const archived = isThread(here) && here.archived;
  const prompt = archived && !here.locked ? "This thread is archived. A message unarchives it." : NARROW.matches ? `Message as ${member(state.me).name}` : `Message ${target} as ${member(state.me).name}, or type / for commands`;
  box.placeholder = allowed ? prompt : here.locked ? "This thread is locked" : isForum(here) ? "Open a post to write in it" : "You cannot write here";
  box.setAttribute("aria-label", `Message ${target}`);
  byId("attach").hidden = isForum(here) || !may(PERMISSION.attachFiles);
  update();
}

export function reply(message) {
  replyTo = message;
  renderExtras();
  box.focus();
}

function attach(files) {
  if (fileFor) { optionFiles.set(fileFor, files[0]); fileFor = null; }
  else attached = [...attached, ...files].slice(0, 10);
  renderExtras();
  update();
  box.focus();
}

function renderExtras() {
  const bar = byId("reply-bar");
  bar.hidden = !replyTo;
  if (replyTo) {
    bar.replaceChildren("Replying to ", h("b", {}, member(replyTo.author.id)?.name ?? replyTo.author.username),
      h("button", { type: "button", "aria-label": "Cancel the reply", onclick: () => { replyTo = null; renderExtras(); } }, icon("close", 15)));
  }
  const tray = byId("files");
  tray.hidden = !attached.length;
  tray.replaceChildren(...attached.map((file, index) => h("span", { class: "chip" }, icon("clip", 14), file.name,
    h("button", { type: "button", "aria-label": `Remove ${file.name}`, onclick: () => { attached.splice(index, 1); renderExtras(); } }, icon("close", 13)))));
}

function onKey(event) {
  const items = closed ? [] : suggestion?.items ?? [];
  const selected = active >= 0 ? active : suggestion?.choose && items.length ? 0 : -1;
  if (items.length && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    event.preventDefault();
    const step = event.key === "ArrowDown" ? 1 : -1;
    active = selected < 0 ? (step > 0 ? 0 : items.length - 1) : (selected + step + items.length) % items.length;
    update();
  } else if (items.length && event.key === "Tab" && !event.shiftKey) {
    event.preventDefault();
    accept(items[Math.max(0, selected)]);
  } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    if (selected >= 0) accept(items[selected]);
    else submit();
  } else if (event.key === "Escape") {
    if (panel.hidden) { replyTo = null; renderExtras(); }
    closed = true;
    update();
  }
}

function accept(item) {
  const [start, end, text] = item.replace;
  const rest = box.value.slice(end).trimStart();
  box.value = box.value.slice(0, start) + text + rest;
  const caret = start + text.length;
  box.setSelectionRange(caret, caret);
  inputError = null;
  active = -1;
  box.focus();
  update();
}

// Move the caret to an option's value; add the option at the end if it is missing.
function goTo(option) {
  if (option.type === TYPE.file) {
    fileFor = option.name;
    fileInput.multiple = false;
    fileInput.click();
    return;
  }
  const value = parsed()?.values.get(option.name);
  if (value) box.setSelectionRange(value.end, value.end);
  else box.value = `${box.value.trimEnd()} ${option.name}: `;
  box.focus();
  update();
}

export function update() {
  keepDraft(box.value);
  const now = parsed();
  const caret = box.selectionStart;
  suggestion = closed ? null : suggest(box.value, caret, now, update);
  const items = suggestion?.items ?? [];
  const selected = active >= 0 ? Math.min(active, items.length - 1) : suggestion?.choose && items.length ? 0 : -1;
  const checked = now ? check(now, optionFiles) : null;
  paint(box, now, checked);
  form.classList.toggle("bad", Boolean(inputError));
  const panels = [
    now && !closed && optionsPanel(now, checked, optionFiles, currentOption(now, caret), inputError, goTo),
    !now && inputError && h("div", { class: "options-panel" }, h("p", { class: "hint error", role: "alert", dataset: { testid: "input-error" } }, inputError.text)),
    suggestion && suggestionList(suggestion, selected, accept),
  ].filter(Boolean);
  panel.hidden = !panels.length;
  panel.replaceChildren(...panels);
  panel.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
  // a text box has no state that tells of its suggestions
  if (items.length) announce(`${suggestion.title}: ${items.length} ${items.length === 1 ? "suggestion" : "suggestions"}`);
  if (selected >= 0) box.setAttribute("aria-activedescendant", `suggestion-${selected}`);
  else box.removeAttribute("aria-activedescendant");
}

function begin(text) {
  box.value = text;
  optionFiles.clear();
  [replyTo, attached, inputError] = [null, [], null];
  renderExtras();
}

function clear() {
  begin("");
  stopTyping();
  update();
}

async function submit() {
  const text = box.value;
  const here = state.channelId;
  if (box.disabled || (!text.trim() && !attached.length)) return;
  try {
    if (text.startsWith("/") && !attached.length) {
      const now = parsed();
      if (!now) { inputError = { text: "This channel has no such command" }; update(); return; }
      const { options, files, errors } = check(now, optionFiles);
      if (now.stray) errors.set("", `“${now.stray}” does not belong to an option`);
      if (errors.size) {
        const [name, message] = [...errors][0];
        inputError = { name, text: message };
        closed = false;
        update();
        return;
      }
      clear();
      await call("POST", `/channels/${here}/commands`, withFiles({ command_id: now.entry.command.id, options }, files));
      return;
    }
    const body = { content: withIds(text) };
    if (replyTo) body.message_reference = { message_id: replyTo.id };
    const files = attached;
    clear();
    await call("POST", `/channels/${here}/messages`, withFiles(body, files));
  } catch (error) {
    box.value = text;
    inputError = { text: error.message };
    closed = false;
    update();
  }
}
