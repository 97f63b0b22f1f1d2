/**
 * Drafts: whatever is typed in a form with `data-draft` is the server's within half a second, and at once when the page is
 * left. The server gives it back with the form.
 */
const AFTER_MS = 400;
const waiting = new Map();

/** @param {string} token the page's own, that the server wants with everything that changes something */
export function keep(token) {
  const save = (form) => {
    clearTimeout(waiting.get(form));
    waiting.delete(form);
    const body = new FormData(form);
    body.set("touch", form.dataset.touch);
    fetch("/desk/draft", { method: "POST", body, keepalive: true, headers: { "X-CSRF-Token": token } }).catch(() => {
      waiting.set(form, setTimeout(() => save(form), 5 * AFTER_MS));
    });
  };
  const typed = (event) => {
    const form = event.target.closest?.("form[data-draft]");
    if (!form) return;
    clearTimeout(waiting.get(form));
    waiting.set(form, setTimeout(() => save(form), AFTER_MS));
  };
  // A form that is sent itself carries all that was typed.
  document.addEventListener("htmx:beforeRequest", ({ target }) => {
    const form = target.matches("form, button") && target.closest("form[data-draft]");
    if (!form) return;
    clearTimeout(waiting.get(form));
    waiting.delete(form);
  });
  document.addEventListener("input", typed);
  document.addEventListener("change", typed);
  addEventListener("pagehide", () => [...waiting.keys()].forEach(save));
  document.addEventListener("visibilitychange", () => document.hidden && [...waiting.keys()].forEach(save));
}
