"""08 · Incident timeline: what its notebook imports."""

from .readings import (
    as_entry,
    as_table,
    bounds,
    contradictions,
    grade,
    graded_by,
    order,
    print_grades,
)
from .retelling import (
    JUDGED,
    ON_THE_TIMELINE,
    SCENES,
    active_in_the_gap,
    print_retelling,
    print_timeline,
)
from .support_log import as_text, own_acts, print_lines, support_log
