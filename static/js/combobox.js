// Turns <input data-combobox data-source="/municipios.json?q="> into an ARIA 1.2 combobox with a listbox.
// The source answers [{"code": "17380", "name": "La Dorada", "where": "Caldas", "why": "…"}]. Picking one fills the visible name and the hidden
// input [data-combobox-code]; typing afterwards empties that code, and the server reads the words. Without a network it is the plain input it was.
const pause = 120;

const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

function marked(name, typed) {
  const parts = document.createElement("span");
  // Folding the accents of composed letters keeps their number, so positions agree.
  const at = plain(name).indexOf(plain(typed));
  if (at < 0) {
    parts.textContent = name;
    return parts;
  }
  const mark = document.createElement("mark");
  const end = at + plain(typed).length;
  mark.textContent = name.slice(at, end);
  parts.append(name.slice(0, at), mark, name.slice(end));
  return parts;
}

class Combobox {
  constructor(input) {
    this.input = input;
    this.box = input.closest(".combo");
    this.list = this.box.querySelector("[role=listbox]");
    this.status = this.box.querySelector("[role=status]");
    this.code = this.box.querySelector("[data-combobox-code]");
    this.items = [];
    this.at = -1;
    input.removeAttribute("list");
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-expanded", "false");
    input.setAttribute("aria-controls", this.list.id);
    input.setAttribute("autocomplete", "off");
    input.addEventListener("input", () => this.typed());
    input.addEventListener("keydown", (event) => this.key(event));
    input.addEventListener("blur", () => setTimeout(() => this.close(), 150));
    // mousedown, not click: the input must keep the focus.
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this.pick(Number(option.dataset.at));
    });
  }

  typed() {
    if (this.code) this.code.value = "";
    clearTimeout(this.timer);
    this.request?.abort();
    const words = this.input.value.trim();
    if (words.length < Number(this.input.dataset.comboboxFrom || 2)) {
      this.close();
      return;
    }
    this.timer = setTimeout(() => this.ask(words), pause);
  }

  async ask(words) {
    this.request = new AbortController();
    try {
      const answer = await fetch(this.input.dataset.source + encodeURIComponent(words), { signal: this.request.signal, headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(String(answer.status));
      const items = await answer.json();
      if (words === this.input.value.trim()) this.show(items, words);
    } catch (problem) {
      if (problem.name !== "AbortError") this.close();
    }
  }

  show(items, words) {
    this.items = items;
    this.at = -1;
    this.list.replaceChildren(
      ...items.map((item, at) => {
        const option = document.createElement("li");
        option.className = "combo__option";
        option.id = `${this.list.id}-${at}`;
        option.dataset.at = String(at);
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        const where = document.createElement("span");
        where.className = "combo__where";
        where.textContent = item.where ?? "";
        option.append(marked(item.name, words), where);
        if (item.why) {
          const why = document.createElement("span");
          why.className = "combo__why";
          why.textContent = item.why;
          option.append(why);
        }
        return option;
      }),
    );
    const open = items.length > 0;
    this.list.hidden = !open;
    this.input.setAttribute("aria-expanded", String(open));
    this.input.removeAttribute("aria-activedescendant");
    this.say(open ? (items.length === 1 ? "1 resultado" : `${items.length} resultados`) : "Sin resultados");
  }

  key(event) {
    const open = !this.list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!open) {
        if (this.items.length && !this.code?.value) this.show(this.items, this.input.value.trim());
        else this.typed();
        return;
      }
      const step = event.key === "ArrowDown" ? 1 : -1;
      this.move(this.at < 0 && step < 0 ? this.items.length - 1 : (this.at + step + this.items.length) % this.items.length);
    } else if (event.key === "Enter" && open && this.at >= 0) {
      event.preventDefault();
      this.pick(this.at);
    } else if (event.key === "Escape" && open) {
      event.preventDefault();
      this.close();
    } else if (event.key === "Tab" && open && this.at >= 0) {
      this.pick(this.at);
    }
  }

  move(at) {
    this.at = at;
    [...this.list.children].forEach((option, index) => option.setAttribute("aria-selected", String(index === at)));
    const option = this.list.children[at];
    this.input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  pick(at) {
    const item = this.items[at];
    this.input.value = item.where ? `${item.name} (${item.where})` : item.name;
    if (this.code) this.code.value = item.code;
    this.close();
    this.say(`${this.input.value}, elegido`);
    this.input.dispatchEvent(new CustomEvent("combobox:picked", { bubbles: true, detail: item }));
  }

  close() {
    clearTimeout(this.timer);
    this.request?.abort();
    this.list.hidden = true;
    this.at = -1;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  say(words) {
    if (this.status) this.status.textContent = words;
  }
}

const start = (scope) => {
  for (const input of scope.querySelectorAll("[data-combobox]")) new Combobox(input);
};
start(document);
document.addEventListener("row:added", (event) => start(event.target));
