"""Write data/labextension/static/look.js: the style sheet of labutils.pictures.look, and a page of
JavaScript, as a prebuilt extension of JupyterLab, Notebook 7 and JupyterLite. No npm, no build.

    python tools/look.py
"""

import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SCRIPT = ROOT / "data" / "labextension" / "static" / "look.js"

JAVASCRIPT = """\
// Written by tools/look.py from labutils/pictures/look.py and look.css. It asks no network, and
// reads of a notebook nothing but whether its metadata name this course.
(() => {
  const plugin = {
    id: 'labutils-look:plugin',
    autoStart: true,
    activate: app => {
      const style = document.createElement('style');
      style.id = 'labutils-look';
      style.textContent = %(css)s;
      document.head.append(style);

      const ours = widget => {
        try { return !!widget.context.model.getMetadata('labutils'); } catch { return false; }
      };
      const dress = widget => {
        if (!widget?.context?.ready || !widget.content?.node) return;
        widget.context.ready.then(() => {
          widget.content.node.classList.toggle(%(page)s, ours(widget));
          nameAll();
        });
      };
      // A picture of an instrument says what it shows; shown as an image, it would lose that.
      const nameless = '.' + %(page)s + ' .jp-RenderedSVG img:not([alt])';
      const nameAll = () => {
        for (const image of document.querySelectorAll(nameless)) {
          const svg = decodeURIComponent(image.src.slice(image.src.indexOf(',') + 1));
          const {documentElement} = new DOMParser().parseFromString(svg, 'image/svg+xml');
          image.alt = documentElement.getAttribute('aria-label') ?? '';
        }
      };
      const dressAll = () => { for (const widget of app.shell.widgets('main')) dress(widget); };
      app.restored.then(dressAll);
      app.shell.layoutModified?.connect(dressAll);
      app.shell.currentChanged?.connect(dressAll);

      // A click on an option moves the selection on, so that Shift+Enter runs what comes next. An
      // answer by the keyboard (detail 0) moves nothing, and the focus always stays.
      document.addEventListener('click', event => {
        const option = event.target.closest?.('.lu-options button');
        const panel = app.shell.currentWidget;
        if (!option || event.detail === 0 || !panel || !ours(panel)) return;
        const notebook = panel.content;
        const at = notebook.widgets.findIndex(cell => cell.node.contains(option));
        if (at >= 0 && at + 1 < notebook.widgets.length) {
          stays(option, notebook.outerNode ?? notebook.node);
          notebook.deselectAll();
          notebook.activeCellIndex = at + 1;
        }
      });

      // What was pressed stays where it is on the screen while the answer comes in below it, until
      // somebody scrolls: a selection that moves on would take the page along.
      const stays = (option, scroller) => {
        const where = option.getBoundingClientRect().top;
        const until = performance.now() + 2000;
        const hands = new AbortController();
        const {signal} = hands;
        for (const touch of ['wheel', 'keydown', 'pointerdown', 'touchstart'])
          document.addEventListener(touch, () => hands.abort(), {capture: true, signal});
        const hold = () => {
          if (performance.now() > until || !option.isConnected) hands.abort();
          if (signal.aborted) return;
          scroller.scrollTop += option.getBoundingClientRect().top - where;
          requestAnimationFrame(hold);
        };
        hold();
      };

      // One place from which a screen reader hears what an answer was. It is there from the start:
      // a region that comes with its own text is not read out.
      const heard = document.createElement('div');
      heard.id = 'labutils-heard';
      heard.setAttribute('role', 'status');
      heard.className = 'lu-heard';
      document.body.append(heard);
      // A word for each text that is seen: two cells of a card are two words, and a sign is none.
      const words = told => {
        const walk = document.createTreeWalker(told, NodeFilter.SHOW_TEXT), all = [];
        while (walk.nextNode())
          if (!walk.currentNode.parentElement.closest('[aria-hidden]'))
            all.push(walk.currentNode.data);
        return all.join(' ').replace(/\\s+/g, ' ').trim();
      };
      new MutationObserver(changes => {
        for (const change of changes) for (const node of change.addedNodes) {
          const told = node.querySelector?.('.lu [data-told]');
          if (told) heard.textContent = words(told);
          if (node.nodeName === 'IMG' || node.querySelector?.('img')) nameAll();
        }
      }).observe(document.body, {childList: true, subtree: true});
    }
  };
  (window._JUPYTERLAB ??= {})['labutils-look'] = {
    init: () => {},
    get: () => Promise.resolve(() => ({__esModule: true, default: plugin}))
  };
})();
"""


def script() -> str:
    """Return the extension's script as it should be stored."""
    sys.path.insert(0, str(ROOT))
    from labutils.pictures import look

    return JAVASCRIPT % {"css": json.dumps(look.css()), "page": json.dumps(look.PAGE)}


if __name__ == "__main__":
    SCRIPT.parent.mkdir(parents=True, exist_ok=True)
    SCRIPT.write_text(script(), encoding="utf-8")
