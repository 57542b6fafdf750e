// What the theme leaves out for readers who use a keyboard or a screen reader.
document.addEventListener("DOMContentLoaded", () => {
  // The visible words name these, so no other name is wanted.
  for (const named of document.querySelectorAll("details.hide summary, .search-button-field")) {
    named.removeAttribute("aria-label");
  }
  // What scrolls sideways can be reached by the keyboard, and says what it is.
  let count = 0;
  for (const block of document.querySelectorAll("div.highlight pre, .cell_output table, .pst-scrollable-table-container, .picture, .cell_output")) {
    if (block.scrollWidth > block.clientWidth) {
      count += 1;
      const kind = block.matches("pre") ? "code" : block.querySelector("img") ? "picture" : "table";
      block.tabIndex = 0;
      block.setAttribute("role", "region");
      block.setAttribute("aria-label", `${kind} ${count}`);
    }
  }
  // What the search shows of a page is its text, and not the buttons and lists around it.
  if (typeof Search !== "undefined") {
    const textOf = Search.htmlToText;
    Search.htmlToText = (html, anchor) => {
      const page = new DOMParser().parseFromString(html, "text/html");
      for (const part of page.querySelectorAll(".bd-header-article, .bd-sidebar-secondary, .onlyprint, .prev-next-area, p.launch")) {
        part.remove();
      }
      return textOf(page.documentElement.outerHTML, anchor).replace(/\s+/g, " ");
    };
  }
});
