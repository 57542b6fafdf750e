"""Spark SQL that selects what the rule selects. Runs in the environment of requirements.txt.

Databricks' converter is mended in three places, each tried in PySpark over the course's logs
(run_on_spark.py): a field below a list is an array, and Sigma asks whether any member is so; `not`
is true of a field that is missing, where SQL has null; two fields are compared without letter case,
as everything else is.
"""

import copy
from typing import ClassVar

from losses import LISTS
from sigma.backends.databricks import DatabricksBackend
from sigma.conditions import ConditionFieldEqualsValueExpression, ConditionNOT
from sigma.conversion.state import ConversionState
from sigma.types import SigmaExists, SigmaNull


class SparkSQLBackend(DatabricksBackend):
    """A condition that PySpark takes, over columns as Spark reads them from JSON or Parquet."""

    field_equals_field_expression: ClassVar[str] = "lower({field1}) = lower({field2})"
    optimize_or_as_regex: ClassVar[bool] = False  # a field below a list takes no RLIKE

    def convert_condition_not(self, cond: ConditionNOT, state: ConversionState) -> str:
        """`not`, and a comparison with a missing field is false before it is turned round."""
        return f"NOT coalesce({self.convert_condition(cond.args[0], state)}, false)"

    def convert_condition_field_eq_val(
        self, cond: ConditionFieldEqualsValueExpression, state: ConversionState
    ) -> str:
        """A comparison; of a field below a list, whether any member meets it."""
        whole = isinstance(cond.value, SigmaNull | SigmaExists)
        if whole or cond.field not in LISTS:
            return super().convert_condition_field_eq_val(cond, state)
        member = copy.copy(cond)
        member.field = "member"
        return (
            f"exists({cond.field}, member -> "
            f"{super().convert_condition_field_eq_val(member, state)})"
        )
