/** One tab of a browser has the phone: two would push each other's registration out, and the microphone heard twice. */

const NAME = "dozvon-phone";

export class Tab {
  #here;
  #elsewhere;
  /** @type {AbortController | null} */
  #inLine = null;
  #letGo = () => {};

  /**
   * @param {() => void} here this tab has the phone now
   * @param {() => void} elsewhere another tab has it; this one gets it when that one is closed
   */
  constructor(here, elsewhere) {
    this.#here = here;
    this.#elsewhere = elsewhere;
  }

  /** Ask for the phone; ends when it is given up. @param {boolean} [force] take it away from the tab that has it */
  async claim(force = false) {
    this.release();
    let how = force ? { steal: true } : { ifAvailable: true };
    while ((await this.#hold(how)) === "taken") {
      this.#inLine = new AbortController();
      how = { signal: this.#inLine.signal };
      this.#elsewhere();
    }
  }

  /** Give it up, or stand in line no more. */
  release() {
    this.#inLine?.abort();
    this.#inLine = null;
    this.#letGo();
  }

  /** @param {LockOptions} how @returns {Promise<"given up" | "taken">} once it is no longer ours */
  async #hold(how) {
    let ours = false;
    try {
      await navigator.locks.request(NAME, how, (lock) => {
        if (!lock) return null;
        ours = true;
        this.#inLine = null;
        this.#here();
        return new Promise((resolve) => (this.#letGo = () => resolve(null)));
      });
      return ours ? "given up" : "taken";
    } catch (error) {
      if (error.name !== "AbortError") throw error;
      return ours ? "taken" : "given up"; // taken away, or no longer waited for
    }
  }
}
