// Our own controls over <video>: play, seek, single frames, sound, full screen, jump to a finding.
const FRAME_SECONDS = 1 / 24;

export function player(root) {
  const video = root.querySelector("video");
  const bar = root.querySelector("[data-controls]");
  const seek = root.querySelector("[data-seek]");
  const time = root.querySelector("[data-time]");
  video.controls = false;
  bar.hidden = false;

  const actions = {
    play: () => (video.paused ? video.play() : video.pause()),
    mute: () => (video.muted = !video.muted),
    full: () => (document.fullscreenElement ? document.exitFullscreen() : root.requestFullscreen()),
    back: () => step(video, -FRAME_SECONDS),
    forward: () => step(video, FRAME_SECONDS),
    lines: () => root.dispatchEvent(new Event("overlay")),
    worst: () => document.querySelector("[data-worst]")?.click(),
    next: () => document.querySelector("[data-next]")?.click(),
  };
  const keys = { " ": "play", k: "play", m: "mute", f: "full", ",": "back", ".": "forward", o: "lines", w: "worst", n: "next" };

  root.addEventListener("click", (event) => {
    const button = event.target.closest("[data-action]");
    if (button) actions[button.dataset.action]();
  });
  video.addEventListener("click", actions.play);
  seek.addEventListener("input", () => (video.currentTime = (seek.value / seek.max) * video.duration));
  for (const name of ["play", "pause", "volumechange", "timeupdate", "loadedmetadata", "seeked"]) {
    video.addEventListener(name, () => draw(root, video, seek, time));
  }
  document.addEventListener("keydown", (event) => {
    if (event.target.closest("input:not([type=range]), textarea, select, button, a") || event.metaKey || event.ctrlKey) return;
    const move = { ArrowLeft: -0.5, ArrowRight: 0.5 }[event.key];
    if (move) step(video, move);
    else if (keys[event.key]) actions[keys[event.key]]();
    else return;
    event.preventDefault();
  });
  document.querySelectorAll("[data-second]").forEach((link) => {
    link.addEventListener("click", () => {
      video.pause();
      video.currentTime = Number(link.dataset.second);
      root.scrollIntoView({ block: "nearest" });
    });
  });
  draw(root, video, seek, time);
}

function step(video, seconds) {
  video.pause();
  video.currentTime = Math.min(Math.max(video.currentTime + seconds, 0), video.duration || 0);
}

function draw(root, video, seek, time) {
  const length = video.duration || 0;
  root.classList.toggle("is-playing", !video.paused);
  root.classList.toggle("is-muted", video.muted);
  root.querySelector("[data-action=play]").setAttribute("aria-label", video.paused ? "Play" : "Pause");
  root.querySelector("[data-action=mute]").setAttribute("aria-label", video.muted ? "Sound on" : "Sound off");
  if (length) seek.value = Math.round((video.currentTime / length) * seek.max);
  seek.setAttribute("aria-valuetext", `${video.currentTime.toFixed(1)} of ${length.toFixed(1)} seconds`);
  time.textContent = `${video.currentTime.toFixed(1)} / ${length.toFixed(1)} s`;
}
