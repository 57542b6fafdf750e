"""What the Spark SQL texts select, held against the hunt.

A text is called whole here and nowhere else: PySpark ran it over the logs of lesson 10, and it
selected the events that `python -m labutils hunt` selects, no more and no fewer.
"""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile

import yaml

from labutils.hunt import hunt
from tools.environments import python_with

HERE = pathlib.Path(__file__).resolve().parent
REQUIREMENTS = HERE / "requirements.txt"
NO_JAVA = (
    "PySpark runs on Java, and there is none here. Install Java 17 or newer (on Debian and Ubuntu: "
    "`sudo apt install openjdk-17-jre-headless`), and say the same command again."
)
# Java compiles quickly and does not optimise: a run is over before that would pay.
SOON = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"


def has_java():
    """Whether there is a Java for PySpark to run on."""
    return "JAVA_HOME" in os.environ or shutil.which("java") is not None


def spark_submit(*calls):
    """Run scripts of this folder in PySpark, each with its arguments; what they printed.

    Raises RuntimeError with their words where one fails.
    """
    python = python_with("siem", REQUIREMENTS)
    environment = os.environ | {"PYSPARK_PYTHON": str(python), "SPARK_LOCAL_IP": "127.0.0.1"}
    few = ["--conf", "spark.sql.shuffle.partitions=2", "--driver-java-options", SOON]
    command = [python.with_name("spark-submit"), "--master", "local[2]", *few]
    words = [*command, HERE / "in_turn.py", json.dumps(calls, default=str)]
    done = subprocess.run(words, env=environment, capture_output=True, encoding="utf-8")
    if done.returncode:
        raise RuntimeError(done.stdout or done.stderr)
    return done.stdout


def selected_by_spark(texts, logs, placeholders):
    """For each Spark SQL text in a folder with a manifest: the ids of the events that it selects.

    `logs` is a folder of logs; `placeholders` are the lists of the site. Raises RuntimeError where
    Spark refuses a text.
    """
    with tempfile.TemporaryDirectory() as folder:
        events, lists, hits = (pathlib.Path(folder) / name for name in ("events", "lists", "hits"))
        lists.write_text(json.dumps(placeholders), encoding="utf-8")  # which is YAML
        spark_submit(
            ("to_parquet.py", logs, events),
            ("on_spark.py", texts, events, lists, hits),
        )
        return hits_in(hits)


def hits_in(folder):
    """For each text, the ids of the events that on_spark.py wrote."""
    found = {}
    for path in folder.glob("*.json"):
        for hit in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
            found.setdefault(hit["text"], set()).add(hit["event_id"])
    return found


def selected_by_hunt(rules, logs, placeholders):
    """For each name of a rule for single events: the ids of the events that the hunt selects.

    `rules` are their documents by name. Raises ValueError where the hunt refuses one.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "rules.yml"
        path.write_text(yaml.safe_dump_all(rules.values()), encoding="utf-8")
        result = hunt([path], [logs], placeholders)
    if result.refused:
        raise ValueError(str(result.refused))
    names = {document["id"]: name for name, document in rules.items()}
    found = {name: set() for name in rules}
    for hit in result.hits:
        found[names[hit.rule_id]].update(hit.event_ids)
    return found
