// Lets a file be dropped on the upload field, and says which file was taken. Without it the field is a plain button.
export function drop(zone) {
  const input = zone.querySelector("input[type=file]");
  const name = zone.querySelector("[data-drop-name]");

  function show() {
    const file = input.files[0];
    if (!file) return;
    name.textContent = `${file.name} · ${size(file.size)}`;
    zone.classList.add("has-file");
  }

  zone.addEventListener("dragover", (event) => {
    event.preventDefault();
    zone.classList.add("is-over");
  });
  zone.addEventListener("dragleave", () => zone.classList.remove("is-over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("is-over");
    if (event.dataTransfer.files.length) input.files = event.dataTransfer.files;
    show();
  });
  input.addEventListener("change", show);
}

function size(bytes) {
  return bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
