// Building elements. Text is only ever set as text: nothing a person or the bot wrote is parsed as HTML.

export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.className = value;
    else if (name === "dataset") Object.assign(element.dataset, value);
    else if (name === "style") for (const [key, v] of Object.entries(value)) element.style.setProperty(key, v);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export const byId = (id) => document.getElementById(id);

// An address that is safe to put into href or src: the sandbox's own, or plain web.
export function safeUrl(text) {
  if (!text) return null;
  try {
    const url = new URL(text, location.origin);
    return ["http:", "https:"].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

// Pictures load only from the sandbox itself (the page's policy sees to it); the avatars' CDN is the sandbox too.
export const localUrl = (text) => safeUrl(String(text ?? "").replace("https://cdn.discordapp.com/", "/"));
