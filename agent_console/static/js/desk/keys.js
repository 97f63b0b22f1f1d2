/**
 * Keys: whatever is on the page and says `aria-keyshortcuts` is clicked by them. Combinations with Alt work everywhere and
 * go by the physical key, so that they are the same in every layout; single keys only while nothing is typed in.
 */
const TYPED_IN = "textarea, select, [contenteditable], input:not([type=checkbox], [type=radio], [type=range], [type=button])";

/** Keys that were faster than the server: what they stand for is not on the page yet. */
const ahead = [];
/** What is on its way for a sheet, until it is in the page. (Classes do not tell: they stay on what is processed anew in between.) */
const sent = new Set();

export function listen() {
  document.addEventListener("keydown", (event) => {
    const key = pressed(event);
    if (event.ctrlKey || event.metaKey || event.repeat || !meant(key, event.target)) return;
    if (sent.size && (ahead.length || !key.startsWith("Alt+") || !usable(key))) ahead.push(key);
    else if (!press(key)) return;
    event.preventDefault();
  });
  document.addEventListener("htmx:beforeSend", ({ detail }) => {
    if (!detail.target.closest(".sheet")) return;
    sent.add(detail.xhr);
    detail.xhr.addEventListener("loadend", () => settled(detail.xhr));
  });
  document.addEventListener("htmx:sendError", () => ahead.splice(0));
}

/** Nothing of that request is awaited any more: the keys that were faster do what they stand for. */
function settled(xhr) {
  sent.delete(xhr);
  while (ahead.length && !sent.size) {
    const key = ahead.shift();
    if (meant(key, document.activeElement)) press(key);
  }
}

/** Whether the key is one, and no letter of what is typed there. */
function meant(key, at) {
  return key.startsWith("Alt+") || !at.closest(TYPED_IN);
}

function press(key) {
  const found = usable(key);
  found?.click();
  return Boolean(found);
}

function pressed(event) {
  const name = event.code.replace(/^(Key|Digit|Numpad)/, "");
  if (event.altKey) return `Alt+${name}`;
  return event.key === "?" || event.key === "F1" ? "?" : name;
}

/** What the key stands for: in the dialog that is open, else in the page; the last one that is shown. */
function usable(key) {
  const within = [...document.querySelectorAll("dialog[open]")].at(-1) ?? document;
  const all = within.querySelectorAll(`[aria-keyshortcuts="${CSS.escape(key)}"]:not(:disabled)`);
  return [...all].findLast((one) => one.checkVisibility({ visibilityProperty: true }));
}
