/** The phone as the page shows it: its light, its buttons and its meters. What it hears it tells the server only once lost. */
import { notice } from "../base.js";
import { Phone } from "../phone/phone.js";

export class Handset {
  /** @param {HTMLElement} box @param {(path: string, fields: object) => Promise<Response>} post */
  constructor(box, post) {
    this.box = box;
    this.post = post;
    this.on = box.querySelector("#phone-on");
    this.phone = new Phone({ account: () => this.#account() });
    this.#hear();
    this.#press();
    this.phone.startIfAllowed(); // behind F5 nobody has to click again
  }

  async #account() {
    const answer = await fetch("/desk/phone", { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
    return answer.json();
  }

  #hear() {
    const { phone } = this;
    const on = (name, react) => phone.addEventListener(name, ({ detail }) => react(detail ?? {}));
    on("state", () => this.#show());
    on("call", ({ state }) => {
      this.#show();
      if (state === "ended") this.#level({ input: 0, output: 0 });
    });
    on("muted", ({ muted }) => this.#part("mute").setAttribute("aria-pressed", String(muted)));
    on("level", (level) => this.#level(level));
    on("quality", ({ word, rttMs, lost }) => {
      const shown = this.box.querySelector("#quality");
      shown.textContent = this.box.dataset[word] ?? word;
      shown.title = `RTT ${rttMs ?? "?"} ms, −${lost ?? 0}`;
    });
    on("microphone", ({ state, reason }) => state === "lost" && this.#deaf(reason));
    on("devices", () => this.#devices());
    this.#show();
  }

  #press() {
    const { phone } = this;
    this.on.addEventListener("click", () => {
      phone.start();
      this.#devices();
    });
    this.#part("here").addEventListener("click", () => phone.takeOver());
    this.#part("answer").addEventListener("click", () => phone.answer());
    this.#part("mute").addEventListener("click", () => phone.mute(!phone.muted));
    document.getElementById("keypad").addEventListener("click", ({ target }) => target.dataset.press && phone.press(target.dataset.press));
    document.getElementById("microphone").addEventListener("change", ({ target }) => phone.chooseMicrophone(target.value));
    document.getElementById("speaker").addEventListener("change", ({ target }) => phone.chooseSpeaker(target.value));
    for (const slider of document.querySelectorAll("[data-volume]"))
      slider.addEventListener("input", () => phone.setVolume(slider.dataset.volume, slider.valueAsNumber));
  }

  #part(name) {
    return document.getElementById(`phone-${name}`);
  }

  #show() {
    const { state, call } = this.phone;
    this.box.dataset.state = state;
    this.#part("word").textContent = this.box.dataset[state] ?? state;
    this.on.hidden = state !== "off";
    this.#part("here").hidden = state !== "elsewhere";
    this.#part("call").hidden = !call;
    this.#part("answer").hidden = call?.state !== "ringing";
  }

  /** ``input`` is the operator's own microphone, ``output`` the other side. */
  #level({ input, output }) {
    this.box.querySelector("#level-in").value = output;
    this.box.querySelector("#level-out").value = input;
  }

  /** Nobody would hear him: the server takes him out of the queue, and says so on his screen. */
  #deaf(reason) {
    notice(`${this.box.dataset.microphone} (${reason})`, "bad");
    this.post("/desk/do/pause", { argument: "microphone lost" }).catch(() => null);
  }

  async #devices() {
    const known = await this.phone.devices();
    fill(document.getElementById("microphone"), known.microphones, known.microphone);
    fill(document.getElementById("speaker"), known.speakers, known.speaker);
    for (const slider of document.querySelectorAll("[data-volume]")) slider.value = known.volumes[slider.dataset.volume];
  }
}

function fill(select, devices, chosen) {
  select.replaceChildren(...devices.map(({ id, label }) => new Option(label || id || "?", id, false, id === chosen)));
}
