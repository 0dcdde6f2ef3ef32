// Runs in <head> before the first paint: says that scripts run, and restores contrast and text size. The buttons live in access.js.
(() => {
  const root = document.documentElement;
  root.dataset.js = "on";
  try {
    if (localStorage.getItem("eventos.contrast") === "high") root.dataset.contrast = "high";
    const text = localStorage.getItem("eventos.text");
    if (text === "smaller" || text === "larger" || text === "largest") root.dataset.text = text;
  } catch {
    // Storage is refused in some private windows: the page stays as designed.
  }
})();
