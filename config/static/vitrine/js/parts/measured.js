// The measured overlay of the player: the product's box, the allowed and the seen height, moving with the film;
// and the product of this very frame beside its photo.
const MARGIN = 0.3; // of the product's box, around it

export function measured(root) {
  const video = root.querySelector("video");
  const lines = root.querySelector("[data-track]");
  const points = JSON.parse(lines.dataset.track);
  const heights = { allowed: Number(lines.dataset.allowed), seen: Number(lines.dataset.seen), spread: Number(lines.dataset.spread) };
  const beside = document.querySelector("[data-beside]");
  const photo = beside?.querySelector("img");
  const buttons = [...document.querySelectorAll("[data-overlay]")];

  function draw() {
    const point = at(points, video.currentTime);
    place(lines, point, heights);
    if (beside && video.readyState >= 2) sideBySide(beside, video, photo, point);
  }

  function toggle() {
    const shown = !lines.toggleAttribute("hidden");
    buttons.forEach((button) => button.setAttribute("aria-pressed", String(shown)));
  }

  let last = -1;
  function follow() {
    if (video.currentTime !== last) draw();
    last = video.currentTime;
    requestAnimationFrame(follow);
  }

  function begin() {
    video.removeAttribute("poster"); // it shows another moment than the lines
    lines.removeAttribute("hidden");
    draw();
  }

  video.preload = "auto"; // the first frame is compared with the photo before anybody presses play
  if (video.readyState >= 2) begin();
  else video.addEventListener("loadeddata", begin, { once: true });
  if (beside) beside.hidden = false;
  for (const button of buttons) {
    button.hidden = false;
    button.addEventListener("click", toggle);
  }
  photo?.addEventListener("load", draw);
  video.addEventListener("seeked", draw);
  root.addEventListener("overlay", toggle);
  follow();
}

// The product at a second, between the two sightings around it.
function at(points, second) {
  const after = points.findIndex((point) => point[0] >= second);
  if (after === 0) return points[0];
  if (after < 0) return points[points.length - 1];
  const [before, next] = [points[after - 1], points[after]];
  const share = (second - before[0]) / (next[0] - before[0]);
  return before.map((value, index) => value + share * (next[index] - value));
}

function place(lines, [, middle, y, perMetre, left, top, width, height], { allowed, seen, spread }) {
  set(lines, ".found", { x: left, y: top, width, height });
  if (!perMetre || !allowed) return;
  const row = (metres) => y - metres * perMetre;
  const half = Math.max(90, 0.16 * perMetre);
  const [from, to] = [Math.max(0, middle - half), Math.min(lines.viewBox.baseVal.width, middle + half)];
  set(lines, ".ground", { x1: from, x2: to, y1: y, y2: y });
  set(lines, ".seen-line", { x1: from, x2: to, y1: row(seen), y2: row(seen) });
  set(lines, ".allowed-line", { x1: from, x2: to, y1: row(allowed), y2: row(allowed) });
  set(lines, ".band", { x: from, width: to - from, y: row(seen + spread), height: 2 * spread * perMetre });
  const letters = parseFloat(getComputedStyle(lines.querySelector("text")).fontSize);
  const isBeside = to + 16 + 11 * letters < lines.viewBox.baseVal.width; // else above the line's end
  const hasRoom = to - 8 > 11 * letters; // else from the picture's own edge
  const [x, anchor, lift] = isBeside ? [to + 16, "start", 0] : hasRoom ? [to - 8, "end", letters] : [8, "start", letters];
  const rows = apart(row(seen) - lift, row(allowed) - lift, letters);
  set(lines, ".seen-text", { x, y: rows[0], "text-anchor": anchor });
  set(lines, ".allowed-text", { x, y: rows[1], "text-anchor": anchor });
}

// Two labels never cover each other, and none leaves the picture at its top.
function apart(seen, allowed, letters) {
  const order = seen <= allowed ? [seen, allowed] : [allowed, seen];
  const upper = Math.max(order[0], letters);
  const lower = Math.max(order[1], upper + 1.3 * letters);
  return seen <= allowed ? [upper, lower] : [lower, upper];
}

function set(lines, selector, values) {
  const element = lines.querySelector(selector);
  for (const [name, value] of Object.entries(values)) element.setAttribute(name, String(value));
  return element;
}

function sideBySide(beside, video, photo, [, , , , left, top, width, height]) {
  const [frame, picture] = beside.querySelectorAll("canvas");
  cut(frame, video, [left, top, width, height]);
  const [x0, y0, x1, y1] = JSON.parse(photo.dataset.outline);
  if (photo.complete && photo.naturalWidth) {
    const shrunk = photo.naturalWidth / Number(photo.dataset.width);
    cut(picture, photo, [x0, y0, x1 - x0, y1 - y0].map((value) => value * shrunk));
  }
  beside.querySelector("[data-at]").textContent = `${video.currentTime.toFixed(1)} s`;
}

// A square of the source around a box, as large as the canvas.
function cut(canvas, source, [left, top, width, height]) {
  const side = Math.max(width, height) * (1 + 2 * MARGIN);
  const pen = canvas.getContext("2d");
  pen.clearRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(source, left + width / 2 - side / 2, top + height / 2 - side / 2, side, side, 0, 0, canvas.width, canvas.height);
}
