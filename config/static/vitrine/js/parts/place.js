// Shows the chosen photo and turns three clicks on it into the form's numbers. Without it the numbers are typed.
const STEPS = ["ground", "from", "to"];
const LONGEST = 1600;

export function place(form) {
  const file = form.querySelector("input[type=file]");
  const picture = form.querySelector("[data-picture]");
  const canvas = picture.querySelector("canvas");
  let next = 0;

  async function show() {
    if (!file.files[0]) return;
    const bitmap = await createImageBitmap(file.files[0], { imageOrientation: "from-image" });
    const scale = Math.min(1, LONGEST / Math.max(bitmap.width, bitmap.height));
    canvas.width = Math.round(bitmap.width * scale);
    canvas.height = Math.round(bitmap.height * scale);
    canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    picture.hidden = false;
    next = 0;
    draw();
  }

  function field(step, axis) {
    return form.elements[`${step}_${axis}`];
  }

  function draw() {
    for (const [index, step] of STEPS.entries()) {
      const mark = picture.querySelector(`[data-mark=${step}]`);
      const [x, y] = [field(step, "x").value, field(step, "y").value];
      mark.hidden = x === "" || y === "";
      mark.style.left = `${x}%`;
      mark.style.top = `${y}%`;
      form.querySelector(`[data-step=${step}]`).classList.toggle("is-next", index === next && !picture.hidden);
    }
    const line = picture.querySelector("[data-line]");
    for (const [end, step] of [["1", "from"], ["2", "to"]]) {
      line.setAttribute(`x${end}`, field(step, "x").value || 0);
      line.setAttribute(`y${end}`, field(step, "y").value || 0);
    }
    line.toggleAttribute("hidden", field("from", "x").value === "" || field("to", "x").value === "");
  }

  canvas.addEventListener("click", (event) => {
    const box = canvas.getBoundingClientRect();
    const step = STEPS[next];
    field(step, "x").value = ((100 * (event.clientX - box.left)) / box.width).toFixed(1);
    field(step, "y").value = ((100 * (event.clientY - box.top)) / box.height).toFixed(1);
    next = (next + 1) % STEPS.length;
    if (next === 0) form.querySelector("#length").focus();
    draw();
  });
  for (const [index, step] of STEPS.entries()) {
    form.querySelector(`[data-step=${step}]`).addEventListener("focusin", () => {
      next = index;
      draw();
    });
  }
  form.addEventListener("input", draw);
  file.addEventListener("change", show);
}
