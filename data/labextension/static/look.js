// Written by tools/look.py from labutils/pictures/look.py and look.css. It asks no network, and
// reads of a notebook nothing but whether its metadata name this course.
(() => {
  const plugin = {
    id: 'labutils-look:plugin',
    autoStart: true,
    activate: app => {
      const style = document.createElement('style');
      style.id = 'labutils-look';
      style.textContent = ":root{--lu-ink:#1f2328;--lu-quiet:#59616b;--lu-paper:#ffffff;--lu-card:#f7f8f9;--lu-line:#d8dde2;--lu-intruder:#b34700;--lu-intruder-fill:#d55e00;--lu-intruder-soft:#fdf1e8;--lu-defender:#00609a;--lu-defender-fill:#0072b2;--lu-defender-soft:#eaf4fb;--lu-right:#0b7a5a;--lu-not-yet:#8a4b00;--lu-head:#a3216b;--lu-body:#6a3db8;--lu-sign:#59616b;--lu-s1:#6a3db8;--lu-s2:#00795a;--lu-s3:#8f6200;--lu-s4:#b02078;--lu-s5:#064e5c;--lu-s6:#4f6d00;--lu-s7:#5c3a2e;--lu-s8:#59616b;--lu-prose:39rem;--lu-wide:50rem;--lu-instrument:74rem;--lu-mono:ui-monospace,'SF Mono',Menlo,Consolas,'DejaVu Sans Mono',monospace}[data-jp-theme-light='false'],.vscode-dark{--lu-ink:#e6e8ea;--lu-quiet:#a3abb3;--lu-paper:#111111;--lu-card:#1c1f22;--lu-line:#3a4046;--lu-intruder:#ff9d61;--lu-intruder-fill:#e8762c;--lu-intruder-soft:#33231a;--lu-defender:#74c0f0;--lu-defender-fill:#3a9ad9;--lu-defender-soft:#17293a;--lu-right:#4cc79d;--lu-not-yet:#f0a95a;--lu-head:#f391c0;--lu-body:#b9a2f5;--lu-sign:#a3abb3;--lu-s1:#b9a2f5;--lu-s2:#45b992;--lu-s3:#f5cf5b;--lu-s4:#f48fbd;--lu-s5:#a6eef2;--lu-s6:#a9c437;--lu-s7:#c9986f;--lu-s8:#a3abb3;}.lu-page .jp-Cell{max-width:64rem;margin-inline:auto!important;box-sizing:border-box}.lu-page .jp-RenderedMarkdown{font-size:1rem;line-height:1.6;max-width:var(--lu-prose);padding-right:0}.lu-page .jp-RenderedMarkdown p,.lu p,.lu .lu-question{text-wrap:pretty}.lu-page .jp-RenderedMarkdown h1{font-size:2.1rem;line-height:1.15;letter-spacing:-.015em;margin:.4em 0 .35em;font-weight:650;border:0}.lu-page .jp-RenderedMarkdown h2{font-size:1.35rem;margin:1.5em 0 .4em;font-weight:650;border:0}.lu-page .jp-RenderedMarkdown h3{font-size:1.12rem;margin:1.3em 0 .3em;font-weight:650}.lu-page .jp-RenderedMarkdown table{display:block;overflow-x:auto;margin:.6em 0 1em;font-size:.95rem;max-width:var(--lu-wide);border:0}.lu-page .jp-RenderedMarkdown tr{background:none!important}.lu-page .jp-RenderedMarkdown th,.lu-page .jp-RenderedMarkdown td{text-align:left!important;vertical-align:top;padding:6px 18px 6px 0!important;background:none!important;border:0!important;border-bottom:1px solid var(--lu-line)!important}.lu-page .jp-RenderedMarkdown th{color:var(--lu-quiet);font-weight:600}.lu-page .jp-RenderedMarkdown blockquote{border:0;border-left:3px solid var(--lu-line);margin:1em 0;padding:0 0 0 1em;background:none;color:var(--lu-quiet)}.lu-page .jp-InputArea-editor{max-width:var(--lu-wide);box-sizing:border-box;border-radius:8px;padding:4px 6px}.lu-page .jp-OutputArea-output{max-width:var(--lu-wide);box-sizing:border-box}.lu-page .jp-OutputArea-output.jp-RenderedHTMLCommon{padding:0}.lu-page .jp-OutputArea-output img{max-width:100%;height:auto}.lu-page .jp-OutputPrompt{color:transparent}.lu-page .jp-RenderedMarkdown :not(pre)>code{font-size:.9em;background:var(--lu-card);border-radius:4px;padding:1px 4px}.lu{font:400 1rem/1.55 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif;color:var(--lu-ink);background:var(--lu-card);border:1px solid var(--lu-line);border-radius:10px;padding:12px 18px;margin:6px 0;max-width:var(--lu-wide);box-sizing:border-box}.lu p,.lu .lu-line{margin:.3em 0;max-width:var(--lu-prose);white-space:pre-wrap;overflow-wrap:anywhere}.lu .lu-choice{margin-left:1.4em}.lu code,.lu pre{font:500 .875rem/1.5 var(--lu-mono)!important;background:none!important;color:inherit!important;padding:0!important;border:0}.lu pre{margin:.3em 0;white-space:pre-wrap;overflow-wrap:anywhere}.lu .lu-label{font-size:.75rem;letter-spacing:.07em;text-transform:uppercase;color:var(--lu-quiet);font-weight:650;margin:0 0 .2em}.lu .lu-question{font-size:1.06rem;font-weight:600;max-width:var(--lu-prose);margin:.1em 0 .3em;white-space:pre-wrap;overflow-wrap:anywhere}.lu .lu-head{font-weight:650}.lu .lu-sign{font-weight:700;margin-right:.35em;color:var(--lu-quiet)}.lu.lu-passed{border-left:5px solid var(--lu-right)}.lu.lu-passed .lu-sign{color:var(--lu-right)}.lu.lu-not-yet{border-left:5px solid var(--lu-not-yet)}.lu.lu-not-yet .lu-sign{color:var(--lu-not-yet)}.lu.lu-not-attempted{border-left:5px solid var(--lu-quiet)}.lu .lu-moral{font-size:1.3rem;line-height:1.35;font-weight:650;margin:.6em 0 .2em;max-width:var(--lu-prose);text-wrap:balance}.lu.lu-note{background:none;border:0;padding:2px 0;color:var(--lu-quiet);font-size:.93rem}.lu.lu-target{background:var(--lu-paper);border:2px solid var(--lu-intruder-fill);padding:16px 22px}.lu.lu-target>.lu-label{color:var(--lu-intruder)}.lu table{border-collapse:collapse;margin:.3em 0;font-size:.95rem;max-width:100%;display:block;overflow-x:auto;border:0}.lu tr,.lu tr:hover{background:none!important}.lu th,.lu td{text-align:left!important;vertical-align:top;padding:5px 18px 5px 0!important;border:0!important;border-bottom:1px solid var(--lu-line)!important;background:none!important;color:var(--lu-ink)}.lu td code{overflow-wrap:anywhere}.lu td .lu-whole{overflow-wrap:normal}.lu th{font-weight:600;color:var(--lu-quiet)}.lu td[data-hot]{color:var(--lu-intruder);font-weight:650;background:var(--lu-intruder-soft)!important}.lu a{color:var(--lu-defender)}.lu figure{margin:0}.lu figcaption{color:var(--lu-quiet);font-size:.93rem}.lu.lu-request{background:var(--lu-paper);border-left:5px solid var(--lu-intruder-fill)}.lu.lu-request>.lu-label{color:var(--lu-intruder)}.lu.lu-log{background:var(--lu-paper);border-left:5px solid var(--lu-defender-fill)}.lu.lu-log>.lu-label{color:var(--lu-defender)}.lu .lu-hot{color:var(--lu-intruder);font-weight:650}.lu .lu-answer{display:flex;flex-wrap:wrap;align-items:baseline;gap:4px 14px;margin:.5em 0 .1em}.lu .lu-big{font-size:2rem;font-weight:650;line-height:1.1;letter-spacing:-.02em}.lu .lu-answer code{overflow-wrap:anywhere}.lu ul{margin:.2em 0 .6em;padding-left:1.2em;max-width:var(--lu-prose)}.lu li{margin:.15em 0}.lu .lu-both{display:grid;grid-template-columns:auto 1fr;gap:.25em .9em;margin:.4em 0;max-width:var(--lu-prose);align-items:baseline}.lu .lu-both>span{font-size:.8rem;letter-spacing:.04em;text-transform:uppercase;color:var(--lu-quiet);font-weight:650}.lu.lu-target .lu-question{font-size:1.3rem;line-height:1.3;margin-top:.2em}.lu.lu-ending{padding:16px 22px}.lu .lu-door{display:inline-block;margin:.2em 0 .3em;padding:9px 16px;border-radius:8px;background:var(--lu-ink);color:var(--lu-paper)!important;text-decoration:none;font-weight:600}.lu .lu-door:focus-visible{outline:3px solid var(--lu-defender-fill);outline-offset:2px}.lu .lu-door.lu-side{background:none;color:var(--lu-ink)!important;box-shadow:inset 0 0 0 1.5px var(--lu-line)}.lu-options .lu-mono{font-family:var(--lu-mono)!important;font-size:.875rem!important}.lu caption{text-align:left;color:var(--lu-quiet);padding:2px 0 6px}.lu .lu-part{margin:.5em 0}.lu .lu-part>span{font-size:.8rem;color:var(--lu-quiet)}.lu .lu-part>div{display:flex;flex-wrap:wrap;gap:8px;margin:2px 0}.lu .lu-dot{display:grid;place-items:center;width:36px;height:36px;border-radius:50%;border:2px solid var(--lu-quiet);color:var(--lu-ink);text-decoration:none;font-size:.85rem;font-weight:600;box-sizing:border-box}.lu .lu-dot.lu-begun{background:linear-gradient(to top,var(--lu-line) 50%,transparent 50%)}.lu .lu-dot.lu-done{background:var(--lu-ink);border-color:var(--lu-ink);color:var(--lu-paper)}.lu .lu-dot.lu-here{outline:2px solid var(--lu-ink);outline-offset:3px}.lu .lu-dot:focus-visible{outline:3px solid var(--lu-defender-fill);outline-offset:2px}.lu .lu-picture{display:block;max-width:100%;height:auto}[data-jp-theme-light='false'] .lu-picture{filter:invert(.933) hue-rotate(180deg)}.lu-page .jp-Cell:has(.lu-live){max-width:none;margin-left:max(0px,calc(50% - 32rem))!important;margin-right:0!important}.lu-page .jp-OutputArea-output:has(.lu-live){max-width:var(--lu-instrument);overflow:visible}[data-jp-theme-light='false'] .lu-page .jp-RenderedSVG img{filter:invert(.933) hue-rotate(180deg)}.lu-options{background:var(--lu-card);border:1px solid var(--lu-line);border-top:0;border-radius:0 0 10px 10px;padding:4px 18px 14px!important;margin:0 0 6px!important;max-width:var(--lu-wide);box-sizing:border-box;gap:7px;overflow:visible!important}.lu-options .jupyter-button{display:block;overflow-wrap:anywhere;width:100%!important;max-width:var(--lu-prose);height:auto!important;min-height:44px;white-space:pre-wrap;text-align:left;font:400 1rem/1.4 system-ui,sans-serif;padding:9px 14px;margin:0!important;color:var(--lu-ink);background:var(--lu-paper);border:1.5px solid var(--lu-line);border-radius:8px;box-shadow:none!important;overflow:visible}.lu-options .jupyter-button:hover:not(:disabled){border-color:var(--lu-defender-fill);background:var(--lu-defender-soft)}.lu-options .jupyter-button:focus-visible{outline:3px solid var(--lu-defender-fill);outline-offset:2px}.lu-options .lu-done,.lu-options .lu-done:hover{cursor:default;color:var(--lu-quiet);border-style:dashed;background:var(--lu-paper)}.lu-options .lu-chosen,.lu-options .lu-chosen:hover{color:var(--lu-ink);font-weight:600;border:2px solid var(--lu-ink)}.lu-options .lu-true,.lu-options .lu-true:hover{color:var(--lu-ink);border:2px solid var(--lu-right)}.lu-options .widget-hbox{align-items:center;flex-wrap:wrap;gap:2px 12px;max-width:var(--lu-prose);overflow:visible}.lu-options .widget-label{font:400 1rem/1.4 system-ui,sans-serif;color:var(--lu-ink);white-space:normal;overflow-wrap:anywhere;height:auto}.lu-options .widget-toggle-buttons,.lu-options .widget-toggle-buttons>div{display:flex;flex-flow:row wrap;gap:7px;width:auto;margin:0;overflow:visible}.lu-options .widget-toggle-button{width:auto!important}.lu-options .widget-toggle-button:disabled{opacity:1}.lu-options .widget-toggle-button.mod-active{border:2px solid var(--lu-ink);font-weight:600}.lu-options .lu-skip,.lu-options .lu-skip:hover{min-height:0;width:auto!important;border:0;background:none!important;color:var(--lu-quiet);font-size:.9rem;padding:4px 0;text-decoration:underline}.jp-OutputArea-child:has(+ .jp-OutputArea-child .lu-options) .lu-choices{display:none}.jp-OutputArea-child:has(+ .jp-OutputArea-child .lu-options) .lu-asked{border-bottom:0;border-radius:10px 10px 0 0;margin-bottom:0;padding-bottom:4px}.lu-options.jupyter-widgets-disconnected::before,.lu-options .jupyter-widgets-disconnected::before{content:none}.lu-options.jupyter-widgets-disconnected:not(:has(.lu-done))>*{display:none}.lu-options.jupyter-widgets-disconnected:not(:has(.lu-done))::before{content:'Python was restarted. Run all cells again: your answers are kept, and the buttons come back.';font:400 1rem/1.5 system-ui,sans-serif;color:var(--lu-quiet);max-width:var(--lu-prose)}.jp-OutputArea-child:has(+ .jp-OutputArea-child .lu-options.jupyter-widgets-disconnected):not(:has(+ .jp-OutputArea-child .lu-done)) .lu-choices{display:block}.lu-heard{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}@media (max-width:600px){.lu .lu-both>div{min-width:0;overflow-wrap:anywhere}.lu{padding:10px 12px}.lu table{display:table;width:100%;table-layout:auto}.lu th,.lu td{padding-right:6px!important}.lu th{font-size:.7rem;overflow-wrap:anywhere}.lu td code{font-size:.8rem}.lu-options{padding:4px 12px 12px!important}.lu-page .jp-InputPrompt,.lu-page .jp-OutputPrompt{display:none}}";
      document.head.append(style);

      const ours = widget => {
        try { return !!widget.context.model.getMetadata('labutils'); } catch { return false; }
      };
      const dress = widget => {
        if (!widget?.context?.ready || !widget.content?.node) return;
        widget.context.ready.then(() => {
          widget.content.node.classList.toggle("lu-page", ours(widget));
          nameAll();
        });
      };
      // A picture of an instrument says what it shows; shown as an image, it would lose that.
      const nameless = '.' + "lu-page" + ' .jp-RenderedSVG img:not([alt])';
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
        return all.join(' ').replace(/\s+/g, ' ').trim();
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
