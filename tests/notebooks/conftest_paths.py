"""Where things are."""

import pathlib

ROOT = pathlib.Path(__file__).parents[2]
NOTEBOOKS, DATA = ROOT / "notebooks", ROOT / "data"
