// A brush over the product photo: what is painted is added to its cut-out or taken from it. Strokes are kept as lists
// of points, so that undo is to draw all but the last again; saving sends what was added (red) and taken (blue).
const LONGEST = 1600;
const STEP = 0.01; // of the photo's width, for a brush moved by arrow keys
const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export async function cutout(form) {
  const canvas = form.querySelector("canvas");
  const [photo, before] = await Promise.all([picture(canvas.dataset.photo), canvas.dataset.cutout && picture(canvas.dataset.cutout)]);
  const scale = Math.min(1, LONGEST / Math.max(photo.naturalWidth, photo.naturalHeight));
  const size = [Math.round(photo.naturalWidth * scale), Math.round(photo.naturalHeight * scale)];
  const layers = { mask: layer(size), shown: layer(size), added: layer(size), taken: layer(size) };
  const strokes = [];
  let stroke = null;
  let brush = { x: size[0] / 2, y: size[1] / 2, isShown: false };
  [canvas.width, canvas.height] = size;

  const button = (name) => form.querySelector(`[data-do=${name}]`);
  const tool = () => form.querySelector("input[name=tool]:checked").value;
  const radius = () => (Number(form.elements.size.value) / 1000) * Math.max(...size);

  function replay() {
    for (const pen of Object.values(layers)) pen.clearRect(0, 0, ...size);
    if (before) layers.mask.drawImage(before, 0, 0, ...size);
    strokes.forEach(paint);
    draw();
  }

  function paint(one) {
    const isAdded = one.tool === "add";
    trace(layers.mask, one, isAdded ? "source-over" : "destination-out");
    trace(isAdded ? layers.added : layers.taken, one, "source-over");
    trace(isAdded ? layers.taken : layers.added, one, "destination-out");
  }

  function draw() {
    const pen = canvas.getContext("2d");
    layers.shown.globalCompositeOperation = "copy";
    layers.shown.drawImage(photo, 0, 0, ...size);
    layers.shown.globalCompositeOperation = "destination-in";
    layers.shown.drawImage(layers.mask.canvas, 0, 0);
    pen.clearRect(0, 0, ...size);
    pen.globalAlpha = 0.25;
    pen.drawImage(photo, 0, 0, ...size);
    pen.globalAlpha = 1;
    pen.drawImage(layers.shown.canvas, 0, 0);
    if (brush.isShown) ring(pen, brush, radius(), canvas.width / canvas.getBoundingClientRect().width);
    button("undo").disabled = strokes.length === 0;
    button("save").disabled = strokes.length === 0;
  }

  function at(event) {
    const box = canvas.getBoundingClientRect();
    return { x: ((event.clientX - box.left) / box.width) * size[0], y: ((event.clientY - box.top) / box.height) * size[1], isShown: true };
  }

  function add(point) {
    stroke.points.push([point.x, point.y]);
    paint({ ...stroke, points: stroke.points.slice(-2) });
  }

  function begin(point) {
    stroke = { tool: tool(), radius: radius(), points: [] };
    strokes.push(stroke);
    add(point);
  }

  canvas.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    canvas.focus({ preventScroll: true });
    canvas.setPointerCapture(event.pointerId);
    begin((brush = at(event)));
    draw();
  });
  canvas.addEventListener("pointermove", (event) => {
    brush = at(event);
    if (stroke) add(brush);
    draw();
  });
  for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, () => (stroke = null));
  canvas.addEventListener("pointerleave", () => {
    brush.isShown = false;
    draw();
  });
  canvas.addEventListener("blur", () => {
    brush.isShown = false;
    draw();
  });
  canvas.addEventListener("keydown", (event) => {
    const way = KEYS[event.key];
    if (event.key === " ") {
      if (!event.repeat) begin(brush);
    } else if (way) {
      const clamp = (value, most) => Math.min(Math.max(value, 0), most);
      brush = { ...brush, x: clamp(brush.x + way[0] * STEP * size[0], size[0]), y: clamp(brush.y + way[1] * STEP * size[0], size[1]) };
      if (stroke) add(brush);
    } else return;
    event.preventDefault();
    brush.isShown = true;
    draw();
  });
  canvas.addEventListener("keyup", (event) => {
    if (event.key === " ") stroke = null;
  });
  form.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "z" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    undo();
  });
  function undo() {
    strokes.pop();
    replay();
  }
  button("undo").addEventListener("click", undo);
  button("larger").addEventListener("click", (event) => {
    const isLarger = form.querySelector("[data-frame]").classList.toggle("is-larger");
    event.currentTarget.setAttribute("aria-pressed", String(isLarger));
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button("save").disabled = true;
    const file = new File([await drawing(layers, size)], "strokes.png", { type: "image/png" });
    const parcel = new DataTransfer();
    parcel.items.add(file);
    form.elements.strokes.files = parcel.files;
    form.submit();
  });
  replay();
  form.querySelector("[data-tools]").disabled = false;
}

function picture(address) {
  return new Promise((resolve, reject) => {
    const image = new Image();
    image.onload = () => resolve(image);
    image.onerror = reject;
    image.src = address;
  });
}

function layer([width, height]) {
  return Object.assign(document.createElement("canvas"), { width, height }).getContext("2d");
}

function trace(pen, { points, radius }, operation) {
  pen.globalCompositeOperation = operation;
  pen.lineWidth = 2 * radius;
  pen.lineCap = pen.lineJoin = "round";
  pen.beginPath();
  pen.moveTo(...points[0]);
  for (const point of points) pen.lineTo(...point);
  pen.stroke();
  pen.globalCompositeOperation = "source-over";
}

// The brush as a ring, dark and light, so that it is seen on every photo. `pixel` is one of the screen's.
function ring(pen, { x, y }, radius, pixel) {
  for (const [colour, width] of [["#000000b0", 3.5], ["#ffffff", 1.5]]) {
    pen.beginPath();
    pen.arc(x, y, radius, 0, 2 * Math.PI);
    pen.strokeStyle = colour;
    pen.lineWidth = width * pixel;
    pen.stroke();
  }
}

// Added in red, taken in blue, on black.
function drawing({ added, taken }, size) {
  const whole = layer(size);
  whole.fillRect(0, 0, ...size);
  for (const [source, colour] of [[added, "#f00"], [taken, "#00f"]]) {
    source.globalCompositeOperation = "source-in";
    source.fillStyle = colour;
    source.fillRect(0, 0, ...size);
    whole.drawImage(source.canvas, 0, 0);
  }
  return new Promise((resolve) => whole.canvas.toBlob(resolve, "image/png"));
}
