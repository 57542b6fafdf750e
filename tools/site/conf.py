"""Sphinx settings of the site: stored outputs, no execution, nothing from elsewhere.

What depends on the lessons and on the address stands in site.json, which build.py writes.
"""

import json
import pathlib

HERE = pathlib.Path(__file__).resolve().parent
SITE = json.loads((HERE / "site.json").read_text(encoding="utf-8"))

project = title = "Anatomy of a Cloud Hack"
html_title = project
author = "the authors of Anatomy of a Cloud Hack"
copyright = "code MIT, text CC BY 4.0"  # noqa: A001
language = "en-GB"
release = SITE["version"]

extensions = ["myst_nb"]
nb_execution_mode = "off"
nb_number_source_lines = False
nb_ipywidgets_js = {}
nb_mime_priority_overrides = [("html", "text/vnd.labutils.marks", None)]
myst_heading_anchors = 3
myst_links_external_new_tab = False
suppress_warnings = ["mystnb.unknown_mime_type"]

html_theme = "sphinx_book_theme"
html_static_path = ["static"]
html_css_files = ["course.css"]
html_js_files = ["course.js"]
html_show_sourcelink = False
html_copy_source = False
html_theme_options = {
    "show_toc_level": 2,
    "home_page_in_toc": True,
    "navbar_persistent": [],
    "show_navbar_depth": 1,
    "use_download_button": False,
    "use_fullscreen_button": False,
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
    "footer_content_items": ["copyright"],
}
if SITE["address"]:
    html_theme_options["repository_url"] = SITE["address"]
    html_theme_options["use_repository_button"] = True
