/**
 * How loud a call is and how well it sounds, from looks at the statistics of its connection.
 *
 * @typedef {"good" | "fair" | "bad" | "silent"} Word
 *   "silent": nothing comes in, as while the debtor is on hold.
 * @typedef {object} Look
 * @property {number} received packets of sound
 * @property {number} lost of them, on their way to us
 * @property {number} sent packets
 * @property {number} jitterMs how unevenly they come in
 * @property {number} rttMs there and back
 * @property {number} input how loud the operator is, 0 to 1
 * @property {number} output how loud the other side is, 0 to 1
 */

/** Loss (a share of the packets), jitter and round trip (ms) from which a talk is no longer good, or is bad. */
const FAIR = { loss: 0.01, jitterMs: 30, rttMs: 300 };
const BAD = { loss: 0.05, jitterMs: 60, rttMs: 600 };

/**
 * @param {Iterable<any>} report the values of an RTCStatsReport
 * @returns {Look}
 */
export function look(report) {
  const seen = { received: 0, lost: 0, sent: 0, jitterMs: 0, rttMs: 0, input: 0, output: 0 };
  for (const stat of report) {
    if (stat.type === "inbound-rtp" && stat.kind === "audio") {
      seen.received = stat.packetsReceived ?? 0;
      seen.lost = stat.packetsLost ?? 0;
      seen.jitterMs = Math.round((stat.jitter ?? 0) * 1000);
      seen.output = stat.audioLevel ?? 0;
    } else if (stat.type === "outbound-rtp" && stat.kind === "audio") {
      seen.sent = stat.packetsSent ?? 0;
    } else if (stat.type === "media-source" && stat.kind === "audio") {
      seen.input = stat.audioLevel ?? 0;
    } else if (stat.type === "candidate-pair" && stat.nominated) {
      seen.rttMs = Math.round((stat.currentRoundTripTime ?? 0) * 1000);
    }
  }
  return seen;
}

/**
 * @param {Look} before
 * @param {Look} now
 * @returns {Word} of the time between the two
 */
export function word(before, now) {
  const received = now.received - before.received;
  const lost = Math.max(0, now.lost - before.lost);
  if (received <= 0) return "silent";
  const seen = { loss: lost / (received + lost), jitterMs: now.jitterMs, rttMs: now.rttMs };
  const reaches = (limits) => Object.keys(limits).some((name) => seen[name] >= limits[name]);
  if (reaches(BAD)) return "bad";
  return reaches(FAIR) ? "fair" : "good";
}
