"""Replace the compiled parts that pySigma needs, where a browser's Python has no build of them.

Import this before pySigma. RE2 matches in a time that grows with the text alone, whatever the
pattern. In a browser, Python's own `re` does its work: a malicious pattern can only make the
reader's own tab slow, since there is nobody else in it. The parser of libyaml is faster than
PyYAML's own, and nothing else.
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
    """Compile a pattern with RE2, without RE2's own error log.

    Raises re2.error.
    """
    if re2 is re:
        return re.compile(pattern)
    options = re2.Options()
    options.log_errors = False
    return re2.compile(pattern, options)
