// Type as large as a slide has room for: people read it from the last row.
const SIZES = [48, 44, 40, 36, 33, 30]; // px of prose
const LEAST = 18, MOST = 30, BROKEN = 22; // px of code and output; of lines that break anyway
const WIDE = 1215, HIGH = 690; // px of a slide
const OF_A_LETTER = 0.605; // width by height, in a monospaced type

function fit(slide) {
  const blocks = [...slide.querySelectorAll("pre")];
  for (const block of blocks) {
    const longest = Math.max(...block.textContent.split("\n").map(line => line.length), 1);
    const size = WIDE / longest / OF_A_LETTER;
    block.style.fontSize = (size < LEAST ? BROKEN : Math.min(MOST, size)) + "px";
  }
  for (const size of SIZES) {
    slide.style.fontSize = size + "px";
    if (slide.scrollHeight <= HIGH) return;
  }
  for (let size = MOST; size >= LEAST && slide.scrollHeight > HIGH; size -= 1)
    for (const block of blocks)
      if (parseFloat(block.style.fontSize) > size) block.style.fontSize = size + "px";
}

Reveal.on("ready", event => fit(event.currentSlide));
Reveal.on("slidechanged", event => fit(event.currentSlide));
Reveal.on("pdf-ready", () => Reveal.getSlides().forEach(fit));
