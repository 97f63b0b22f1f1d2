import { choices } from "./choices.js";

/** A ring of one second, four of silence, as telephones here do; made ahead, so that no timer has to be on time. */
const RING = { hertz: 425, on: 1, off: 4, times: 12 };
const BEEP = { hertz: 880, on: 0.06, off: 0.06, times: 2 };
const END = { hertz: 425, on: 0.15, off: 0.15, times: 2 };

/** All that the page makes audible by itself; silent until it was first clicked. */
export class Sounds {
  #context = new AudioContext();
  /** @type {GainNode | null} */
  #playing = null;
  #wake = () => this.#context.resume();

  constructor() {
    for (const gesture of ["pointerdown", "keydown"]) {
      addEventListener(gesture, this.#wake, { once: true, capture: true });
    }
    this.#wake();
    this.choose(choices().speaker);
  }

  ring() {
    this.#play(RING);
  }

  /** A call begins without a ring. */
  beep() {
    this.#play(BEEP);
  }

  /** A call is over. */
  end() {
    this.#play(END);
  }

  hush() {
    this.#playing?.disconnect();
    this.#playing = null;
  }

  /** Where tones come out; browsers without this keep to the system's device. @param {string} id */
  choose(id) {
    this.#context.setSinkId?.(id).catch(() => this.#context.setSinkId("")); // it was unplugged
  }

  /** @param {typeof RING} tone */
  #play(tone) {
    this.hush();
    const loud = new GainNode(this.#context, { gain: 0 });
    const voice = new OscillatorNode(this.#context, { frequency: tone.hertz });
    const begins = this.#context.currentTime;
    for (let time = 0; time < tone.times; time += 1) {
      const at = begins + time * (tone.on + tone.off);
      loud.gain.setValueAtTime(choices().ring * 0.3, at);
      loud.gain.setValueAtTime(0, at + tone.on);
    }
    voice.connect(loud).connect(this.#context.destination);
    voice.start();
    voice.stop(begins + tone.times * (tone.on + tone.off));
    this.#playing = loud;
  }
}
