// A blind pair: one video plays at a time, and the answer opens once both were played to their end.
const PHONE = "(max-width: 44rem)";

export function arena(form) {
  const sides = [...form.querySelectorAll("[data-side]")];
  const cast = form.querySelector("[data-cast]");
  form.elements.device.value = matchMedia(PHONE).matches ? "phone" : "desk";

  function draw() {
    cast.disabled = !sides.every((side) => "seen" in side.dataset);
  }

  async function seen(side) {
    const answer = await fetch(side.dataset.seenUrl, {
      method: "POST",
      headers: { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
    });
    if (answer.ok) side.dataset.seen = "";
    draw();
  }

  for (const side of sides) {
    const video = side.querySelector("video");
    video.addEventListener("ended", () => seen(side));
    video.addEventListener("play", () => {
      for (const other of sides) if (other !== side) other.querySelector("video").pause();
    });
  }
  draw();
}
