/**
 * Keys: whatever is on the page and says `aria-keyshortcuts` is clicked by them. Combinations with Alt work everywhere and
 * go by the physical key, so that they are the same in every layout; single keys only while nothing is typed in.
 */
const TYPED_IN = "textarea, select, [contenteditable], input:not([type=checkbox], [type=radio], [type=range], [type=button])";

export function listen() {
  document.addEventListener("keydown", (event) => {
    const key = pressed(event);
    const single = !key.startsWith("Alt+");
    if (event.ctrlKey || event.metaKey || event.repeat || (single && event.target.closest(TYPED_IN))) return;
    if (single && document.querySelector(".sheet .htmx-request")) {
      ahead.push(key); // what it stands for is not on the page yet
      return event.preventDefault();
    }
    if (press(key)) event.preventDefault();
  });
  document.addEventListener("htmx:afterSettle", () => {
    const key = ahead.shift();
    if (key && !document.activeElement.closest(TYPED_IN)) press(key);
  });
  document.addEventListener("htmx:sendError", () => ahead.splice(0));
}

/** Single keys that were faster than the server. */
const ahead = [];

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
