/**
 * The desk's link to the server. What the server sends is the whole present state, as HTML: it is morphed into the page, so
 * that focus stays where it is. A part with `data-keep` is left alone while the server sends one of the same name: somebody
 * types in it.
 *
 * Nothing here is right only because of a timer: a browser that slept just learns later that it was cut off.
 */
import { heard, run } from "../base.js";

const SILENT_MS = 12_000; // The server says something every five seconds.
const LOOK_MS = 2_000;

/** Events: `shown` (new content is in the page), `lost` and `back`, `message` {text, author}, `over` (signed out). */
export class Link extends EventTarget {
  #source = null;
  #heardAt = 0;
  #lost = false;
  #over = false;

  /** @param {string} address of the events */
  constructor(address) {
    super();
    this.address = address;
  }

  open() {
    this.#connect();
    setInterval(() => this.#look(), LOOK_MS);
    addEventListener("online", () => this.#connect());
    addEventListener("offline", () => this.#cut());
    document.addEventListener("visibilitychange", () => this.#look());
  }

  #connect() {
    if (this.#over) return; // the page is on its way to another, however long that takes
    this.#source?.close();
    const source = new EventSource(this.address);
    this.#source = source;
    this.#heardAt = performance.now();
    const on = (name, react) =>
      source.addEventListener(name, (event) => {
        this.#heardAt = performance.now();
        react(event.data);
      });
    on("screen", (html) => {
      this.#whole();
      show(html);
      this.#tell("shown");
    });
    on("pulse", (now) => {
      heard(now);
      this.#whole();
    });
    on("message", (text) => this.#tell("message", JSON.parse(text)));
    on("lost", () => this.#cut());
    on("over", () => this.#leave());
    source.addEventListener("error", () => {
      this.#cut();
      if (source === this.#source && source.readyState === EventSource.CLOSED) this.#ask();
    });
  }

  /** The server has refused the events: whoever is no longer signed in is sent to where he can. */
  async #ask() {
    const page = await fetch(location.href, { headers: { Accept: "text/html", "X-Unattended": "yes" } }).catch(() => null);
    if (page?.redirected) this.#leave();
  }

  #leave() {
    this.#over = true;
    this.#source.close();
    location.reload();
  }

  #look() {
    const closed = this.#source.readyState === EventSource.CLOSED;
    if (this.#over || !closed && performance.now() - this.#heardAt < SILENT_MS) return;
    this.#cut();
    this.#connect();
  }

  #cut() {
    if (this.#lost) return;
    this.#lost = true;
    this.#tell("lost");
  }

  #whole() {
    if (!this.#lost) return;
    this.#lost = false;
    this.#tell("back");
  }

  #tell(name, detail = {}) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

/** Puts the parts of `html` in the place of those in the page that have their ids. */
function show(html) {
  const sent = document.createElement("template");
  sent.innerHTML = html;
  for (const part of [...sent.content.children]) {
    Idiomorph.morph(document.getElementById(part.id), part, {
      morphStyle: "outerHTML",
      ignoreActiveValue: true,
      callbacks: { beforeNodeMorphed: (old, now) => !kept(old, now) },
    });
    htmx.process(document.getElementById(part.id));
  }
  run();
}

function kept(old, now) {
  return old.dataset?.keep !== undefined && old.dataset.keep === now.dataset?.keep;
}
