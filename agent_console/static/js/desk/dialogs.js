/** Dialogs: `data-opens` names the one that a button opens, `data-closes` is on what closes it. */
export function open() {
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-opens]");
    if (opener) {
      const dialog = document.getElementById(opener.dataset.opens);
      if (!dialog.open) dialog.showModal();
      dialog.dispatchEvent(new CustomEvent("opened"));
    }
    event.target.closest("[data-closes]")?.closest("dialog")?.close();
  });
}
