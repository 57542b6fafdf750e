// The hands of all instruments. Python draws; this puts the drawing on the screen, changes what is
// different in it, and tells Python what somebody did. It asks no network.
//
//   data-do="name" data-value="…"   a click, Enter or Space, or another choice: on_name(value, fields)
//   data-typed="name"               typing, 80 ms after the last key
//   data-caret="name"               where the caret of a text is now
//   data-drag="name"                a pointer dragged along a picture: its place from 0 to 1
//   data-rove                       arrow keys go to the next data-do inside, and do it; one inside
//                                   another, such as a button in a row, is not stopped at
//   data-rove="focus"               they go there, and do nothing else
//   data-secret="id"                what is pointed at lights up wherever the same id is
//   data-lit="id"                   what is lit while nothing is pointed at
//   data-parts                      a text whose parts between dots have a colour each
//   data-runs="[[from, to, id]…]"   which characters of the text data-of belong to which id
//   data-replace                    the text that somebody types in is to be replaced
//   data-key="…"                    the same thing in two drawings, wherever it is in the list
//   data-show                       scrolled to, inside its own box: the page stays
//   data-focus                      what the keyboard is at once this is new, if it was in here before
// Escape goes back to the cell of the notebook.

const LOST = "Python does not answer. It may be busy; after a restart, run this cell again.";
const PATIENCE = 5000, TYPING = 80; // milliseconds
const HEAD = 40; // pixels at the top of a box that the head of a table may cover
const ARROWS = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };
const CARET_KEYS = /^(Arrow|Home|End|Page)/;
const AT = '[data-rove] [data-do][tabindex="0"]'; // where the arrow keys are in a list
const TYPED_INTO = "textarea,input,select";

const outer = (one) => one.parentElement.closest("[data-do]");

// --- from one drawing to the next ---------------------------------------------------------------

const keyOf = (node) => node.dataset?.key ?? "";

function morphAttributes(old, fresh) {
  for (const { name } of [...old.attributes])
    if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of [...fresh.attributes])
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
}

function morphChildren(old, fresh, active) {
  const known = new Map([...old.childNodes].filter(keyOf).map((one) => [keyOf(one), one]));
  let at = 0;
  for (const child of [...fresh.childNodes]) {
    const same = known.get(keyOf(child)), here = old.childNodes[at];
    if (same && same !== here) old.insertBefore(same, here);
    const there = old.childNodes[at];
    if (!there) old.append(child);
    else if (!same && keyOf(child) !== keyOf(there)) old.insertBefore(child, there);
    else morph(there, child, active);
    at += 1;
  }
  while (old.childNodes.length > at) old.lastChild.remove();
}

export function morph(old, fresh, active) {
  if (old.nodeType !== fresh.nodeType || old.nodeName !== fresh.nodeName) old.replaceWith(fresh);
  else if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.data !== fresh.data) old.data = fresh.data;
  } else {
    morphAttributes(old, fresh);
    // What somebody types in stays theirs, until Python says that it is to be replaced.
    if (!old.matches(TYPED_INTO)) morphChildren(old, fresh, active);
    else if (old !== active || fresh.hasAttribute("data-replace")) {
      if (old.matches("select")) morphChildren(old, fresh, active);
      if (old.value !== fresh.value) old.value = fresh.value;
    }
  }
}

// --- a text over its coloured copy --------------------------------------------------------------

function span(css, text, at, id) {
  const one = document.createElement("span");
  one.className = css;
  one.textContent = text;
  one.dataset.at = at;
  if (id !== undefined) one.dataset.secret = id;
  return one;
}

// The stretches of a text: [class, from, to]; a dot between two parts is one of its own.
export function stretches(text, inParts) {
  if (!inParts) return [["", 0, text.length]];
  const names = ["head", "body", "sign"], all = [];
  let at = 0;
  text.split(".").forEach((part, i) => {
    if (i) all.push(["dot", at, ++at]);
    all.push([names[i] ?? "rest", at, (at += part.length)]);
  });
  return all;
}

