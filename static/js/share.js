// Share or copy the address of a page: the phone's own sheet where there is one, the clipboard otherwise.
for (const button of document.querySelectorAll("[data-share]")) {
  button.addEventListener("click", async () => {
    const url = new URL(button.dataset.shareUrl || location.href, location.href).href;
    const title = button.dataset.shareTitle || document.title;
    const status = button.parentElement.querySelector("[data-share-status]");
    const say = (words) => {
      if (status) status.textContent = words;
    };
    try {
      if (button.dataset.share !== "copy" && navigator.share) {
        await navigator.share({ title, url });
        return;
      }
      await navigator.clipboard.writeText(button.dataset.shareText || url);
      say("Copiado");
    } catch (problem) {
      if (problem.name !== "AbortError") say(`Copie este vínculo: ${url}`);
    }
  });
}
