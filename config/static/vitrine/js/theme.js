// Applies the chosen theme before the first paint; a plain script, because modules run too late for that.
{
  const chosen = localStorage.getItem("theme");
  if (chosen) document.documentElement.dataset.theme = chosen;
}
