// Creates elements. Text is always set as text: nothing that a member or the bot wrote is parsed as HTML.

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

// An address that is safe in href or src: of this server, or http(s).
export function safeUrl(text) {
  if (!text) return null;
  try {
    const url = new URL(text, location.origin);
    return ["http:", "https:"].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

// Pictures load only from the sandbox, by the page's policy; it also serves the avatars of Discord's CDN.
export const localUrl = (text) => safeUrl(String(text ?? "").replace("https://cdn.discordapp.com/", "/"));
