// The pages work without this script. With it they keep up to date by themselves, and nothing that
// somebody types, has opened or looks at is replaced: parts change element by element, and lines
// are only added.
const EVERY = 1500; // milliseconds between two looks
const STAYS_NEW = 12000; // milliseconds for which a line that was seen stays marked
const AT_TOP = 30; // pixels of scrolling that still count as the top
const page = document.body;
const isRoom = page.classList.contains("room");
const title = document.title;
const find = (id) => document.getElementById(id);
const isWide = () => innerWidth >= 1000;

// --- what a browser keeps, by page ---------------------------------------------------------------

const kept = {
  get(name) {
    try { return localStorage.getItem(location.pathname + name); } catch { return null; }
  },
  set(name, value) {
    try {
      if (value) localStorage.setItem(location.pathname + name, value);
      else localStorage.removeItem(location.pathname + name);
    } catch { /* a browser that keeps nothing */ }
  },
};

// --- parts that change ---------------------------------------------------------------------------

const fragment = (html) => {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content;
};

function copyAttributes(from, to) {
  for (const { name, value } of [...from.attributes]) {
    if (to.getAttribute(name) !== value) to.setAttribute(name, value);
  }
  for (const { name } of [...to.attributes]) {
    if (!from.hasAttribute(name) && name !== "open") to.removeAttribute(name);
  }
}

// Make the children of `now` like those of `next`; an element that is there already stays.
function morph(now, next) {
  const byId = new Map([...now.children].filter((child) => child.id).map((child) => [child.id, child]));
  let at = now.firstChild;
  for (const wanted of [...next.childNodes]) {
    const isAlike = at && !at.id && !wanted.id && at.nodeName === wanted.nodeName;
    const same = wanted.id ? byId.get(wanted.id) : isAlike ? at : null;
    if (!same) { now.insertBefore(wanted, at); continue; }
    if (same === at) at = at.nextSibling;
    else now.insertBefore(same, at);
    if (same.nodeType === Node.ELEMENT_NODE) {
      copyAttributes(wanted, same);
      morph(same, wanted);
    } else if (same.data !== wanted.data) same.data = wanted.data;
  }
  while (at) {
    const gone = at;
    at = at.nextSibling;
    gone.remove();
  }
}

const shownParts = {};
const TAB_OF = { board: "board", answers: "ask", acts: "act", reports: "report", alerts: "rules" };
function put(id, html) {
  const place = find(id);
  if (!place || shownParts[id] === html) return;
  const isFirst = !(id in shownParts), before = place.textContent, focused = document.activeElement;
  shownParts[id] = html;
  morph(place, fragment(html));
  if (focused !== document.activeElement && focused.isConnected) focused.focus({ preventScroll: true });
  if (!isFirst && place.textContent !== before) markTab(TAB_OF[id]);
}

function markTab(tab) {
  const badge = document.querySelector(`[data-badge="${tab}"]`);
  const isShown = page.dataset.tab === tab || (tab === "board" && isWide());
  if (badge && !isShown) badge.textContent = "●";
}

// --- lines are only added ------------------------------------------------------------------------

const stream = find("stream"), box = find("box"), fresh = find("fresh");
let most = 150, above = 0, whileAway = 0, asked = kept.get("q") || "";
const scroller = () => (isWide() ? box : document.scrollingElement);

const watcher = isRoom && new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    if (!isIntersecting || document.hidden) continue;
    watcher.unobserve(target);
    setTimeout(() => target.classList.remove("new"), STAYS_NEW);
  }
});

