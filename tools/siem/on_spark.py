"""The Spark SQL texts over a folder of Parquet:

    spark-submit tools/siem/on_spark.py TEXTS EVENTS LISTS HITS

TEXTS is data/rules/converted, with its manifest. EVENTS has a table for each source, as
to_parquet.py writes them: EVENTS/okta and so on, with a column `event_id`. LISTS is a YAML file
with the lists of your site. HITS is a new folder: a line of JSON for each event that a text
selects, with `text`, `source` and `event_id`. A text that Spark refuses is said on a line of its
own, the others go on, and the exit status is 1.
"""

import json
import sys
from collections.abc import Iterator
from functools import reduce
from pathlib import Path

import yaml
from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame, SparkSession
from to_parquet import session


def texts_of(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Each Spark SQL text of the manifest: its file, and the sources that it is for."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    for rule in manifest["rules"].values():
        row = rule["siems"]["spark-sql"]
        for one in (row, *row.get("parts", {}).values()):
            if "file" in one:
                yield one["file"], one["sources"]


def selected(spark: SparkSession, file: str, text: str, source: str, lists: dict) -> DataFrame:
    """The events that a text selects. Raises AnalysisException where Spark refuses it: a list that
    is missing, a field that the table does not have."""
    query = f"SELECT '{file}' AS text, '{source}' AS source, event_id FROM {source} WHERE {text}"
    return spark.sql(query, args=lists)


def main(texts: str, events: str, lists: str, hits: str) -> int:
    """Write what the texts select, print how much that is; how many texts Spark refused."""
    spark = session("rules over Parquet")
    values = yaml.safe_load(Path(lists).read_text(encoding="utf-8")) or {}
    tables = {path.name for path in Path(events).iterdir() if path.is_dir()}
    for table in tables:
        spark.read.parquet(str(Path(events) / table)).createOrReplaceTempView(table)
    results, refused = [], 0
    for file, sources in texts_of(Path(texts)):
        text = (Path(texts) / file).read_text(encoding="utf-8")
        for source in sorted(tables.intersection(sources)):
            try:
                results.append(selected(spark, file, text, source, values))
            except AnalysisException as error:
                print(f"refused: {file} over {source}: {str(error).strip().splitlines()[0]}")
                refused += 1
    if results:
        reduce(DataFrame.unionAll, results).write.json(hits)
        counted = spark.read.json(hits, "text STRING, source STRING").groupBy("text", "source")
        counted.count().orderBy("text", "source").show(1000, truncate=False)
    spark.stop()
    return refused


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit("Run spark-submit on_spark.py TEXTS EVENTS LISTS HITS (see the top of the file).")
    sys.exit(1 if main(*sys.argv[1:]) else 0)
