// A form marked data-once is sent once, however often its button is pressed.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !form.hasAttribute("data-once")) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-once]")) delete form.dataset.sent;
  const amount = document.querySelector("form[data-once] input[autofocus]");
  if (amount) amount.select();
  // On a phone the row of tabs is wider than the page: show the one that is open.
  for (const tab of document.querySelectorAll(".tb-tabs .tb-active")) tab.parentElement.scrollLeft = tab.offsetLeft - tab.parentElement.offsetLeft;
});
