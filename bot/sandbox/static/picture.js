// Attachments: pictures and videos, alone or in a grid; covered spoilers; other files as cards; the enlarged view.

import { byId, h, localUrl } from "./dom.js";
import { icon } from "./icons.js";

const SPOILER = 8;
const sizeOf = (bytes) => bytes < 1024 ? `${bytes} B` : bytes < 1048576 ? `${(bytes / 1024).toFixed(1)} KB` : `${(bytes / 1048576).toFixed(1)} MB`;

// Show a picture large. The arrow keys and buttons go through the pictures of its message; Escape or a click closes.
export function enlarge(button) {
  const box = byId("lightbox");
  const all = [...(button.closest(".message") ?? button.parentElement).querySelectorAll("button.picture:not(.hidden-picture)")];
  const show = (chosen) => {
    const { src, alt } = chosen.querySelector("img");
    const go = (step) => (event) => { event.stopPropagation(); show(all[(all.indexOf(chosen) + step + all.length) % all.length]); };
    const turn = (name, label, step) => all.length > 1 && h("button", { type: "button", class: `icon-button ${name}`, "aria-label": label, onclick: go(step) }, icon(name, 26));
    box.replaceChildren(
      h("div", { class: "tools" },
        h("a", { class: "icon-button", href: src, target: "_blank", rel: "noopener noreferrer", "aria-label": "Open in a new tab", title: "Open in a new tab" }, icon("open")),
        h("button", { type: "button", class: "icon-button", "aria-label": "Close", title: "Close", onclick: () => box.close() }, icon("close"))),
      turn("previous", "Previous picture", -1), h("img", { src, alt }), turn("next", "Next picture", 1), h("p", {}, alt || chosen.dataset.filename));
    box.onkeydown = (event) => { if (all.length > 1 && event.key === "ArrowLeft") go(-1)(event); if (all.length > 1 && event.key === "ArrowRight") go(1)(event); };
    box.querySelector(".tools button").focus();
  };
  box.onclick = (event) => { if (!event.target.closest("a, button")) box.close(); };
  // showModal focuses the first control
  box.showModal();
  show(button);
}

// Scale down to at most 420 pixels. Sizes are set before loading, so that nothing moves when the picture arrives.
function fitting(width, height) {
  if (!width) return {};
  const scale = Math.min(1, 420 / width, 420 / height);
  return { width: Math.round(width * scale), height: Math.round(height * scale) };
}

// Uncover a picture or video that is a spoiler.
export function reveal(box) {
  box.classList.remove("hidden-picture");
  box.querySelector(".cover")?.remove();
  if (box.matches("button")) box.setAttribute("aria-label", `Enlarge: ${box.querySelector("img").alt || box.dataset.spoiler}`);
}

export function picture({ url, width, height, description, filename, spoiler }, testid = "picture") {
  const source = localUrl(url);
  if (!source) return null;
  const alt = description ?? "";
  const button = h("button", {
    type: "button",
    class: spoiler ? "picture hidden-picture" : "picture",
    "aria-label": spoiler ? "Reveal the spoiler" : `Enlarge: ${alt || filename || "picture"}`,
    dataset: { testid, focus: `picture-${filename ?? ""}`, filename: filename ?? "picture", ...(spoiler ? { spoiler: filename } : {}) },
    onclick: () => (button.classList.contains("hidden-picture") ? reveal(button) : enlarge(button)),
  }, h("img", { src: source, alt, ...fitting(width, height), decoding: "async" }), alt && h("span", { class: "alt", "aria-hidden": "true" }, "ALT"));
  return button;
}

function videoElement({ url, width, height, description, filename, spoiler }) {
  const video = h("video", { src: localUrl(url), controls: true, loop: true, preload: "metadata", playsinline: true, "aria-label": description ?? filename, ...fitting(width, height), dataset: { testid: "video" } });
  video.muted = true;
  if (!spoiler) return h("div", { class: "picture video" }, video);
  const cover = h("button", { type: "button", class: "cover", "aria-label": "Reveal the spoiler", onclick: () => { reveal(box); video.focus(); } });
  const box = h("div", { class: "picture video hidden-picture", dataset: { spoiler: filename } }, video, cover);
  return box;
}

const isPicture = (file) => file.content_type?.startsWith("image/") && file.width;
const isVideo = (file) => file.content_type === "video/mp4" || file.content_type === "video/webm";

export function attachments(list) {
  const pictures = list.filter((file) => isPicture(file) || isVideo(file)).map((file) => {
    const media = { ...file, spoiler: Boolean(file.flags & SPOILER) };
    return isVideo(file) ? videoElement(media) : picture(media, "attachment");
  });
  const others = list.filter((file) => !isPicture(file) && !isVideo(file)).map((file) => {
    const link = h("a", { href: localUrl(file.url), download: file.filename, dataset: { testid: "attachment" } }, file.filename);
    return h("div", { class: "file" }, h("span", { class: "glyph" }, icon("file", 26)), h("div", {}, link, h("small", {}, sizeOf(file.size))));
  });
  // one picture has its own size, several form a grid
  const grid = pictures.length > 1 ? `pictures grid of-${Math.min(pictures.length, 5)}` : "pictures";
  return [pictures.length ? h("div", { class: grid, dataset: { testid: "pictures" } }, pictures) : null, ...others];
}
