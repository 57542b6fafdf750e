// Type as large as a slide has room for: people read it from the last row. Nothing is smaller than LEAST.
const LEAST = 24, MOST = 48, MOST_PRINTED = 36; // px; of prose, and of code and output
const WIDE = 1105, HIGH = 720; // px, of a line of code and of a slide
const OF_A_LETTER = 0.605; // width by height, in a monospaced type

// How long a line of a block is that must not break: of an output, one with columns.
function letters(block) {
  const lines = block.textContent.split("\n");
  const columns = lines.filter(line => /\S {2,}\S/.test(line));
  return Math.max(...(columns.length ? columns : lines).map(line => line.length), 1);
}

function set(slide, prose, printed) {
  slide.style.fontSize = prose + "px";
  slide.style.setProperty("--deck-output", printed + "px");
  for (const block of slide.querySelectorAll("pre")) {
    const unbroken = Math.floor(WIDE / letters(block) / OF_A_LETTER);
    block.style.fontSize = (unbroken < LEAST ? printed : Math.min(printed, unbroken)) + "px";
  }
}

function fit(slide) {
  for (let step = 0; step <= MOST - LEAST; step += 1) {
    set(slide, MOST - step, Math.max(LEAST, MOST_PRINTED - Math.ceil(step / 2)));
    slide.style.setProperty("--deck-picture", 640 - 14 * step + "px");
    if (slide.scrollHeight <= HIGH) return;
  }
}

Reveal.on("ready", event => fit(event.currentSlide));
Reveal.on("slidechanged", event => fit(event.currentSlide));
Reveal.on("pdf-ready", () => Reveal.getSlides().forEach(fit));
