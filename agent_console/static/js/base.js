// What every page does: notices, times that run, and a word when the server does not answer.
const notices = document.getElementById("notices");

const DEEDS = ["pointerdown", "keydown"];

/** Shows one line: a good one until something else is done a while later, however long nobody looks; a bad one until it is closed. */
export function notice(text, kind = "good") {
  const line = document.createElement("p");
  line.className = `notice ${kind}`;
  line.textContent = text;
  const close = document.createElement("button");
  close.type = "button";
  close.textContent = "×";
  close.setAttribute("aria-label", document.documentElement.lang === "ru" ? "Закрыть" : "Close");
  close.addEventListener("click", () => line.remove());
  line.append(close);
  notices.append(line);
  if (kind === "bad") return;
  setTimeout(() => DEEDS.forEach((deed) => addEventListener(deed, () => line.remove(), { once: true, capture: true })), 6000);
}

/** Writes the time since (or until) the instant in data-since (data-until) into every such element. */
export function run() {
  const now = Date.now() + clockAhead;
  for (const one of document.querySelectorAll("[data-since], [data-until]")) {
    const { since, until } = one.dataset;
    const seconds = Math.max(0, Math.round((until ? Date.parse(until) - now : now - Date.parse(since)) / 1000));
    const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
    const text = `${hours ? `${hours}:${String(minutes).padStart(2, "0")}` : minutes}:${String(seconds % 60).padStart(2, "0")}`;
    if (one.textContent !== text) one.textContent = text;
  }
}

// The server's clock, not the browser's, says how long a talk has lasted: pages and events tell it in data-now.
let clockAhead = 0;
export function heard(now) {
  clockAhead = Date.parse(now) - Date.now();
}
heard(document.body.dataset.now);
run();
document.body.addEventListener("htmx:afterSettle", ({ target }) => {
  const told = target.querySelector("[data-now]"); // only what has just come is of now
  if (told) heard(told.dataset.now);
  run();
});
setInterval(run, 500);

document.body.addEventListener("htmx:responseError", (event) => {
  const { status, statusText } = event.detail.xhr;
  if (!event.detail.xhr.getResponseHeader("HX-Redirect")) notice(`${status} ${statusText}`, "bad");
});
document.body.addEventListener("htmx:sendError", () => {
  notice(document.documentElement.lang === "ru" ? "Сервер не отвечает" : "The server does not answer", "bad");
});
document.body.addEventListener("notice", (event) => notice(event.detail.text ?? event.detail.value, event.detail.kind));
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.account[open]")) if (!menu.contains(event.target)) menu.open = false;
});

// Ctrl+Enter sends what is written, where the field says so.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  const field = event.target.closest?.('[aria-keyshortcuts~="Control+Enter"]');
  const send = field?.form.querySelector("button.main:not(:disabled)");
  if (send) field.form.requestSubmit(send);
});
