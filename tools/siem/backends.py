"""What each converter makes of each rule, as JSON. Runs in the environment of requirements.txt,
with pySigma 1.x; convert.py starts it.

For each rule and each SIEM: `text`, or `refused` (the converter's own words).
"""

import json
import sys
import warnings
from pathlib import Path

from places import PLACES
from sigma.backends.elasticsearch.elasticsearch_esql import ESQLBackend
from sigma.backends.elasticsearch.elasticsearch_lucene import LuceneBackend
from sigma.backends.kusto import KustoBackend
from sigma.backends.opensearch.opensearch import OpensearchLuceneBackend
from sigma.backends.opensearch.opensearch_ppl import OpenSearchPPLBackend
from sigma.backends.splunk import SplunkBackend
from sigma.collection import SigmaCollection
from sigma.exceptions import SigmaError
from sigma.processing.pipeline import ProcessingItem, ProcessingPipeline
from sigma.processing.transformations import QueryExpressionPlaceholderTransformation
from spark_sql import SparkSQLBackend

PIPELINES = Path(__file__).parent / "pipelines"
BACKENDS = {
    "splunk": SplunkBackend,
    "elasticsearch-esql": ESQLBackend,
    "elasticsearch-lucene": LuceneBackend,
    "opensearch-ppl": OpenSearchPPLBackend,
    "opensearch-lucene": OpensearchLuceneBackend,
    "spark-sql": SparkSQLBackend,
    "kusto": KustoBackend,
}


def pipeline_for(siem):
    """The names of fields that a SIEM wants, and a word that it refuses in place of each list
    of a site."""
    lists = QueryExpressionPlaceholderTransformation(expression=PLACES[siem].expression)
    places = ProcessingPipeline([ProcessingItem(lists)])
    fields = PIPELINES / f"{siem}.yml"
    if not fields.exists():
        return places
    return places + ProcessingPipeline.from_yaml(fields.read_text(encoding="utf-8"))


def converted(siem, documents):
    """What a converter makes of these documents: its text, or its refusal."""
    backend = BACKENDS[siem](processing_pipeline=pipeline_for(siem))
    try:
        rules = SigmaCollection.from_dicts(documents)
        return {"text": "\n".join(str(query) for query in backend.convert(rules)) + "\n"}
    except (NotImplementedError, SigmaError) as error:
        return {"refused": str(error).split(" (while converting")[0]}


def main():
    """Read {name: documents} from standard input, and print the results."""
    warnings.simplefilter("ignore")
    asked = json.load(sys.stdin.buffer)
    results = {
        name: {siem: converted(siem, documents) for siem in BACKENDS}
        for name, documents in asked.items()
    }
    json.dump(results, sys.stdout)


if __name__ == "__main__":
    main()
