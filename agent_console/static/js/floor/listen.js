// A whole call as sound, and the text of the script as a file.
import { notice } from "../base.js";

const form = document.getElementById("script");
const audio = document.getElementById("call");

document.getElementById("listen").addEventListener("click", async ({ currentTarget: button }) => {
  button.disabled = true;
  try {
    const body = new URLSearchParams(new FormData(form));
    const answer = await fetch("/scripts/listen", { method: "POST", body, headers: { "X-CSRF-Token": form.elements.csrf.value } });
    if (!answer.ok) throw new Error(`${answer.status}`);
    URL.revokeObjectURL(audio.src);
    audio.src = URL.createObjectURL(await answer.blob());
    audio.hidden = false;
    await audio.play();
  } catch (fault) {
    notice(fault.message, "bad");
  } finally {
    button.disabled = false;
  }
});

document.getElementById("take").addEventListener("click", ({ currentTarget: button }) => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([form.elements.text.value], { type: "text/yaml" }));
  link.download = button.dataset.file;
  link.click();
  URL.revokeObjectURL(link.href);
});
