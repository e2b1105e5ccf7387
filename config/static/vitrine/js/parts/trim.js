// Takes the moment that the player shows as the first or the last second of a stretch.
export function trim(form) {
  const video = document.querySelector("[data-player] video");
  for (const button of form.querySelectorAll("[data-now]")) {
    button.hidden = !video;
    button.addEventListener("click", () => (form.elements[button.dataset.now].value = video.currentTime.toFixed(2)));
  }
}
