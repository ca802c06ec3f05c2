// Shows where the release is while it moves: asks the server, which says it in HTML, and changes what differs.
"use strict";

const panel = document.getElementById("standing");
const said = document.getElementById("said");
const AGAIN = 5; // seconds, when the server has not said

let worked = isAtWork();
let state = stateOf();

function isAtWork() {
  return panel.querySelector(".beat") !== null;
}

function stateOf() {
  return panel.querySelector("[data-state]")?.textContent ?? "";
}

// Elements that are already there stay, so that what moves can be seen to move.
function become(now, then) {
  if (now.nodeName !== then.nodeName) {
    now.replaceWith(then.cloneNode(true));
    return;
  }
  if (now.nodeType !== Node.ELEMENT_NODE) {
    if (now.nodeValue !== then.nodeValue) now.nodeValue = then.nodeValue;
    return;
  }
  for (const { name } of [...now.attributes]) if (!then.hasAttribute(name)) now.removeAttribute(name);
  for (const { name, value } of then.attributes) if (now.getAttribute(name) !== value) now.setAttribute(name, value);
  const children = [...then.childNodes];
  if (now.childNodes.length !== children.length) {
    now.replaceChildren(...then.cloneNode(true).childNodes);
    return;
  }
  [...now.childNodes].forEach((child, place) => become(child, children[place]));
}

function show(found) {
  const then = panel.cloneNode(false);
  then.innerHTML = found.html;
  then.classList.remove("lost");
  become(panel, then);
  if (stateOf() !== state) {
    // Read out a phase that has ended, not every percent of it.
    if (stateOf().replace(/\d+ %/, "") !== state.replace(/\d+ %/, "")) said.textContent = stateOf();
    state = stateOf();
  }
  // The work is over: counts, history and parked rows are not what they were.
  if (worked && !isAtWork()) location.reload();
  worked = isAtWork();
}

async function poll() {
  let again = AGAIN;
  if (!document.hidden) {
    try {
      const response = await fetch(panel.dataset.poll, { headers: { Accept: "application/json" } });
      if (response.redirected || response.status === 403) return location.reload(); // Logged out meanwhile.
      if (!response.ok) throw new Error(response.status);
      const found = await response.json();
      again = found.again;
      show(found);
    } catch {
      panel.classList.add("lost");
      said.textContent = "The server does not answer.";
    }
  }
  setTimeout(poll, again * 1000);
}

setTimeout(poll, 1000);
