/**
 * Vitrine's tracker: tells the shop's own server what happened to a video. No dependency, no third-party cookie.
 *
 *   <figure data-vitrine="SIGNED NOTE">  <video ...>  </figure>          what to watch
 *   <a data-vitrine-event="click">  <button data-vitrine-event="add_to_cart" data-vitrine-value="3999">
 *   <script type="module" src="track.js"></script>
 *
 * An impression is half the figure in view for one second. A play starts in view; progress is sent after three
 * seconds and at each quarter. A figure with data-vitrine-live is a live stream: what is sent is how long it was in view.
 * Buttons belong to the figure they stand in, else to the first figure of the page.
 *
 * Events wait in local storage until the server took them, so that a tunnel or a closed tab loses none; each has an
 * id of its own (UUID version 7), so that sending twice counts once.
 *
 * Nothing is sent and nothing is stored when the page says <html data-tracking="off">, or when the browser
 * asks for privacy (Global Privacy Control, Do Not Track). A page that has to ask first says data-tracking="ask" and
 * tells the answer, now or later, by dispatching on window
 *
 *   new CustomEvent("vitrine:consent", { detail: true })   or false, which also forgets what waits to be sent
 */

const ENDPOINT = document.documentElement.dataset.trackingEndpoint ?? new URL("/api/v1/events", import.meta.url).href;
const WAITING = "vitrine.waiting";
const BATCH = 100;
const MOST_WAITING = 500;
const SEND_EVERY_MS = 3000;
const IN_VIEW_MS = 1000;
const FIRST_SECONDS = 3;
const DWELL_SECONDS = [10, 30, 60, 180, 600];

/** Whether the shopper agrees, as far as page and browser say. */
export function mayTrack() {
  const declined = ["off", "ask"].includes(document.documentElement.dataset.tracking);
  return !declined && navigator.globalPrivacyControl !== true && navigator.doNotTrack !== "1";
}

/** A UUID of version 7: 48 bits of milliseconds, then randomness. */
export function eventId(now = Date.now()) {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  for (let place = 0; place < 6; place += 1) bytes[place] = Math.floor(now / 2 ** (8 * (5 - place))) % 256;
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** What was not delivered yet, in local storage; in memory where storage is forbidden. */
class Queue {
  #memory = [];

  read() {
    try {
      return JSON.parse(localStorage.getItem(WAITING) ?? "[]");
    } catch {
      return this.#memory;
    }
  }

  #write(events) {
    this.#memory = events.slice(-MOST_WAITING);
    try {
      localStorage.setItem(WAITING, JSON.stringify(this.#memory));
    } catch {
      // Private windows may refuse storage: memory serves until the page closes.
    }
  }

  add(event) {
    this.#write([...this.read(), event]);
  }

  forget() {
    this.#memory = [];
    try {
      localStorage.removeItem(WAITING);
    } catch {
      // Where storage is forbidden there is nothing in it.
    }
  }

  remove(sent) {
    const ids = new Set(sent.map((event) => event.id));
    const waiting = this.read();
    const left = waiting.filter((event) => !ids.has(event.id));
    // What a shopper had forgotten while it was on its way leaves no trace, not even an empty list.
    if (left.length < waiting.length) this.#write(left);
  }
}

const queue = new Queue();
let isSending = false;

function record(kind, note, extra = {}) {
  if (!mayTrack()) return;
  queue.add({ id: eventId(), kind, decision: note, ...extra });
}

/** Send what waits and forget what the server took; a refused batch would be refused again, so it goes too. */
async function send() {
  const events = queue.read().slice(0, BATCH);
  if (isSending || events.length === 0 || navigator.onLine === false || !mayTrack()) return;
  isSending = true;
  try {
    const body = JSON.stringify({ events });
    const answer = await fetch(ENDPOINT, { method: "POST", body, keepalive: true, credentials: "omit" });
    if (answer.ok || answer.status === 400) queue.remove(events);
  } catch {
    // Offline: the events wait for the next try.
  } finally {
    isSending = false;
  }
}

/** The page is going away: the browser delivers this after we are gone. */
function sendLast() {
  const events = queue.read().slice(0, BATCH);
  if (events.length > 0 && mayTrack() && navigator.sendBeacon(ENDPOINT, JSON.stringify({ events }))) queue.remove(events);
}

function watchImpression(figure) {
  let timer;
  const observer = new IntersectionObserver(
    ([entry]) => {
      clearTimeout(timer);
      if (!entry.isIntersecting) return;
      timer = setTimeout(() => {
        observer.disconnect();
        record("impression", figure.dataset.vitrine);
      }, IN_VIEW_MS);
    },
    { threshold: 0.5 },
  );
  observer.observe(figure);
}

function watchVideo(figure, video) {
  const note = figure.dataset.vitrine;
  const quarters = [25, 50, 75, 100];
  let isPlayed = false;
  const played = () => {
    if (!isPlayed) record("play", note);
    isPlayed = true;
  };
  video.addEventListener("playing", played, { once: true });
  // A video that plays by itself may have begun before this script arrived.
  if (!video.paused && video.readyState > HTMLMediaElement.HAVE_CURRENT_DATA) played();
  video.addEventListener("click", () => record("click", note), { once: true });
  let isHeld = false;
  video.addEventListener("timeupdate", () => {
    if (!isHeld && video.currentTime >= FIRST_SECONDS) {
      isHeld = true;
      record("progress", note, { detail: `${FIRST_SECONDS}s` });
    }
    const percent = (100 * video.currentTime) / video.duration;
    while (quarters.length > 0 && percent >= Math.min(quarters[0], 98)) {
      record("progress", note, { detail: String(quarters.shift()) });
    }
  });
}

/** How long a live stream was in view, while the tab was too. */
function watchDwell(figure) {
  const marks = [...DWELL_SECONDS];
  let seconds = 0;
  let isInView = false;
  new IntersectionObserver(([entry]) => (isInView = entry.isIntersecting), { threshold: 0.5 }).observe(figure);
  const timer = setInterval(() => {
    if (isInView && !document.hidden) seconds += 1;
    if (seconds >= marks[0]) record("dwell", figure.dataset.vitrine, { detail: String(marks.shift()) });
    if (marks.length === 0) clearInterval(timer);
  }, 1000);
}

function watchButtons() {
  document.addEventListener("click", ({ target }) => {
    const button = target.closest?.("[data-vitrine-event]");
    const figure = button && (button.closest("[data-vitrine]") ?? document.querySelector("[data-vitrine]"));
    if (!figure) return;
    const value = Number(button.dataset.vitrineValue ?? 0);
    record(button.dataset.vitrineEvent, figure.dataset.vitrine, value > 0 ? { value_minor: value } : {});
    send();
  });
}

function start() {
  for (const figure of document.querySelectorAll("[data-vitrine]")) {
    watchImpression(figure);
    if (figure.dataset.vitrineLive !== undefined) watchDwell(figure);
    for (const video of figure.querySelectorAll("video")) watchVideo(figure, video);
  }
  watchButtons();
  setInterval(send, SEND_EVERY_MS);
  addEventListener("online", send);
  addEventListener("pagehide", sendLast);
  document.addEventListener("visibilitychange", () => document.hidden && sendLast());
  send();
}

let isStarted = false;

function startOnce() {
  if (isStarted || !mayTrack()) return;
  isStarted = true;
  start();
}

addEventListener("vitrine:consent", ({ detail }) => {
  document.documentElement.dataset.tracking = detail ? "on" : "off";
  if (!detail) queue.forget();
  startOnce();
});
startOnce();
