// Keeps the phones up to date and sends without leaving the page. Without this script the page reads and works the same.
"use strict";

const told = document.getElementById("told");
const phones = [...document.querySelectorAll(".phone")];

function query() {
  return new URLSearchParams(phones.map((phone) => [phone.dataset.side, phone.dataset.number]));
}

async function refresh() {
  const answer = await fetch(`/screens?${query()}`);
  const state = await answer.json();
  setText(document.getElementById("now"), state.now);
  setText(document.getElementById("problems"), String(state.problems));
  for (const phone of phones) {
    const shown = state.phones[phone.dataset.side];
    setText(phone.querySelector(".time-here"), shown.time);
    mergeLines(phone.querySelector("ol"), shown.lines);
  }
}

// Only what is new is added, so that a screen reader says a line once; of the others only the state changes.
function mergeLines(list, html) {
  const fresh = new DOMParser().parseFromString(`<ol>${html}</ol>`, "text/html").querySelectorAll("li");
  if (fresh.length < list.children.length) list.replaceChildren();
  const known = new Map([...list.children].map((line) => [line.dataset.sid, line]));
  for (const line of fresh) {
    const old = known.get(line.dataset.sid);
    if (!old) list.append(line);
    else if (line.classList.contains("call") && line.innerHTML !== old.innerHTML) old.replaceWith(line);
    else {
      old.className = line.className;
      setText(old.querySelector(".state"), line.querySelector(".state").textContent);
    }
  }
}

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

async function press(event) {
  event.preventDefault();
  const form = event.target;
  const button = event.submitter;
  if (button?.getAttribute("aria-disabled") === "true") return;
  const fields = new URLSearchParams(new FormData(form, button));
  button?.setAttribute("aria-disabled", "true");
  told.textContent = button?.name ? "Moving time, step by step." : "";
  try {
    const answer = await fetch(form.action, { method: "POST", body: fields, headers: { Accept: "application/json" } });
    const words = await answer.json();
    form.reset();
    await refresh();
    told.textContent = words.told ?? words.error;
  } catch {
    told.textContent = "The simulator does not answer. Is it still running?";
  } finally {
    button?.removeAttribute("aria-disabled");
  }
}

function sendOnEnter(event) {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  event.target.form.requestSubmit(document.querySelector(`button[form="${event.target.form.id}"]`));
}

async function keepUp() {
  try {
    if (!document.hidden) await refresh();
  } catch {
    // The simulator may be restarting; the next look will tell.
  }
  setTimeout(keepUp, 1000);
}

document.querySelectorAll("form[data-press]").forEach((form) => form.addEventListener("submit", press));
document.querySelectorAll("textarea").forEach((entry) => entry.addEventListener("keydown", sendOnEnter));
keepUp();
