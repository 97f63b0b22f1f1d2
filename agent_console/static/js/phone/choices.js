/**
 * What the operator has chosen on this computer: devices and volumes. They stay in the browser, for devices belong to the
 * desk and not to the person.
 */

const KEY = "dozvon-phone";
const UNTOLD = { microphone: "", speaker: "", voice: 1, ring: 0.5 };

/** @returns {{microphone: string, speaker: string, voice: number, ring: number}} empty names are the system's devices */
export function choices() {
  let kept = null;
  try {
    kept = JSON.parse(localStorage.getItem(KEY) ?? "null");
  } catch {
    // storage is refused, or holds what is not ours
  }
  const known = ([name, untold]) => [name, typeof kept?.[name] === typeof untold ? kept[name] : untold];
  return Object.fromEntries(Object.entries(UNTOLD).map(known));
}

/** @param {Partial<ReturnType<typeof choices>>} chosen */
export function choose(chosen) {
  try {
    localStorage.setItem(KEY, JSON.stringify({ ...choices(), ...chosen }));
  } catch {
    // storage is refused or full: chosen until the page is left
  }
}
