/** How soon a card was on the screen, and how long the server takes to answer. */
const EVERY_MS = 15_000;

/** @param {(path: string, fields: object) => Promise<Response>} post */
export function measure(post) {
  let last = "";
  const look = async () => {
    const began = performance.now();
    await post("/desk/painted", {}).catch(() => null);
    const shown = document.getElementById("latency");
    if (shown) shown.textContent = `${Math.round(performance.now() - began)} ms`;
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
