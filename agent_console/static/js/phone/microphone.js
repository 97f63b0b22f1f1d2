import { choices, choose } from "./choices.js";

/** Why there is no sound from the operator: what getUserMedia calls it, and what we do. */
const REASONS = { NotAllowedError: "refused", NotFoundError: "missing", NotReadableError: "busy", AbortError: "busy" };

/**
 * The operator's microphone: opened once and kept open between calls, so that a call is answered at once and the loss of
 * it is known before the next debtor is put through.
 */
export class Microphone {
  /** @type {MediaStream | null} */
  stream = null;
  /** @type {"off" | "on" | "lost"} */
  state = "off";
  muted = false;
  #tell;
  #again = () => this.state === "lost" && this.open();

  /** @param {(state: "on" | "lost", reason: string) => void} tell */
  constructor(tell) {
    this.#tell = tell;
  }

  /** Begin to hear; one that is lost is taken again as soon as a device appears. */
  async open() {
    const wanted = choices().microphone;
    navigator.mediaDevices.addEventListener("devicechange", this.#again);
    try {
      const stream = await navigator.mediaDevices.getUserMedia({
        audio: { ...(wanted && { deviceId: { ideal: wanted } }), echoCancellation: true, noiseSuppression: true },
      });
      this.#take(stream);
    } catch (error) {
      this.#lose(REASONS[error.name] ?? "busy");
    }
  }

  close() {
    navigator.mediaDevices.removeEventListener("devicechange", this.#again);
    this.#stop();
    this.state = "off";
  }

  /** @param {string} id of a device; empty for the system's own */
  async choose(id) {
    choose({ microphone: id });
    if (this.state !== "off") await this.open();
  }

  /** @param {boolean} on */
  mute(on) {
    this.muted = on;
    for (const track of this.stream?.getAudioTracks() ?? []) track.enabled = !on;
  }

  /** @param {MediaStream} stream */
  #take(stream) {
    this.#stop();
    this.stream = stream;
    for (const track of stream.getAudioTracks()) {
      track.addEventListener("ended", () => this.stream === stream && this.#lose("ended"));
    }
    this.mute(this.muted);
    this.state = "on";
    this.#tell("on", "");
  }

  /** @param {string} reason */
  #lose(reason) {
    this.#stop();
    this.state = "lost";
    this.#tell("lost", reason);
  }

  #stop() {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
  }
}
