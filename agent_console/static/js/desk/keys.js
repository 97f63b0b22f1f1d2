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
    const found = usable(key);
    if (!found) return;
    event.preventDefault();
    found.click();
  });
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