// Add rows at their places; an open or focused line stays even where a page begins afresh.
function addRows(html, isFresh, isOtherSearch) {
  const coming = [...fragment(html).children];
  if (isFresh) {
    const wanted = new Set(coming.map((row) => row.id));
    for (const row of [...stream.children]) {
      const isInUse = row.querySelector("[open]") || row.contains(document.activeElement);
      const goes = isOtherSearch ? !wanted.has(row.id) : row.id.startsWith("happened-") && !isInUse;
      if (goes) row.remove();
    }
  }
  let added = 0;
  const looked = rowInUse(), before = looked && looked.getBoundingClientRect().top;
  for (const row of coming.reverse()) {
    if (find(row.id)) continue;
    const older = [...stream.children].find((other) => Number(other.dataset.t) <= Number(row.dataset.t));
    if (!isFresh) row.classList.add("new");
    stream.insertBefore(row, older || null);
    watcher.observe(row);
    added += 1;
  }
  if (looked) scroller().scrollBy({ top: looked.getBoundingClientRect().top - before });
  if (!isFresh && added) tellOfNew(added);
}

// The row that somebody has the focus on, or has open, where it is in view: it stays where it is.
function rowInUse() {
  const focused = stream.contains(document.activeElement) && document.activeElement.closest("li");
  const rows = [focused, ...[...stream.querySelectorAll("details[open]")].map((one) => one.closest("li"))];
  const top = isWide() ? box.getBoundingClientRect().top : 0;
  return rows.find((row) => {
    if (!row) return false;
    const { top: from, bottom } = row.getBoundingClientRect();
    return bottom > top && from < innerHeight;
  });
}

function tellOfNew(added) {
  if (scroller().scrollTop > AT_TOP) {
    above += added;
    fresh.textContent = `${above} new above`;
    fresh.hidden = false;
  }
  if (document.hidden) {
    whileAway += added;
    document.title = `(${whileAway}) ${title}`;
  }
}

function markRows(suspected, flagged) {
  const onBoard = new Set(suspected), byRule = new Set(flagged);
  for (const row of stream.querySelectorAll(".one")) {
    const line = row.id.slice("line-".length);
    row.classList.toggle("suspected", onBoard.has(line));
    row.classList.toggle("flagged", byRule.has(line));
  }
}

function isAtTop() {
  above = 0;
  fresh.hidden = true;
}

async function fillLine(details) {
  const place = details.querySelector(".whole");
  if (!details.open || place.dataset.filled) return;
  const answer = await fetch(`line?part=1&id=${encodeURIComponent(details.dataset.line)}`);
  if (!answer.ok) return;
  place.replaceChildren(fragment(await answer.text()));
  place.dataset.filled = "yes";
}

async function openLine(line, address) {
  if (!find(`line-${line}`)) await search(line.split(":")[0]);
  const row = find(`line-${line}`);
  if (!row) { location.assign(address); return; }
  if (!isWide()) openTab("stream");
  row.querySelector("details").open = true;
  row.querySelector("summary").focus({ preventScroll: true });
  row.scrollIntoView({ block: "center" });
}

// --- what is new ---------------------------------------------------------------------------------

let isAsking = false, asksAgain = false, isLost = false;
async function refresh() {
  if (isAsking) { asksAgain = true; return; }
  isAsking = true;
  try {
    const q = find("q") ? find("q").value : "";
    const isOther = q !== asked;
    const seen = isOther ? "" : page.dataset.seen || "";
    const answer = await fetch(`now?${new URLSearchParams({ q, most, seen })}`, { cache: "no-store" });
    if (!answer.ok) throw new Error(answer.status);
    const parts = await answer.json();
    for (const [id, html] of Object.entries(parts)) {
      if (typeof html === "string" && id !== "stream" && id !== "seen") put(id, html);
    }
    if (isRoom) {
      addRows(parts.stream, parts.fresh, isOther);
      markRows(parts.suspected, parts.flagged);
      markChips(q);
      page.dataset.seen = parts.seen;
      asked = q;
      kept.set("q", q);
      if (isOther) { box.scrollTop = 0; isAtTop(); }
      if (parts.over) sayItIsOver();
    }
    if (isLost) say("The exercise answers again.");
    isLost = false;
  } catch {
    if (!isLost) say("No answer from the exercise; trying again. What you typed is kept.");
    isLost = true;
  }
  isAsking = false;
  if (asksAgain) { asksAgain = false; refresh(); }
}

