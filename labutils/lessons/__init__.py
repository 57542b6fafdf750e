"""The lessons, a folder each; no code but the path on which they are found.

LABUTILS_LESSONS names further folders (whole paths, separated as in PATH), each with lessons of
somebody else's: `lesson_NN/` and `NN-name.ipynb`. The course's own come first.
"""

import os

__path__ += filter(os.path.isabs, os.environ.get("LABUTILS_LESSONS", "").split(os.pathsep))
