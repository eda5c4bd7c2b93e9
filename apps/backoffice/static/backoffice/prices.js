// The price editor: the table of costs follows what is typed, and tiers come and go in place.
// Everything is asked of the page itself; without this script the buttons load the page instead.
const editor = document.querySelector("form[data-price-editor]");
const PAUSE_MILLISECONDS = 300;
let newest = 0;
let waiting = 0;

const part = (page, name) => page.querySelector(`[data-live="${name}"]`);

async function ask(pressed) {
  const body = new FormData(editor);
  body.set("do", pressed);
  const answer = await fetch(window.location.href, { method: "POST", body });
  return answer.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
}

function take(page, name) {
  const fresh = page && part(page, name);
  if (fresh) part(document, name).replaceWith(document.adoptNode(fresh));
}

// Say what is wrong at fields that are filled; whoever is still typing in one, or has not come to it, is left alone.
function markErrors(page) {
  for (const input of editor.querySelectorAll(".tb-editor-fields .tb-field input, .tb-costs .tb-field input")) {
    const field = input.closest(".tb-field");
    const answered = page.querySelector(`[name="${input.name}"]`);
    field.classList.remove("errors");
    for (const error of field.querySelectorAll(".tb-error")) error.remove();
    if (!answered || input === document.activeElement || !input.value.trim()) continue;
    const errors = answered.closest(".tb-field").querySelectorAll(".tb-error");
    field.classList.toggle("errors", errors.length > 0);
    for (const error of errors) input.after(document.adoptNode(error));
  }
}

async function showCosts() {
  const mine = ++newest;
  const page = await ask("show").catch(() => null);
  if (mine !== newest || !page || !part(page, "cost")) return;
  markErrors(page);
  take(page, "cost");
}

async function changeRows(pressed) {
  window.clearTimeout(waiting);
  newest += 1; // what was asked before knows other rows
  const page = await ask(pressed).catch(() => null);
  take(page, "tiers");
  take(page, "cost");
  const rows = page ? page.querySelector('[name="rows"]') : null;
  if (rows) editor.elements.rows.value = rows.value;
  const ends = editor.querySelectorAll('.tb-cell-1 input');
  if (pressed === "add") ends[Math.max(0, ends.length - 2)].focus();
}

if (editor) {
  const soon = () => {
    window.clearTimeout(waiting);
    waiting = window.setTimeout(showCosts, PAUSE_MILLISECONDS);
  };
  editor.addEventListener("input", soon);
  editor.addEventListener("change", soon);
  editor.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-rows]");
    if (!button) return;
    event.preventDefault();
    changeRows(button.value);
  });
}