export function paint(area) {
  const text = area.value, copy = area.previousElementSibling, spans = [];
  const runs = area.dataset.of === text ? JSON.parse(area.dataset.runs || "[]") : []; // else of an older text
  let next = 0; // the run that at is in or before; they follow each other
  for (const [css, from, to] of stretches(text, area.matches("[data-parts]")))
    for (let at = from; at < to; ) {
      while (next < runs.length && runs[next][1] <= at) next += 1;
      const [begin, finish, id] = runs[next] ?? [to, to];
      const end = Math.min(to, begin > at ? begin : finish);
      spans.push(span(css, text.slice(at, end), at, begin > at ? undefined : id));
      at = end;
    }
  copy.replaceChildren(...spans, "\u200b"); // so that an empty last line has a height
}

const covers = (x, y) => (one) =>
  [...one.getClientRects()].some((r) => r.left <= x && x <= r.right && r.top <= y && y <= r.bottom);
const idIn = (area, hit) =>
  [...area.previousElementSibling.querySelectorAll("[data-secret]")].find(hit)?.dataset.secret ?? "";
const idAtCaret = (area) => {
  const at = area.selectionStart;
  return idIn(area, (one) => +one.dataset.at <= at && at < +one.dataset.at + one.textContent.length);
};

// --- in a box that scrolls ----------------------------------------------------------------------

function scrollTo(shown) {
  const box = shown?.closest("[tabindex]:not([data-do])"); // a row may be focused, too
  if (!box) return;
  const top = shown.offsetTop - box.scrollTop;
  if (top < HEAD || top + shown.offsetHeight > box.clientHeight)
    box.scrollTop = shown.offsetTop - box.clientHeight / 2;
}

// --- the page around ----------------------------------------------------------------------------

function isDark(host) {
  const said = host.closest("[data-jp-theme-light]")?.dataset.jpThemeLight;
  if (said) return said === "false";
  for (let at = host; at; at = at.parentElement) {
    const rgba = (getComputedStyle(at).backgroundColor.match(/[\d.]+/g) ?? []).map(Number);
    if (rgba.length && (rgba[3] ?? 1) > 0.5)
      return 0.299 * rgba[0] + 0.587 * rgba[1] + 0.114 * rgba[2] < 128;
  }
  return false;
}

// --- one instrument on the screen ---------------------------------------------------------------

