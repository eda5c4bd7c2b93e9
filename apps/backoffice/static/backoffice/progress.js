// What is marked data-progress is asked for again every second, until it says that it is over; then the page is.
const shown = document.querySelector("[data-progress]");
async function look() {
  const answer = await fetch(shown.dataset.progress, { headers: { Accept: "text/html" } });
  if (!answer.ok) return;
  shown.innerHTML = await answer.text();
  if (shown.querySelector("[data-over]")) window.location.reload();
  else window.setTimeout(look, 1000);
}
if (shown) window.setTimeout(look, 1000);
