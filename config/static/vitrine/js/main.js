// Starts the small behaviours of whichever parts the page has. Every page works without this file.
import { themeSwitch } from "./parts/theme-switch.js";
import { player } from "./parts/player.js";
import { measured } from "./parts/measured.js";
import { preview } from "./parts/preview.js";
import { drop } from "./parts/drop.js";
import { place } from "./parts/place.js";
import { cutout } from "./parts/cutout.js";
import { trim } from "./parts/trim.js";
import { arena } from "./parts/arena.js";

const parts = {
  "[data-theme-switch]": themeSwitch,
  "[data-player]": player,
  "[data-player]:has([data-track])": measured,
  "[data-preview]": preview,
  "[data-drop]": drop,
  "[data-place]": place,
  "[data-cutout]:is(form)": cutout,
  "[data-trim]": trim,
  "[data-arena]": arena,
};
const started = new Map(Object.keys(parts).map((selector) => [selector, new WeakSet()]));

function start(root) {
  for (const [selector, behaviour] of Object.entries(parts)) {
    for (const element of root.querySelectorAll(selector)) {
      if (started.get(selector).has(element)) continue;
      started.get(selector).add(element);
      behaviour(element);
    }
  }
}

// Parts that are asked for again every second are read aloud only when their stage is another one.
function announce(root) {
  const stage = root.querySelector("[data-stage]") ?? root.closest?.("[data-stage]");
  const announced = document.querySelector("[data-announced]");
  if (stage && announced && announced.textContent !== stage.dataset.stage) announced.textContent = stage.dataset.stage;
}

start(document);
announce(document);
document.addEventListener("htmx:load", (event) => {
  start(event.target);
  announce(event.target);
});
