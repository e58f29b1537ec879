// The page's own icons, drawn with strokes in the text's colour.

const PATHS = {
  apps: "M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM17 13.5v7M13.5 17h7",
  clip: "M20 11.5 12 19.5a5 5 0 0 1-7-7l8-8a3.4 3.4 0 0 1 4.8 4.8l-8 8a1.7 1.7 0 0 1-2.4-2.4l7.4-7.4",
  close: "M6 6l12 12M18 6 6 18",
  down: "M12 5v14M6 13l6 6 6-6",
  eye: "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6",
  file: "M6 3h8l4 4v14H6zM14 3v4h4",
  forward: "M15 7l5 5-5 5M20 12h-9a7 7 0 0 0-7 7",
  menu: "M4 7h16M4 12h16M4 17h16",
  more: "M4.5 12a1 1 0 1 0 2 0 1 1 0 0 0-2 0M11 12a1 1 0 1 0 2 0 1 1 0 0 0-2 0M17.5 12a1 1 0 1 0 2 0 1 1 0 0 0-2 0",
  next: "M9 5l7 7-7 7",
  open: "M14 4h6v6M20 4l-9 9M11 5H5v14h14v-6",
  pencil: "M4 20l1-4L16 5l3 3L8 19z",
  pin: "M9 4h6l-1 6 3 3v2H7v-2l3-3zM12 15v6",
  plus: "M12 5v14M5 12h14",
  poll: "M5 20V11M12 20V4M19 20v-6",
  previous: "M15 5l-7 7 7 7",
  react: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18M8.5 14.5s1.2 2 3.5 2 3.5-2 3.5-2M9 9.5h.01M15 9.5h.01",
  reply: "M9 7l-5 5 5 5M4 12h9a7 7 0 0 1 7 7",
  theme: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 3v18M12 7.5h7M12 12h8.5M12 16.5h7",
  thread: "M4 5h16v11h-9l-4 4v-4H4zM8 9h8M8 12h5",
  trash: "M4 7h16M9 7V4h6v3M6.5 7l1 13h9l1-13M10 11v5.5M14 11v5.5",
};
const SVG = "http://www.w3.org/2000/svg";

function drawn(tag, attributes) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

// An icon, hidden from screen readers: what it stands in has a label.
export function icon(name, size = 18) {
  const svg = drawn("svg", { viewBox: "0 0 24 24", width: size, height: size, class: "icon", "aria-hidden": "true" });
  svg.append(drawn("path", { d: PATHS[name] }));
  return svg;
}

// Draw the icons that index.html names.
export function drawIcons() {
  for (const element of document.querySelectorAll("[data-icon]")) element.append(icon(element.dataset.icon, 20));
}
