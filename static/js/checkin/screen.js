// The screen of a room asks for its next code a moment after the present one ends. Without a signal it hides a code that no longer serves.
const part = (name) => document.querySelector(`[data-screen-${name}]`);
const LATE = 20000; // a code serves half a minute longer than it is shown
let ended = 0;

function wait(seconds) {
  ended = Date.now() + seconds * 1000;
  setTimeout(next, seconds * 1000 + 200);
}

async function next() {
  try {
    const answer = await fetch(location.href, { credentials: "same-origin", headers: { Accept: "text/html" }, signal: AbortSignal.timeout(8000) });
    if (answer.redirected || answer.status === 401) return location.reload();
    if (!answer.ok) throw new Error(String(answer.status));
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = document.importNode(page.querySelector("[data-screen]"), true);
    document.querySelector("[data-screen]").replaceWith(fresh);
    part("off").hidden = true;
    wait(Number(fresh.dataset.screenLeft));
  } catch {
    if (Date.now() - ended > LATE) {
      part("off").hidden = false;
      document.querySelector("[data-screen]").classList.add("screen__code--gone");
    }
    setTimeout(next, 3000);
  }
}

const awake = () => document.visibilityState === "visible" && navigator.wakeLock?.request("screen").catch(() => {});
document.addEventListener("visibilitychange", awake);
awake();
wait(Number(document.querySelector("[data-screen]").dataset.screenLeft));
