/**
 * The operator's phone in a page: it registers, answers, and tells the page what happens. Hold, consultation and transfer
 * are commands of the floor to the exchange and not of SIP: the page sends them to the server, and the phone just hears
 * something else. What state the operator is in is the server's to say; the phone says only what it hears and sees itself.
 *
 * Events, with their `detail`:
 * - `state` {state, reason}: "off", "connecting", "registered", "lost" (it comes back by itself), "refused" (tried again
 *   every three seconds), "elsewhere" (another tab has the phone; it comes here when that one is closed, or by `takeOver`)
 * - `call` {state: "ringing" | "talking" | "ended", touch, from, cause}
 * - `microphone` {state: "on" | "lost", reason: "" | "ended" | "refused" | "missing" | "busy"}; calls are refused
 *   while it is lost
 * - `muted` {muted}, `devices`
 * - `level` {input, output} and `quality` {word, received, lost, sent, jitterMs, rttMs} of a call
 */
import { Call } from "./call.js";
import { choices, choose } from "./choices.js";
import { Line } from "./line.js";
import { Microphone } from "./microphone.js";
import { Sounds } from "./sounds.js";
import { Tab } from "./tab.js";

export class Phone extends EventTarget {
  /** @type {"off" | "connecting" | "registered" | "lost" | "refused" | "elsewhere"} */
  #state = "off";
  /** @type {Call | null} */
  #call = null;
  #autoAnswer;
  /** Whether this tab has the phone. */
  #here = false;
  #line;
  /** @type {Sounds | null} */
  #sounds = null;
  #microphone = new Microphone((state, reason) => this.#heard(state, reason));
  #tab = new Tab(
    () => this.#open(),
    () => this.#close("elsewhere"),
  );
  #devicesChanged = () => this.#tell("devices");
  #leaving = () => this.stop();
  #stayed = (event) => this.#call?.state === "talking" && event.preventDefault();

  /**
   * @param {object} options
   * @param {() => Promise<import("./line.js").Account>} options.account
   * @param {boolean} [options.autoAnswer] calls of ours are answered by themselves, with a beep in the operator's ear
   */
  constructor({ account, autoAnswer = true }) {
    super();
    this.#autoAnswer = autoAnswer;
    this.#line = new Line(account, (name, detail) => this.#linked(name, detail));
  }

  get state() {
    return this.#state;
  }

  /** The call that there is, null without one. */
  get call() {
    return this.#call;
  }

  get muted() {
    return this.#microphone.muted;
  }

  /** @returns {"off" | "on" | "lost"} */
  get microphone() {
    return this.#microphone.state;
  }

  /** Register; the browser asks for the microphone the first time. Tones are silent until the page was clicked. */
  start() {
    if (this.#state !== "off") return;
    this.#sounds ??= new Sounds();
    navigator.mediaDevices.addEventListener("devicechange", this.#devicesChanged);
    addEventListener("pagehide", this.#leaving);
    addEventListener("beforeunload", this.#stayed);
    this.#be("connecting");
    this.#tab.claim();
  }

  /** Start without a click, as behind F5: only where the microphone is allowed already. */
  async startIfAllowed() {
    const { state } = await navigator.permissions.query({ name: "microphone" });
    if (state === "granted") this.start();
  }

  /** End the call, if there is one, and register no more. */
  stop() {
    navigator.mediaDevices.removeEventListener("devicechange", this.#devicesChanged);
    removeEventListener("pagehide", this.#leaving);
    removeEventListener("beforeunload", this.#stayed);
    this.#close("off");
    this.#tab.release();
  }

  /** Have the phone here; a call in the tab that has it ends. */
  takeOver() {
    if (this.#state === "elsewhere") this.#tab.claim(true);
  }

  answer() {
    if (this.#call?.state !== "ringing") return;
    this.#sounds?.hush();
    if (!this.#microphone.stream) {
      this.#call.hangUp(480);
      return;
    }
    this.mute(false);
    const { speaker, voice } = choices();
    this.#call.answer(this.#microphone.stream, speaker, voice);
  }

  hangUp() {
    this.#call?.hangUp();
  }

  /** @param {boolean} on */
  mute(on) {
    if (on === this.muted) return;
    this.#microphone.mute(on);
    this.#tell("muted", { muted: on });
  }

  /** @param {string} digits 0-9, * and # */
  press(digits) {
    this.#call?.press(digits);
  }

  /** @param {string} id */
  async chooseMicrophone(id) {
    await this.#microphone.choose(id);
  }

  /** @param {string} id */
  chooseSpeaker(id) {
    choose({ speaker: id });
    this.#call?.choose(id);
    this.#sounds?.choose(id);
  }

  /** @param {"voice" | "ring"} what @param {number} volume 0 to 1 */
  setVolume(what, volume) {
    choose({ [what]: Math.min(1, Math.max(0, volume)) });
    if (this.#call) this.#call.volume = choices().voice;
  }

  /** What can be chosen, and what is. Names are told only once the microphone may be used. */
  async devices() {
    const all = await navigator.mediaDevices.enumerateDevices();
    const named = (kind) =>
      all.filter((one) => one.kind === kind).map(({ deviceId, label }) => ({ id: deviceId, label }));
    const { microphone, speaker, voice, ring } = choices();
    return {
      microphones: named("audioinput"),
      speakers: named("audiooutput"),
      microphone,
      speaker,
      volumes: { voice, ring },
    };
  }

  async #open() {
    this.#here = true;
    await this.#microphone.open();
    if (this.#here) this.#line.open();
  }

  /** @param {Phone["state"]} state */
  #close(state) {
    this.#here = false;
    this.#call?.hangUp(480);
    this.#line.close();
    this.#microphone.close();
    this.#be(state);
  }

  /** @param {"connecting" | "registered" | "lost" | "refused" | "call"} name @param {any} detail */
  #linked(name, detail) {
    if (name === "call") {
      this.#ring(detail);
      return;
    }
    if (name === "lost") this.#call?.hangUp(); // whoever is at the other end, we would never hear of its end
    this.#be(name, detail);
  }

  /** @param {{session: any, request: any}} invite */
  #ring({ session, request }) {
    if (this.#call) {
      session.terminate({ status_code: 486 });
      return;
    }
    const call = new Call(session, request, (name, detail) => this.#called(call, name, detail));
    this.#call = call;
    this.#called(call, "ringing");
    if (this.#autoAnswer && (call.touch || call.alerted)) {
      this.#sounds?.beep();
      this.answer();
    } else {
      this.#sounds?.ring();
    }
  }

  /** @param {Call} call @param {string} name @param {object} [detail] */
  #called(call, name, detail) {
    if (name === "level" || name === "quality") {
      this.#tell(name, detail);
      return;
    }
    if (name === "ended") {
      this.#call = null;
      this.#sounds?.hush();
      if (call.answered) this.#sounds?.end();
    }
    this.#tell("call", { state: call.state, touch: call.touch, from: call.from, cause: "", ...detail });
  }

  /** @param {"on" | "lost"} state @param {string} reason */
  #heard(state, reason) {
    const { stream } = this.#microphone;
    if (stream && this.#call?.state === "talking") this.#call.hear(stream);
    this.#tell("microphone", { state, reason });
  }

  /** @param {Phone["state"]} state @param {string} [reason] */
  #be(state, reason = "") {
    if (state === this.#state) return;
    this.#state = state;
    this.#tell("state", { state, reason });
  }

  /** @param {string} name @param {object} [detail] */
  #tell(name, detail = {}) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
