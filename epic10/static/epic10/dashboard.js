// Shows where the release is while it moves: asks the server, which says it in HTML, and changes what differs.
"use strict";

const panel = document.getElementById("standing");
const said = document.getElementById("said");
const AGAIN = 5; // seconds, when the server has not said
const KEPT = 900; // figures of a run: half an hour of them
const TRENDS = { rate: "rows/s", waiting: "sessions that wait", lag: "standby behind, MB", paused: "paused" };
const COLORS = { OK: "#2f9e55", WARNING: "#c07600", FAILED: "#c0392b" };

let worked = isAtWork();
let state = stateOf();
let figures = JSON.parse(sessionStorage.getItem("epic10") ?? "[]");

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
  if (now.nodeName === "DETAILS" && now.open) then.open = true; // What somebody has opened stays open.
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
  then.dataset.health = found.health;
  decorate(then);
  draw(then.querySelector("#trends"), found);
  become(panel, then);
  document.title = found.title;
  icon(found.health, found.share);
  if (stateOf() !== state) {
    // Read out a phase that has ended, not every percent of it.
    if (stateOf().replace(/\d+ %/, "") !== state.replace(/\d+ %/, "")) said.textContent = stateOf();
    state = stateOf();
  }
  // The work is over: counts, history and parked rows are not what they were.
  if (worked && !isAtWork()) renew();
  worked = isAtWork();
}

// The sections below, as the server has them now, without loading the page again.
async function renew() {
  const response = await fetch(location.pathname);
  if (!response.ok || response.redirected) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  for (const section of document.querySelectorAll(".epic10 > section:not(#standing)")) {
    const then = page.getElementById(section.id);
    if (!then) continue;
    decorate(then);
    become(section, then);
  }
}

// The figures of the run that is under way, each as a line over time.
function draw(place, found) {
  if (!found.running || !found.figures) {
    figures = [];
  } else {
    figures = [...figures, { ...found.figures, lag: found.figures.lag === null ? null : found.figures.lag / 1e6 }].slice(-KEPT);
  }
  sessionStorage.setItem("epic10", JSON.stringify(figures));
  if (!place || figures.length < 2) return;
  for (const [name, label] of Object.entries(TRENDS)) {
    const values = figures.map((each) => each[name]);
    if (values.every((value) => value === null)) continue;
    const most = Math.max(...values, 1);
    const points = values.map((value, at) => `${(200 * at) / (values.length - 1)},${30 - (28 * (value ?? 0)) / most}`);
    const last = Math.round(values.at(-1)).toLocaleString("en-US");
    place.insertAdjacentHTML(
      "beforeend",
      `<figure><figcaption>${label} <strong>${last}</strong></figcaption>
       <svg viewBox="0 0 200 31" preserveAspectRatio="none" role="img" aria-label="${label}, now ${last}">
       <polyline points="${points.join(" ")}"/></svg></figure>`,
    );
  }
}

// The tab shows how far it is, and whether something is wrong.
function icon(health, share) {
  const ring = share === null ? "" : `<circle r="13" cx="16" cy="16" fill="none" stroke="#fff" stroke-width="5"
    stroke-dasharray="${82 * share} 82" transform="rotate(-90 16 16)"/>`;
  const drawn = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8"
    fill="${COLORS[health]}"/>${ring}</svg>`;
  document.querySelector("link[rel=icon]").href = `data:image/svg+xml,${encodeURIComponent(drawn)}`;
}

// A command to type can be copied, where the browser lets a page do that.
function decorate(part) {
  if (!navigator.clipboard) return;
  for (const code of part.querySelectorAll("code.typed")) {
    code.insertAdjacentHTML("afterend", '<button type="button" class="copy">Copy</button>');
  }
}

document.addEventListener("click", async (event) => {
  if (!event.target.matches(".copy")) return;
  await navigator.clipboard.writeText(event.target.previousElementSibling.textContent);
  said.textContent = event.target.textContent = "Copied";
  setTimeout(() => (event.target.textContent = "Copy"), 1500);
});

async function poll() {
  let again = AGAIN;
  if (!document.hidden || worked) {
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

decorate(document.querySelector(".epic10"));
setTimeout(poll, 1000);
