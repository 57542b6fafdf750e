"""The compiled parts that pySigma asks for when it is imported, and what takes their place in a
browser, for whose Python there is no build of them. Import this before pySigma.

RE2 matches in a time that grows with the text alone, whatever the pattern. In a browser, Python's
own `re` does its work: a pattern that means ill can only make the reader's own tab slow, since
there is nobody else in it. The parser of libyaml is faster than PyYAML's own, and nothing else.
"""

import re
import sys
from typing import Any

import yaml

if sys.platform == "emscripten":
    sys.modules.setdefault("re2", re)
    if not hasattr(yaml, "CSafeLoader"):
        vars(yaml)["CSafeLoader"] = yaml.SafeLoader
import re2


def compiled_pattern(pattern: str) -> Any:
    """A pattern as RE2 matches it, which says nothing by itself of one that it does not know.

    Raises re2.error.
    """
    if re2 is re:
        return re.compile(pattern)
    options = re2.Options()
    options.log_errors = False
    return re2.compile(pattern, options)
