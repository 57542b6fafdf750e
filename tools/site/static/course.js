// What the theme leaves out for readers who use a keyboard or a screen reader.
document.addEventListener("DOMContentLoaded", () => {
  // The visible words name these, so no other name is wanted.
  for (const named of document.querySelectorAll("details.hide summary, .search-button-field")) {
    named.removeAttribute("aria-label");
  }
  // What scrolls sideways can be reached by the keyboard, and says what it is.
  let count = 0;
  for (const block of document.querySelectorAll("div.highlight pre, .cell_output table, .pst-scrollable-table-container")) {
    if (block.scrollWidth > block.clientWidth) {
      count += 1;
      block.tabIndex = 0;
      block.setAttribute("role", "region");
      block.setAttribute("aria-label", `${block.matches("pre") ? "code" : "table"} ${count}`);
    }
  }
});
