// The answer on the screen: colour, words, sound and vibration; it stays readable, and the next one takes its place.
const part = (name) => document.querySelector(`[data-door-${name}]`);
const MARKS = { accepted: 0, repeated: 1, refused: 2 };
const BACK_AFTER = 2000;
const TUNES = { accepted: [[880, 0.12]], repeated: [[520, 0.12], [520, 0.12]], refused: [[190, 0.4]] };
let back = 0;
let sound = null;

export function show(answer) {
  clearTimeout(back);
  part("view").hidden = true;
  const verdict = part("verdict");
  verdict.hidden = false;
  verdict.className = `verdict verdict--${answer.tone}`;
  verdict.dataset.verdict = answer.verdict;
  verdict.querySelectorAll(".verdict__mark").forEach((mark, index) => mark.toggleAttribute("hidden", index !== MARKS[answer.tone]));
  part("word").textContent = answer.word;
  part("name").textContent = answer.name;
  part("document").textContent = answer.document;
  part("work").textContent = answer.work.join("\n");
  part("because").textContent = answer.why && !/[.?!…]$/.test(answer.why) ? `${answer.why}.` : answer.why;
  part("undo").hidden = !answer.can_undo;
  part("search").hidden = answer.tone !== "refused";
  part("asked").hidden = true;
  beep(answer.tone);
  if (answer.tone === "accepted") back = setTimeout(ready, BACK_AFTER);
}

export function ready() {
  clearTimeout(back);
  part("verdict").hidden = true;
  part("view").hidden = false;
}

// What goes wrong without being a verdict.
export const trouble = (word, why) => show({ verdict: "error", tone: "refused", word, why, name: "", document: "", work: [], can_undo: false, nonce: "" });

function beep(tone) {
  navigator.vibrate?.(tone === "accepted" ? 60 : [120, 80, 120]);
  try {
    wake();
    let at = sound.currentTime;
    for (const [pitch, long] of TUNES[tone]) {
      const note = sound.createOscillator();
      const loud = sound.createGain();
      note.frequency.value = pitch;
      loud.gain.value = 0.25;
      note.connect(loud).connect(sound.destination);
      note.start(at);
      note.stop(at + long);
      at += long + 0.08;
    }
  } catch {
    // A phone without sound still shows the colour and the word.
  }
}

// Browsers let a page sound only after somebody touched it.
export function wake() {
  sound ??= new AudioContext();
  sound.resume();
}

// Questions to answer before entering: `questions` as the device knows them. Gives the answers when they are sent.
export function ask(questions, answered) {
  const form = part("asked");
  form.hidden = false;
  part("asked-fields").replaceChildren(...questions.map(field));
  form.onsubmit = (event) => {
    event.preventDefault();
    if (!form.reportValidity()) return;
    const told = {};
    for (const question of questions) {
      const values = new FormData(form).getAll(question.key).filter((value) => value !== "");
      if (values.length) told[question.key] = question.kind === "multiple" ? values : values[0];
    }
    answered(told);
  };
  form.querySelector("input, select, textarea")?.focus();
}

export function make(tag, properties = {}, ...inside) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...inside);
  return element;
}

const YES_NO = [{ id: "si", label: "Sí" }, { id: "no", label: "No" }];
const TYPES = { number: "number", date: "date" };

function field(question) {
  const id = `q-${question.key}`;
  const options = question.kind === "yes_no" ? YES_NO : question.options;
  const help = question.help ? [make("p", { className: "help", id: `${id}-ayuda`, textContent: question.help })] : [];
  if (options.length) {
    const type = question.kind === "multiple" ? "checkbox" : "radio";
    const choice = (option, place) =>
      make("div", { className: "choice" },
        make("input", { type, name: question.key, value: option.id, id: `${id}-${place}`, required: type === "radio" }),
        make("label", { htmlFor: `${id}-${place}`, textContent: option.label }));
    return make("fieldset", { className: "field" }, make("legend", { className: "legend", textContent: question.label }), ...help, ...options.map(choice));
  }
  const control = question.kind === "long_text" ? make("textarea", { rows: 3 }) : make("input", { type: TYPES[question.kind] ?? "text" });
  Object.assign(control, { className: "input", id, name: question.key, required: true, autocomplete: "off" });
  if (help.length) control.setAttribute("aria-describedby", `${id}-ayuda`);
  return make("div", { className: "field" }, make("label", { className: "label", htmlFor: id, textContent: question.label }), ...help, control);
}
