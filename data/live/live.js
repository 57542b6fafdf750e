// The page works without this script; with it nothing has to be loaded again by hand.
const every = 2000; // milliseconds between two looks
const query = () => new URLSearchParams(new FormData(document.querySelector("#search") || undefined));

async function refresh() {
  try {
    const answer = await fetch(`now?${query()}`, { cache: "no-store" });
    if (!answer.ok) throw new Error(answer.status);
    const parts = await answer.json();
    if (parts.reload) { if (!document.getElementById("debrief")) location.reload(); return; }
    for (const [id, html] of Object.entries(parts)) {
      const place = document.getElementById(id);
      if (place && place.dataset.shown !== html && !place.contains(document.activeElement)) {
        place.innerHTML = html;
        place.dataset.shown = html;
      }
    }
    if (document.body.dataset.lost) document.getElementById("said").textContent = "Here again.";
    document.body.dataset.lost = "";
  } catch {
    const said = document.getElementById("said");
    if (said) said.textContent = "No answer from the exercise; trying again.";
    document.body.dataset.lost = "yes";
  }
}

async function send(event) {
  const form = event.target;
  if (form.method !== "post") return;
  event.preventDefault();
  const body = new URLSearchParams(new FormData(form, event.submitter));
  const said = document.getElementById("said");
  try {
    const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "text/plain" } });
    said.textContent = await answer.text();
    if (answer.ok) {
      for (const field of form.querySelectorAll("input[type=text], textarea")) field.value = "";
      const key = form.querySelector("input[name=key]");
      if (key) key.value = Array.from(crypto.getRandomValues(new Uint8Array(12)), (n) => n.toString(16)).join("");
    }
  } catch {
    said.textContent = "No answer from the exercise. Nothing is certain: send it again, it is not done twice.";
  }
  document.activeElement.blur();
  refresh();
}

document.addEventListener("submit", send);
document.addEventListener("click", (event) => {
  const id = event.target.dataset && event.target.dataset.cite;
  const field = document.getElementById("events");
  if (id && field && !field.value.split(/\s+/).includes(id)) field.value = `${field.value} ${id}`.trim();
});
const search = document.getElementById("search");
if (search) search.addEventListener("submit", (event) => { event.preventDefault(); document.activeElement.blur(); refresh(); });
setInterval(refresh, every);
