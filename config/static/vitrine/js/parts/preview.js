// A tile that plays its video silently while somebody points at it or focuses it.
export function preview(tile) {
  let video;

  function start() {
    if (video || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    video = document.createElement("video");
    Object.assign(video, { src: tile.dataset.preview, muted: true, loop: true, playsInline: true });
    video.setAttribute("aria-hidden", "true");
    video.addEventListener("playing", () => tile.classList.add("is-playing"), { once: true });
    tile.querySelector(".picture").append(video);
    video.play().catch(() => {}); // the pointer may leave before the first frame has come
  }

  function stop() {
    tile.classList.remove("is-playing");
    video?.remove();
    video = undefined;
  }

  tile.addEventListener("pointerenter", start);
  tile.addEventListener("focusin", start);
  tile.addEventListener("pointerleave", stop);
  tile.addEventListener("focusout", stop);
}