function render({ model, el }) {
  const root = document.createElement("div"), lost = document.createElement("p");
  root.className = `lu-live ${model.get("name")}`;
  root.dataset.lmSuppressShortcuts = "true"; // JupyterLab's keys are for its cells
  lost.className = "lost";
  lost.setAttribute("role", "status");
  root.append(lost);
  el.append(root);
  let count = 0, silence, typing, pending, pointed = "", caret = "", drawn, reached;

  // What somebody did.
  const say = (what, value = "") => {
    flush();
    const all = [...root.querySelectorAll("[name]")].map((one) => [one.name, one.value]);
    clearTimeout(silence); // before it is sent: after a restart of the kernel, send raises
    silence = setTimeout(() => {
      root.classList.add("unanswered");
      lost.textContent = LOST;
    }, PATIENCE);
    model.send({ do: what, value, fields: Object.fromEntries(all), n: ++count });
  };
  const flush = () => { // what was typed last, before anything else is said
    clearTimeout(typing);
    const last = pending;
    pending = undefined;
    last?.();
  };
  const light = () => {
    const id = pointed || root.querySelector("[data-lit]")?.dataset.lit || "";
    for (const one of root.querySelectorAll("[data-secret]"))
      one.classList.toggle("lit", id !== "" && one.dataset.secret === id);
  };
  const point = (id) => {
    if (id === pointed) return;
    pointed = id;
    light();
  };

  // What Python draws.
  const draw = () => {
    if (model.get("seen") < count) return; // the answer to a newer touch is on its way
    clearTimeout(silence);
    root.classList.remove("unanswered");
    lost.textContent = "";
    if (drawn === model.get("html")) return;
    drawn = model.get("html");
    const fresh = document.createElement("template");
    fresh.innerHTML = drawn;
    const focus = root.contains(document.activeElement) ? document.activeElement : null;
    const known = root.querySelector("[data-focus]");
    if (lost.nextElementSibling) morph(lost.nextElementSibling, fresh.content.firstElementChild, focus);
    else root.append(fresh.content);
    root.querySelectorAll("[data-runs]").forEach(paint);
    scrollTo(root.querySelector("[data-show]"));
    if (focus && !known) root.querySelector("[data-focus]")?.focus();
    if (focus && !root.contains(document.activeElement)) // what was pressed is gone
      (root.querySelector(AT) ?? root.querySelector("[data-do]"))?.focus();
    if (reached === document.activeElement) reached.scrollIntoView({ block: "nearest" });
    reached = undefined;
    light();
  };

  // Clicks, choices, keys.
  root.addEventListener("click", (event) => {
    const one = event.target.closest("[data-do]");
    if (!one || one.matches("select,input")) return;
    event.preventDefault();
    say(one.dataset.do, one.dataset.value);
  });
  root.addEventListener("input", ({ target }) => {
    if (target.matches("[data-runs]")) paint(target);
    if (target.matches("select[data-do],input[data-do]")) say(target.dataset.do, target.value);
    if (!target.dataset.typed) return;
    clearTimeout(typing);
    pending = () => say(target.dataset.typed, target.value);
    typing = setTimeout(flush, TYPING);
  });
  root.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Escape") el.closest(".jp-Cell")?.focus({ preventScroll: true });
    const one = event.target.closest("[data-do]");
    if (!one || one.matches("select,input")) return;
    if ((event.key === "Enter" || event.key === " ") && !one.matches("button")) {
      event.preventDefault();
      say(one.dataset.do, one.dataset.value);
      return;
    }
    const group = ARROWS[event.key] && one.closest("[data-rove]");
    if (!group) return;
    const all = [...group.querySelectorAll("[data-do]:not(:disabled)")].filter((stop) => !outer(stop));
    const next = all[all.indexOf(outer(one) ?? one) + ARROWS[event.key]];
    event.preventDefault(); // at either end, too: the page stays
    if (!next) return;
    next.focus({ preventScroll: next.closest("[data-rove]").dataset.rove !== "focus" });
    if (group.dataset.rove === "focus") return;
    reached = next; // it is scrolled to where the answer puts it
    say(next.dataset.do, next.dataset.value);
  });
  root.addEventListener("pointerdown", (event) => {
    const one = event.target.closest("[data-drag]");
    if (!one) return;
    const box = (one.closest("svg") ?? one).getBoundingClientRect();
    const move = ({ clientX }) =>
      say(one.dataset.drag, String(Math.max(0, Math.min(1, (clientX - box.left) / box.width))));
    const stop = () => {
      removeEventListener("pointermove", move);
      removeEventListener("pointerup", stop);
    };
    addEventListener("pointermove", move);
    addEventListener("pointerup", stop);
    move(event);
  });

  // What is pointed at, or is at the caret.
  root.addEventListener("pointermove", ({ target, clientX, clientY }) =>
    point(target.matches("[data-runs]")
      ? idIn(target, covers(clientX, clientY))
      : target.closest("[data-secret]")?.dataset.secret ?? ""));
  root.addEventListener("pointerleave", () => point(""));
  root.addEventListener("focusin", ({ target }) =>
    point(target.matches("[data-runs]") ? idAtCaret(target) : target.closest("[data-secret]")?.dataset.secret ?? ""));
  const caretMoved = ({ target }) => {
    if (!target.matches("[data-runs]")) return;
    point(idAtCaret(target));
    const now = `${target.selectionStart} ${target.value}`;
    if (!target.dataset.caret || now === caret) return;
    caret = now;
    say(target.dataset.caret, String(target.selectionStart));
  };
  root.addEventListener("click", caretMoved);
  root.addEventListener("keyup", (event) => {
    if (CARET_KEYS.test(event.key)) caretMoved(event);
  });

  // The place: its width, and whether it is dark there.
  const theme = () => (root.dataset.theme = isDark(el) ? "dark" : "light");
  const watch = new MutationObserver(theme);
  for (const one of [document.documentElement, document.body]) watch.observe(one, { attributes: true });
  let wide = 0;
  const size = new ResizeObserver(() => {
    theme();
    const now = Math.round(root.clientWidth);
    if (now === 0 || Math.abs(now - wide) <= 8) return; // out of sight, or a scroll bar
    wide = now;
    say("width", String(now));
  });
  model.on("change:html", draw);
  model.on("change:seen", draw);
  theme();
  draw();
  size.observe(root);
  return () => {
    model.off("change:html", draw);
    model.off("change:seen", draw);
    watch.disconnect();
    size.disconnect();
    clearTimeout(typing);
    clearTimeout(silence);
  };
}

export default {
  initialize({ model }) {
    model.send({ do: "here" }); // until this comes, Python shows a still picture
  },
  render,
};
