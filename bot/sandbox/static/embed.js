// Embeds.

import { h, localUrl, safeUrl } from "./dom.js";
import { markdown } from "./markdown.js";
import { picture } from "./picture.js";
import { context } from "./state.js";
import { stamp } from "./time.js";

const icon = (url) => (localUrl(url) ? h("img", { src: localUrl(url), alt: "", width: 20, height: 20 }) : null);
const linked = (url, label) => (safeUrl(url) ? h("a", { href: safeUrl(url), target: "_blank", rel: "noopener noreferrer" }, label) : label);

// Inline fields are placed side by side, up to three in a row.
function fields(list) {
  const runs = [];
  for (const field of list) {
    const run = runs.at(-1);
    if (field.inline && run?.inline && run.fields.length < 3) run.fields.push(field);
    else runs.push({ inline: field.inline, fields: [field] });
  }
  const width = (run) => (!run.inline || run.fields.length === 1 ? "" : run.fields.length === 2 ? " half" : " third");
  return h("div", { class: "fields" }, runs.map((run) => run.fields.map((field) =>
    h("div", { class: `field${width(run)}` }, h("b", {}, markdown(field.name, context)), h("div", {}, markdown(field.value, context))))));
}

export function embed(data, filename) {
  const bar = data.color === undefined ? null : `#${data.color.toString(16).padStart(6, "0")}`;
  const moment = data.timestamp ? stamp(new Date(data.timestamp)) : null;
  const small = [data.footer?.text, moment].filter(Boolean).join(" • ");
  return h("article", { class: "embed", dataset: { testid: "embed" }, style: bar ? { "--bar": bar } : {} },
    data.author && h("div", { class: "author" }, icon(data.author.icon_url), linked(data.author.url, data.author.name)),
    data.title && h("div", { class: "title" }, linked(data.url, h("span", {}, markdown(data.title, context)))),
    data.description && h("div", { class: "description" }, markdown(data.description, context)),
    data.fields?.length && fields(data.fields),
    data.thumbnail && h("div", { class: "thumbnail" }, picture({ description: data.title, ...data.thumbnail, filename })),
    data.image && h("div", { class: "picture-holder" }, picture({ description: data.title, ...data.image, filename }, "embed-image")),
    small && h("div", { class: "footer" }, icon(data.footer?.icon_url), small));
}
