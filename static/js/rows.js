// Repeated rows of a form (days, programme, speakers). Without scripts the form shows blank rows and a button that asks the server
// for another; with scripts the blank rows fold away, and rows are added and removed in place. Fields are named list-0-field, list-1-field…
const typed = "input:not([type=hidden]):not([type=checkbox]):not([type=radio]), textarea";

function isBlank(row) {
  const empty = [...row.querySelectorAll(typed)].every((field) => field.value === "" && field.defaultValue === "");
  const unchosen = [...row.querySelectorAll("select")].every((field) => field.selectedIndex <= 0);
  return empty && unchosen && !row.querySelector(".error");
}

function rename(node, name, index) {
  const from = new RegExp(`\\b${name}-\\d+`, "g");
  for (const element of [node, ...node.querySelectorAll("*")]) {
    for (const attribute of ["id", "name", "for", "aria-describedby", "aria-labelledby", "aria-controls", "list"]) {
      const value = element.getAttribute(attribute);
      if (value) element.setAttribute(attribute, value.replace(from, `${name}-${index}`));
    }
  }
}

function clear(row) {
  for (const field of row.querySelectorAll("input, textarea, select")) {
    if (field.type === "checkbox" || field.type === "radio") field.checked = field.defaultChecked = false;
    else if (field.tagName === "SELECT") field.selectedIndex = 0;
    else field.value = field.defaultValue = "";
    field.removeAttribute("aria-invalid");
  }
  for (const error of row.querySelectorAll(".error")) error.remove();
  for (const field of row.querySelectorAll(".field--error")) field.classList.remove("field--error");
}

function start(group) {
  const name = group.dataset.rows;
  const least = Number(group.dataset.rowsMin || 1);
  const most = Number(group.dataset.rowsMax || 100);
  const list = group.querySelector("[data-rows-list]");
  const add = group.querySelector("[data-rows-add]");
  const status = group.querySelector("[data-rows-status]");
  const rows = () => [...list.querySelectorAll(":scope > [data-row]")];
  const index = (field) => Number.parseInt(field.name.slice(name.length + 1), 10) || 0;
  let last = Math.max(rows().length - 1, ...[...list.querySelectorAll(`[name^="${name}-"]`)].map(index));

  const number = () => {
    rows().forEach((row, at) => {
      row.querySelector("[data-row-number]").textContent = String(at + 1);
    });
    add.disabled = rows().length >= most;
  };
  const say = (words) => {
    if (status) status.textContent = words;
  };

  while (rows().length > least && isBlank(rows().at(-1))) rows().at(-1).remove();

  add.addEventListener("click", (event) => {
    event.preventDefault();
    const copy = rows().at(-1).cloneNode(true);
    last += 1;
    clear(copy);
    rename(copy, name, last);
    list.append(copy);
    number();
    copy.dispatchEvent(new CustomEvent("row:added", { bubbles: true }));
    copy.querySelector(`${typed}, select`)?.focus();
    say(`Fila ${rows().length} agregada`);
  });
  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-row-remove]");
    if (!button) return;
    event.preventDefault();
    const row = button.closest("[data-row]");
    if (rows().length > 1) row.remove();
    else clear(row);
    number();
    (rows().at(-1).querySelector(`${typed}, select`) ?? add).focus();
    say("Fila quitada");
  });
  number();
}

for (const group of document.querySelectorAll("[data-rows]")) start(group);
