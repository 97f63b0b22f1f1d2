/**
 * Drafts: whatever is typed in a form with `data-draft` is the server's within half a second, which gives it back with the
 * form. Until it has said that it has it, the tab keeps it too: a page may be loaded anew faster than it is written down,
 * or while there is no network. One is sent after the other, and the form itself after them: an older text that comes late
 * would take the place of a newer one.
 */
const AFTER_MS = 400;
/** A network that has changed may leave a request without an end: the next one comes through. */
const GIVEN_UP_MS = 10_000;
const FORM = "form[data-draft]";
const waiting = new Map();
/** Forms whose text is sent as soon as what is on its way has arrived. */
const due = new Set();
let onItsWay = Promise.resolve();
let sending = 0;

/** @param {string} token the page's own, that the server wants with everything that changes something */
export function keep(token) {
  const save = (form) => {
    stop(form);
    due.add(form);
    onItsWay = onItsWay.then(() => due.delete(form) && send(form));
  };
  const send = async (form) => {
    sending += 1;
    const body = new FormData(form);
    body.set("touch", form.dataset.touch);
    try {
      const [headers, signal] = [{ "X-CSRF-Token": token }, AbortSignal.timeout(GIVEN_UP_MS)];
      const told = { method: "POST", body, keepalive: true, headers, signal };
      const answer = await fetch("/desk/draft", told);
      if (answer.status >= 500) again(form);
      else if (answer.ok && !waiting.has(form) && !due.has(form)) sessionStorage.removeItem(name(form));
    } catch {
      again(form);
    } finally {
      sending -= 1;
    }
  };
  const again = (form) => {
    if (form.isConnected && !waiting.has(form)) waiting.set(form, setTimeout(save, 5 * AFTER_MS, form));
  };
  const typed = ({ target }) => {
    const form = target.closest?.(FORM);
    if (!form) return;
    stop(form);
    waiting.set(form, setTimeout(save, AFTER_MS, form));
    const texts = [...new FormData(form)].filter(([, text]) => typeof text === "string");
    sessionStorage.setItem(name(form), JSON.stringify(texts));
  };
  const saveAll = () => [...waiting.keys()].forEach(save);
  const leave = () => {
    const last = new Set([...waiting.keys(), ...due]); // there is no later turn
    last.forEach(stop);
    last.forEach(send);
  };
  document.addEventListener("input", typed);
  document.addEventListener("change", typed);
  addEventListener("pagehide", leave);
  document.addEventListener("visibilitychange", () => document.hidden && saveAll());
  document.addEventListener("htmx:afterSettle", () => document.querySelectorAll(FORM).forEach(restore));
  // A form that is sent itself carries all that was typed.
  const sent = ({ target }) => target.matches("form, button") && target.closest(FORM);
  document.addEventListener("htmx:confirm", (event) => {
    if (!sending || !event.target.matches(FORM)) return;
    event.preventDefault();
    onItsWay.then(() => event.detail.issueRequest());
  });
  document.addEventListener("htmx:beforeRequest", (event) => sent(event) && stop(sent(event)));
  document.addEventListener("htmx:afterRequest", (event) => {
    if (sent(event) && event.detail.successful) sessionStorage.removeItem(name(sent(event)));
  });
}

function stop(form) {
  clearTimeout(waiting.get(form));
  waiting.delete(form);
  due.delete(form);
}

function name(form) {
  return `draft ${form.dataset.touch}`;
}

/** Puts in what the server did not get; it is saved again. */
function restore(form) {
  const texts = waiting.has(form) ? null : JSON.parse(sessionStorage.getItem(name(form)));
  for (const [field, text] of texts ?? []) {
    const entry = form.elements.namedItem(field);
    if (!(entry instanceof HTMLElement) || entry.type === "hidden" || entry.value === text) continue;
    entry.value = text;
    entry.dispatchEvent(new Event("input", { bubbles: true }));
  }
}
