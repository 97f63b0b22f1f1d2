/** How soon a card was on the screen, and how long the server takes to answer. */
const EVERY_MS = 15_000;
const SMALL = new URL("../../icon.svg", import.meta.url);

/** @param {(path: string, fields: object) => Promise<Response>} post */
export function measure(post) {
  let last = "";
  const look = async () => {
    const began = performance.now();
    const answer = await fetch(SMALL, { cache: "no-store" }).catch(() => null);
    const shown = document.getElementById("latency");
    shown.textContent = answer ? `${Math.round(performance.now() - began)} ms` : "–";
  };
  look();
  setInterval(look, EVERY_MS);
  return () => {
    const card = document.querySelector("#card[data-offered]");
    if (!card || document.hidden || card.dataset.touch === last) return;
    last = card.dataset.touch;
    const { offered } = card.dataset;
    // The frame after this one begins when this one has been painted.
    requestAnimationFrame(() => requestAnimationFrame(() => post("/desk/painted", { offered }).catch(() => null)));
  };
}
