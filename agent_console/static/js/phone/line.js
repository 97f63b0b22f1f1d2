import JsSIP from "../../vendor/jssip.min.js";

const EXPIRES_S = 600;
const AGAIN_MS = 3000;

/**
 * The registration at the exchange: it is kept up through lost links and restarted exchanges, and brings the calls.
 *
 * @typedef {object} Account what the server tells of this operator's phone
 * @property {string} uri
 * @property {string[]} servers WebSocket addresses, in the order in which they are tried
 * @property {string} user
 * @property {string} password
 */
export class Line {
  #tell;
  #fetch;
  /** @type {any} */
  #agent = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #again;
  /** Changes whenever it is opened or closed: an account that comes later is of nobody. */
  #turn = 0;
  #online = () => this.#agent?.transport?.connect();

  /**
   * @param {() => Promise<Account>} fetch asked anew whenever the exchange refuses: the password may have changed
   * @param {(name: "connecting" | "registered" | "lost" | "refused" | "call", detail?: any) => void} tell
   */
  constructor(fetch, tell) {
    this.#fetch = fetch;
    this.#tell = tell;
  }

  /** Register, and stay so. */
  async open() {
    addEventListener("online", this.#online);
    this.#tell("connecting");
    this.#turn += 1;
    const turn = this.#turn;
    try {
      const account = await this.#fetch();
      if (turn === this.#turn) this.#connect(account);
    } catch (error) {
      if (turn === this.#turn) this.#refused(error.message);
    }
  }

  close() {
    this.#turn += 1;
    removeEventListener("online", this.#online);
    clearTimeout(this.#again);
    this.#agent?.removeAllListeners();
    this.#agent?.stop();
    this.#agent = null;
  }

  /** @param {Account} account */
  #connect({ uri, servers, user, password }) {
    const last = servers.length;
    const agent = new JsSIP.UA({
      sockets: servers.map((url, place) => ({
        socket: new JsSIP.WebSocketInterface(url),
        weight: last - place,
      })),
      uri,
      password,
      authorization_user: user,
      user_agent: "Dozvon",
      register_expires: EXPIRES_S,
      session_timers: false,
      connection_recovery_min_interval: 1,
      connection_recovery_max_interval: 5,
    });
    agent.on("registered", () => this.#tell("registered"));
    agent.on("disconnected", () => this.#tell("lost"));
    agent.on("registrationFailed", ({ response, cause }) => response && this.#refused(cause));
    agent.on("newRTCSession", ({ originator, session, request }) => {
      if (originator === "remote") this.#tell("call", { session, request });
    });
    this.#agent = agent;
    agent.start();
  }

  /** @param {string} reason */
  #refused(reason) {
    this.close();
    this.#tell("refused", reason);
    this.#again = setTimeout(() => this.open(), AGAIN_MS);
  }
}
