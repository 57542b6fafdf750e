"""Where a text wants a list of your site (`|expand`), and why it is refused until it has it.

Read by backends.py, in the environment of the converters, and by convert.py for the page: nothing
here needs a package.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """`expression` is what a converter writes, with the field and the name of the list; `token` is
    the part of it that stands for the list; `filled` shows it with a list; `refused` says what the
    product makes of the token, and where that is written."""

    expression: str
    token: str
    filled: str
    refused: str

    def of(self, name: str) -> str:
        """What stands for the list of this name."""
        return self.token.format(id=name)


BRACES = "{{{id}}}"
LUCENE = Place(
    "{field}:({{{id}}})",
    BRACES,
    '`"a" OR "b"`',
    "a brace opens a range, which lacks its `TO`: "
    "[grammar of Lucene's query parser](https://github.com/apache/lucene/blob/main/lucene/"
    "queryparser/src/java/org/apache/lucene/queryparser/classic/QueryParser.jj), `Term`",
)
PLACES = {
    "splunk": Place(
        "{field} IN (`{id}`)",
        "`{id}`",
        '`"a", "b"`, or a macro of that name that holds this',
        "a macro that is not defined is an error, *The search specifies a macro … that cannot be "
        "found*: [Use search macros in searches](https://help.splunk.com/en/splunk-enterprise/"
        "manage-knowledge-objects/knowledge-management-manual/10.0/search-macros)",
    ),
    "elasticsearch-esql": Place(
        "{field} in ({{{id}}})",
        BRACES,
        '`"a", "b"`',
        "no value begins with a brace: [grammar of the language](https://github.com/elastic/"
        "elasticsearch/blob/main/x-pack/plugin/esql/src/main/antlr/parser/Expression.g4), "
        "`primaryExpression`",
    ),
    "elasticsearch-lucene": LUCENE,
    "opensearch-ppl": Place(
        "{field} IN ({{{id}}})",
        BRACES,
        '`"a", "b"`',
        "a list holds literals, and none begins with a brace: [grammar of PPL](https://github.com/"
        "opensearch-project/sql/blob/main/ppl/src/main/antlr/OpenSearchPPLParser.g4), `valueList`",
    ),
    "opensearch-lucene": LUCENE,
    "spark-sql": Place(
        "exists(:{id}, listed -> lower(listed) = lower({field}))",
        ":{id}",
        "a parameter of `spark.sql`, or `array('a', 'b')`",
        "a parameter without a value is an error, `UNBOUND_SQL_PARAMETER`: [Parameter markers]"
        "(https://apache.github.io/spark/sql-ref-parameter-markers.html); tried, by a test",
    ),
    "kusto": Place(
        "{field} in~ ({{{id}}})",
        BRACES,
        '`"a", "b"`',
        "no expression begins with a brace: [grammar of KQL](https://github.com/microsoft/"
        "Kusto-Query-Language/blob/master/grammar/Kql.g4), `primaryExpression`",
    ),
}
