"""Scripts of this folder in turn, in one Java: `spark-submit tools/siem/in_turn.py CALLS`.

CALLS is JSON: a list of calls, each the name of a script and its arguments. The exit status is that
of the first script that failed; the others go on.
"""

import json
import runpy
import sys
from pathlib import Path

if __name__ == "__main__":
    status = None
    for script, *arguments in json.loads(sys.argv[1]):
        sys.argv = [script, *arguments]
        try:
            runpy.run_path(str(Path(__file__).with_name(script)), run_name="__main__")
        except SystemExit as over:
            status = status or over.code
    sys.exit(status)
