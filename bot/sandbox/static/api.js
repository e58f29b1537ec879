// The page's API. Each call names the acting member; an error response is thrown as Refused with its message.

const token = document.querySelector('meta[name="sandbox-token"]').content;
let member = null;

export const actAs = (id) => { member = id; };
export const actor = () => member;

export class Refused extends Error {
  constructor(body, status) {
    super(messageOf(body));
    this.status = status;
    this.code = body.code;
    this.body = body;
  }
}

// The first error of Discord's nested report with the name of its field, or the general message.
function messageOf(body) {
  let found = null;
  const visit = (node, path) => {
    if (!node || typeof node !== "object" || found) return;
    if (Array.isArray(node._errors)) found = [path.filter((p) => p !== "options").join(" › "), node._errors[0].message];
    else for (const [key, value] of Object.entries(node)) visit(value, [...path, key]);
  };
  visit(body.errors, []);
  return found ? `${found[0] ? `${found[0]}: ` : ""}${found[1]}` : body.message ?? "Something went wrong";
}

export async function call(method, path, body) {
  const headers = { "X-Sandbox-Token": token };
  if (member) headers["X-Sandbox-Member"] = member;
  if (body !== undefined && !(body instanceof FormData)) {
    headers["Content-Type"] = "application/json";
    body = JSON.stringify(body);
  }
  const response = await fetch(`/sandbox${path}`, { method, headers, body });
  const answer = await response.json().catch(() => ({ message: `The sandbox answered with status ${response.status}` }));
  if (!response.ok) throw new Refused(answer, response.status);
  return answer;
}

// A request body with files, as Discord's clients send it.
export function withFiles(payload, files) {
  if (!files.length) return payload;
  const form = new FormData();
  files.forEach((file, index) => form.append(`files[${index}]`, file, file.name));
  form.append("payload_json", JSON.stringify(payload));
  return form;
}

// Receives live events and reconnects: calls `onEvent` with each event, `onLink` with whether there is a connection.
export function listen(onEvent, onLink) {
  let socket = null;
  let wait = 500;
  let stopped = false;
  const open = () => {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    socket = new WebSocket(`${scheme}://${location.host}/sandbox/socket?token=${encodeURIComponent(token)}&member=${member}`);
    socket.onopen = () => { wait = 500; onLink(true); };
    socket.onmessage = (frame) => onEvent(JSON.parse(frame.data));
    socket.onclose = () => {
      if (stopped) return;
      onLink(false);
      setTimeout(() => { if (!stopped) reconnect(); }, wait);
      wait = Math.min(wait * 2, 8000);
    };
  };
  // a restarted sandbox has another token: reload the page
  const reconnect = () => call("GET", "/people").then(open, (error) => (error.status === 403 ? location.reload() : socket.onclose()));
  open();
  return () => { stopped = true; socket.close(); };
}
