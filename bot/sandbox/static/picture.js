// Attachments: pictures at their size, spoilers behind a veil, other files as cards; and the big view.

import { byId, h, localUrl } from "./dom.js";

const sizeOf = (bytes) => bytes < 1024 ? `${bytes} B` : bytes < 1048576 ? `${(bytes / 1024).toFixed(1)} KB` : `${(bytes / 1048576).toFixed(1)} MB`;

export function enlarge(url, alt, caption) {
  const box = byId("lightbox");
  box.replaceChildren(h("img", { src: url, alt }), h("p", {}, alt || caption || ""));
  box.onclick = () => box.close();
  box.showModal();
}

export function picture({ url, width, height, description, filename, spoiler }, testid = "picture") {
  const source = localUrl(url);
  if (!source) return null;
  const alt = description ?? "";
  // at most 420 pixels either way, so that the frame fits the picture and nothing moves when it arrives
  const scale = width ? Math.min(1, 420 / width, 420 / height) : 1;
  const size = width ? { width: Math.round(width * scale), height: Math.round(height * scale) } : {};
  const button = h("button", {
    type: "button",
    class: spoiler ? "picture hidden-picture" : "picture",
    "aria-label": spoiler ? "Reveal the spoiler" : `Enlarge: ${alt || filename || "picture"}`,
    dataset: { testid, focus: `picture-${filename ?? ""}` },
    onclick: () => {
      if (button.classList.contains("hidden-picture")) {
        button.classList.remove("hidden-picture");
        button.setAttribute("aria-label", `Enlarge: ${alt || filename}`);
      } else enlarge(source, alt, filename);
    },
  }, h("img", { src: source, alt, ...size, decoding: "async" }), alt && h("span", { class: "alt", "aria-hidden": "true" }, "ALT"));
  return button;
}

export function attachments(list) {
  const shown = [];
  const pictures = [];
  for (const file of list) {
    if (file.content_type?.startsWith("image/") && file.width) {
      pictures.push(picture({ ...file, spoiler: Boolean(file.flags & 8) }, "attachment"));
    } else {
      const link = h("a", { href: localUrl(file.url), download: file.filename, dataset: { testid: "attachment" } }, file.filename);
      shown.push(h("div", { class: "file" }, h("span", { class: "glyph", "aria-hidden": "true" }, "📄"), h("div", {}, link, h("small", {}, sizeOf(file.size)))));
    }
  }
  return [pictures.length ? h("div", { class: "pictures" }, pictures) : null, ...shown];
}