function search(words) {
  find("q").value = words;
  return refresh();
}

function say(words) {
  if (find("said")) find("said").textContent = words;
}

function sayItIsOver() {
  if (find("over")) return;
  const link = Object.assign(document.createElement("a"), { id: "over", href: "./" });
  link.textContent = "The exercise is over: see the debrief";
  find("said").replaceChildren(link);
}

// A filter that is shared says how many lines came since somebody here used it.
function markChips(q) {
  for (const chip of document.querySelectorAll(".chip [data-search]")) {
    const words = chip.dataset.search, name = `#used ${words}`, now = Number(chip.dataset.matching);
    if (words === q || kept.get(name) === null) kept.set(name, String(now));
    const more = now - Number(kept.get(name));
    chip.querySelector("b").textContent = more > 0 ? `+${more}` : "";
    chip.classList.toggle("used", words === q);
  }
}

// --- what somebody types is kept until it was accepted -------------------------------------------

const TYPED = "input[type=text][name], textarea[name], select[name]";
const draftOf = (field) => `${field.form ? field.form.getAttribute("action") : ""}.${field.name}`;
const keep = (field) => kept.set(draftOf(field), field.value);

function bringBackDrafts() {
  const isFilledIn = new URLSearchParams(location.search).has("about");
  for (const field of document.querySelectorAll(TYPED)) {
    const draft = kept.get(draftOf(field));
    if (draft && !(isFilledIn && field.value)) field.value = draft;
  }
  const q = find("q");
  if (q && !q.value && asked && !location.search) q.value = asked;
  else if (q) asked = q.value;
}

let offered = {}; // by kind of act, what it would be about, as the board filled it in
function explain(field) {
  if (field.id === "act" && offered[field.value]) {
    const what = find("what");
    if (Object.values(offered).includes(what.value)) { what.value = offered[field.value]; keep(what); }
  }
  const place = document.querySelector(`[data-about-of="${field.id}"]`);
  if (place) place.textContent = field.selectedOptions[0].dataset.about;
}

// Fill in a form from the board; what was there can be put back.
function fillForm(form, values) {
  const before = {};
  for (const [name, value] of Object.entries(values)) {
    const field = form.elements[name];
    if (field.value && field.value !== value) before[name] = field.value;
    field.value = value;
    keep(field);
  }
  form.querySelector(".back")?.remove();
  if (!Object.keys(before).length) return;
  const back = Object.assign(document.createElement("button"), { type: "button", className: "back" });
  back.textContent = "Put back what was there";
  back.addEventListener("click", () => { fillForm(form, before); form.querySelector(".back")?.remove(); });
  form.append(back);
}

const FILLS = {
  ask(form, { kind, word }) {
    form.elements.kind.value = kind;
    explain(form.elements.kind);
    fillForm(form, { word });
  },
  act(form, { credential, account, host }) {
    offered = { revoke: credential, bind: credential, unbind: credential, disable: account,
      enable: account, block: host, unblock: host };
    fillForm(form, { what: offered[form.elements.act.value] || credential });
  },
  report(form, { who, events, note }) { fillForm(form, { who, events, note }); },
};

const newKey = () => [...crypto.getRandomValues(new Uint8Array(12))]
  .map((byte) => byte.toString(16).padStart(2, "0")).join("");

async function send(address, body) {
  if (find("me")?.value) body.set("by", find("me").value);
  try {
    const answer = await fetch(address, { method: "POST", body, headers: { Accept: "text/plain" } });
    say(await answer.text());
    refresh();
    return answer.ok;
  } catch {
    say("No answer from the exercise. What you typed is still here: send it again, it is not done twice.");
    return false;
  }
}

// --- what somebody does --------------------------------------------------------------------------

