/** Dialogs: `data-opens` names the one that a button opens, `data-closes` is on what closes it; `data-leaves` empties a part. */
export function open() {
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-opens]");
    if (opener) {
      const dialog = document.getElementById(opener.dataset.opens);
      if (!dialog.open) dialog.showModal();
      dialog.dispatchEvent(new CustomEvent("opened"));
    }
    const left = event.target.closest("[data-leaves]");
    if (left) document.getElementById(left.dataset.leaves).replaceChildren();
    event.target.closest("[data-closes]")?.closest("dialog")?.close();
  });
}
