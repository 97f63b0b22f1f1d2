/** A supervisor's own phone: the exchange rings it when he wants to hear a talk, and it answers by itself. */
import { Phone } from "../phone/phone.js";

const box = document.getElementById("own-phone");
const part = (name) => document.getElementById(`own-${name}`);

async function account() {
  const answer = await fetch("/operators/phone", { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
  return answer.json();
}

const phone = new Phone({ account });

function show() {
  const { state, call } = phone;
  box.dataset.state = call ? "call" : state;
  part("word").textContent = box.dataset[box.dataset.state] ?? state;
  box.querySelector(".badge").className = `badge ${call ? "call" : { registered: "good", off: "off" }[state] ?? "wait"}`;
  part("on").hidden = state !== "off" && state !== "elsewhere";
  for (const name of ["off", "mute", "level"]) part(name).hidden = !call;
}

phone.addEventListener("state", show);
phone.addEventListener("call", show);
phone.addEventListener("muted", ({ detail }) => part("mute").setAttribute("aria-pressed", String(detail.muted)));
phone.addEventListener("level", ({ detail }) => {
  part("level").value = detail.output;
});
part("on").addEventListener("click", () => (phone.state === "elsewhere" ? phone.takeOver() : phone.start()));
part("off").addEventListener("click", () => phone.hangUp());
part("mute").addEventListener("click", () => phone.mute(!phone.muted));
show();
phone.startIfAllowed();