async function submit(event) {
  const form = event.target, button = event.submitter;
  const address = button?.getAttribute("formaction") || form.getAttribute("action");
  if (form.id === "search" && address === "./") { event.preventDefault(); refresh(); return; }
  if (form.method !== "post" && !button?.hasAttribute("formmethod")) return;
  event.preventDefault();
  const sent = [...form.querySelectorAll("input[type=text], textarea")].map((field) => [field, field.value]);
  if (!await send(address, new URLSearchParams(new FormData(form, button)))) return;
  for (const [field, value] of sent) {
    if (field.value === value) { field.value = ""; keep(field); } // what was typed since stays
  }
  form.querySelector(".back")?.remove();
  if (form.elements.key) form.elements.key.value = newKey();
  for (const tick of form.querySelectorAll("[type=checkbox]")) tick.checked = false;
}

function openTab(tab) {
  page.dataset.tab = tab;
  kept.set("#tab", tab);
  for (const link of document.querySelectorAll("nav [data-tab]")) {
    const isOpen = link.dataset.tab === tab;
    if (isOpen) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
    if (isOpen) link.querySelector(".badge").textContent = "";
  }
}

function cite(line) {
  const field = find("events");
  if (!field.value.split(/\s+/).includes(line)) {
    field.value = `${field.value} ${line}`.trim();
    keep(field);
  }
  say(`Your report cites ${field.value}.`);
}

function click(event) {
  const pressed = event.target.closest("button, a");
  if (!pressed || pressed === page || event.ctrlKey || event.metaKey) return;
  const { tab, search: words, open: line, fill, cite: cited } = pressed.dataset;
  if (pressed.tagName === "A" && (tab || words !== undefined || line || fill)) event.preventDefault();
  if (tab) openTab(tab);
  if (words !== undefined) { if (!isWide()) openTab("stream"); search(words); }
  if (line) openLine(line, pressed.href);
  if (cited) cite(cited);
  if ("older" in pressed.dataset) { most += 350; page.dataset.seen = ""; refresh(); }
  if (fill) {
    openTab(fill);
    const form = document.querySelector(`form[action=${fill}]`);
    FILLS[fill](form, pressed.dataset);
    form.querySelector("select, input[type=text]").focus();
  }
}

// --- begin ---------------------------------------------------------------------------------------

page.classList.add("js");
bringBackDrafts();
document.addEventListener("submit", submit);
document.addEventListener("click", click);
document.addEventListener("toggle", (event) => { if (event.target.dataset?.line) fillLine(event.target); }, true);
let typing;
document.addEventListener("input", (event) => {
  if (event.target.matches(TYPED)) keep(event.target);
  if (event.target.matches("select")) explain(event.target);
  if (event.target.id === "q") { clearTimeout(typing); typing = setTimeout(refresh, 250); }
});
if (isRoom) {
  for (const field of document.querySelectorAll("#kind, #act")) explain(field);
  const isNarrowTab = (tab) => tab === "stream" || tab === "board";
  const hash = location.hash.replace("#pane-", "");
  const tab = document.querySelector(`nav [data-tab="${CSS.escape(hash)}"]`) ? hash : kept.get("#tab") || "stream";
  openTab(isWide() && isNarrowTab(tab) ? "ask" : tab);
  addEventListener("resize", () => { if (isWide() && isNarrowTab(page.dataset.tab)) openTab("ask"); });
  fresh.addEventListener("click", () => { scroller().scrollTo({ top: 0 }); isAtTop(); });
  for (const one of [box, document]) {
    one.addEventListener("scroll", () => { if (scroller().scrollTop <= AT_TOP) isAtTop(); }, { passive: true });
  }
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    whileAway = 0;
    document.title = title;
    for (const row of stream.querySelectorAll(".new")) { watcher.unobserve(row); watcher.observe(row); }
  });
  if (find("q").value !== "" && !location.search) asked = "\n"; // the page came without this search
}
if (find("clock")) {
  setInterval(refresh, EVERY);
  refresh();
}
