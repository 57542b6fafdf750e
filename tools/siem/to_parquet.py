"""Logs as Parquet: `spark-submit tools/siem/to_parquet.py LOGS EVENTS`.

For each LOGS/NAME.jsonl a table EVENTS/NAME, with the vendor's fields as Spark finds them, and
`event_id`: the NAME:LINE that `python -m labutils hunt` gives the event. Needs nothing but PySpark.
"""

import logging
import sys
from pathlib import Path

from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType, StringType, StructField, StructType

# Spark takes a list that is empty on every line for one of texts. Its members would be objects, of
# which the rules ask for this key.
KEYS = {
    "affectedObjects": "name",
    "changedValues": "to",
    "extraAttributes": "value",
    "target": "id",
}
TEXTS = ArrayType(StringType())


def session(name: str) -> SparkSession:
    """A session that minds the case of fields, as JSON does, and says only what goes wrong."""
    builder = SparkSession.builder.appName(name).config("spark.sql.caseSensitive", "true")
    spark = builder.config("spark.ui.enabled", "false").getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    logging.getLogger("SQLQueryContextLogger").setLevel(logging.CRITICAL)  # on_spark.py says it
    return spark


def objects(field: StructField) -> StructField:
    """A column; where it is a list that Spark saw no member of, a list of objects."""
    if field.name not in KEYS or field.dataType != TEXTS:
        return field
    member = StructType([StructField(KEYS[field.name], StringType())])
    return StructField(field.name, ArrayType(member))


def write_table(spark: SparkSession, path: Path, table: Path) -> None:
    """One log as a table. A table of that name is an error: nothing is replaced."""
    schema = StructType([objects(field) for field in spark.read.json(str(path)).schema])
    lines = spark.read.text(str(path)).zipWithIndex("number")
    event_id = F.concat(F.lit(f"{path.stem}:"), F.col("number") + 1).alias("event_id")
    event = F.from_json("value", schema).alias("event")
    lines.select(event_id, event).select("event_id", "event.*").write.parquet(str(table))


def main(logs: str, events: str) -> None:
    """Write a table for each log of a folder."""
    spark = session("logs as Parquet")
    for path in sorted(Path(logs).glob("*.jsonl")):
        write_table(spark, path, Path(events) / path.stem)
    spark.stop()


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("Run spark-submit to_parquet.py LOGS EVENTS: a folder of logs, and a new folder.")
    main(*sys.argv[1:])
