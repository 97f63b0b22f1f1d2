/** The operator's desk: puts together the link to the server, the phone, the keys and the drafts. */
import { notice } from "../base.js";
import { open } from "./dialogs.js";
import { keep } from "./drafts.js";
import { Handset } from "./handset.js";
import { listen } from "./keys.js";
import { Link } from "./link.js";
import { measure } from "./painted.js";

const token = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRF-Token"];

/** Sends a form to the server as the pages do. */
function post(path, fields) {
  return fetch(path, { method: "POST", body: new URLSearchParams(fields), headers: { "X-CSRF-Token": token } });
}

const lost = document.getElementById("lost");
const said = document.getElementById("said");
const link = new Link("/desk/events");
const painted = measure(post);
let called = "";

/** Says aloud who is on the line, once a call. */
function announce() {
  const card = document.getElementById("card");
  const state = document.getElementById("bar").dataset.state;
  const call = card && (state === "ringing" || state === "talking") ? `${state} ${card.dataset.touch} ${card.dataset.name}` : "";
  if (call && call !== called) said.textContent = `${document.querySelector("#bar .badge").textContent.trim()}: ${card.dataset.name}`;
  called = call;
}

link.addEventListener("shown", () => {
  announce();
  painted();
});
link.addEventListener("lost", () => {
  lost.hidden = false;
  document.body.classList.add("is-cut");
});
link.addEventListener("back", () => {
  lost.hidden = true;
  document.body.classList.remove("is-cut");
});
link.addEventListener("message", ({ detail }) => notice(`${detail.author}: ${detail.text}`, "bad"));
link.open();
listen();
open();
keep(token);
if (document.getElementById("phone-on")) new Handset(document.getElementById("phone"), post);
