// Shows how the kind and the number of an event read ("QUINTA ASISTENCIA TÉCNICA") while they are typed; the words come from the server.
const form = document.querySelector("[data-title-source]");
const preview = form?.querySelector("[data-title-preview]");

if (preview) {
  const kind = form.elements.namedItem("kind");
  const number = form.elements.namedItem("number");
  let asked = 0;

  const show = async () => {
    const turn = (asked += 1);
    const query = new URLSearchParams({ clase: kind.value, numero: number.value.trim() });
    try {
      const answer = await fetch(`${form.dataset.titleSource}?${query}`, { headers: { Accept: "application/json" } });
      if (!answer.ok || turn !== asked) return;
      const { heading } = await answer.json();
      if (turn === asked) preview.textContent = heading || "—";
    } catch {
      // Without the network the last words stay.
    }
  };
  kind.addEventListener("change", show);
  number.addEventListener("input", show);
}
