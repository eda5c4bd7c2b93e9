// Quick entry: suggest customers while one is typed, and offer what the chosen one has.
// Without this script the page does the same once the form is sent.
const form = document.querySelector("form[data-quick-entry]");
const who = form.elements.namedItem("customer");
const type = form.elements.namedItem("item");
const list = document.getElementById("tb-customers");
const PAUSE_MILLISECONDS = 150;
let known = [];
let newest = 0;
let waiting = 0;

async function ask(text) {
  const mine = ++newest;
  const answer = await fetch(`${form.dataset.quickEntry}?q=${encodeURIComponent(text)}`).catch(() => null);
  if (!answer || !answer.ok) return;
  const { customers, exact } = await answer.json();
  if (mine !== newest || who.value.trim() !== text) return;
  known = customers;
  list.replaceChildren(...customers.map(({ label }) => new Option(label, label)));
  const left = document.activeElement !== who;
  if (exact) take(customers[0], left);
  else take(customers.find(({ label }) => label === text), left);
}

// Remember which customer the text stands for, and offer what they have; keep a type of the same name.
function take(customer, write) {
  const before = type.selectedOptions[0]?.text;
  const options = (customer?.types ?? []).map(({ id, name }) => new Option(name, id));
  if (options.length !== 1) options.unshift(new Option("", ""));
  type.replaceChildren(...options);
  const same = options.find(({ text, value }) => value && text === before);
  type.value = same?.value ?? customer?.only ?? (options.length === 1 ? options[0].value : "");
  if (customer && write) who.value = customer.label;
  for (const radio of form.querySelectorAll("fieldset input")) radio.closest("fieldset").remove();
  remember("asked", customer ? who.value.trim() : "");
  remember("chosen", customer?.id ?? "");
}

function remember(name, value) {
  let field = form.querySelector(`input[type="hidden"][name="${name}"]`);
  if (!field) {
    field = Object.assign(document.createElement("input"), { type: "hidden", name });
    form.append(field);
  }
  field.value = value;
}

who.addEventListener("input", () => {
  const text = who.value.trim();
  const picked = known.find(({ label }) => label === text);
  clearTimeout(waiting);
  newest += 1;
  take(picked, false);
  if (!picked && text) waiting = setTimeout(ask, PAUSE_MILLISECONDS, text);
});
who.addEventListener("change", () => {
  const text = who.value.trim();
  if (!text || form.querySelector('input[name="chosen"]')?.value) return;
  clearTimeout(waiting);
  ask(text);
});
