import { look, word } from "./quality.js";

const LOOK_MS = 100;
const QUALITY_LOOKS = 20;

/**
 * One call to this phone, from its INVITE to its end, whoever ends it. It ends itself when the sound is dead: nobody else
 * would, since JsSIP keeps a call for as long as its own side wants it.
 */
export class Call {
  /** @type {"ringing" | "talking" | "ended"} */
  state = "ringing";
  /** When it began to be in this state. */
  since = new Date();
  answered = false;
  #session;
  #tell;
  #voice = new Audio();
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #clock;

  /**
   * @param {any} session of JsSIP, incoming
   * @param {any} request its INVITE
   * @param {(name: string, detail?: object) => void} tell "talking", "ended" with a cause, "level", "quality"
   */
  constructor(session, request, tell) {
    this.#session = session;
    this.#tell = tell;
    /** Our id of the touch, which the card is of; empty for a call from elsewhere. */
    this.touch = request.getHeader("X-Touch-Id") ?? "";
    this.from = request.from.uri.user ?? "";
    this.alerted = /answer-after=0|auto.?answer/i.test(
      `${request.getHeader("Call-Info") ?? ""} ${request.getHeader("Alert-Info") ?? ""}`,
    );
    this.#voice.autoplay = true;
    session.on("peerconnection", ({ peerconnection }) => this.#watch(peerconnection));
    session.on("icecandidate", ({ ready }) => ready()); // the first candidate will do: no server has to be asked
    session.on("confirmed", () => this.#begin());
    session.on("ended", ({ cause }) => this.#end(cause));
    session.on("failed", ({ cause }) => this.#end(cause));
  }

  /** @param {MediaStream} stream of the microphone @param {string} speaker @param {number} volume 0 to 1 */
  answer(stream, speaker, volume) {
    this.#voice.volume = volume;
    this.choose(speaker);
    this.#session.answer({ mediaStream: stream });
  }

  /** End it, or refuse it while it rings. @param {number} [code] why it is refused: 486 busy, 480 not here */
  hangUp(code = 486) {
    if (this.state === "ended") return;
    this.#session.terminate(this.state === "ringing" ? { status_code: code } : {});
  }

  /** @param {string} digits 0-9, * and # */
  press(digits) {
    if (this.state !== "talking") return;
    this.#session.sendDTMF(digits, { transportType: "RFC2833", duration: 120, interToneGap: 80 });
  }

  /** Another microphone, in the middle of the call. @param {MediaStream} stream */
  async hear(stream) {
    const [track] = stream.getAudioTracks();
    const senders = this.#session.connection?.getSenders() ?? [];
    await senders.find((one) => !one.track || one.track.kind === "audio")?.replaceTrack(track);
  }

  /** @param {string} id of the device that the other side is heard from; empty for the system's own */
  choose(id) {
    this.#voice.setSinkId?.(id).catch(() => this.#voice.setSinkId("")); // it was unplugged
  }

  /** @param {number} volume 0 to 1 */
  set volume(volume) {
    this.#voice.volume = volume;
  }

  /** @returns {Promise<RTCStatsReport | undefined>} the statistics of its connection */
  async stats() {
    return this.#session.connection?.getStats();
  }

  /** @param {RTCPeerConnection} connection */
  #watch(connection) {
    connection.addEventListener("track", ({ streams }) => {
      this.#voice.srcObject = streams[0];
    });
    connection.addEventListener("iceconnectionstatechange", () => {
      if (connection.iceConnectionState === "disconnected") this.hangUp();
    });
  }

  #begin() {
    this.answered = true;
    this.#be("talking");
    this.#tell("talking");
    this.#measure();
  }

  /** Tell level and quality for as long as it lasts; they are shown and nothing depends on them. */
  #measure() {
    let looks = 0;
    let before = look([]);
    this.#clock = setInterval(async () => {
      const now = look((await this.stats())?.values() ?? []);
      if (this.state !== "talking") return;
      this.#tell("level", { input: now.input, output: now.output });
      looks += 1;
      if (looks % QUALITY_LOOKS) return;
      this.#tell("quality", { ...now, word: word(before, now) });
      before = now;
    }, LOOK_MS);
  }

  /** @param {string} cause */
  #end(cause) {
    if (this.state === "ended") return;
    clearInterval(this.#clock);
    this.#voice.srcObject = null;
    this.#be("ended");
    this.#tell("ended", { cause });
  }

  /** @param {Call["state"]} state */
  #be(state) {
    this.state = state;
    this.since = new Date();
  }
}
