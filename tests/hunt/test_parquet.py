"""Logs in Parquet: a row an event, whatever the types of its columns are."""

import json
import sys

import duckdb
import pytest
from hunt_helpers import okta, rule, write_rules

from labutils.hunt import hunt, parquet


def written(folder, select, name="log.parquet"):
    path = folder / name
    duckdb.sql(f"COPY ({select}) TO '{str(path).replace(chr(39), chr(39) * 2)}' (FORMAT parquet)")
    return path


def hits(folder, path, **selection):
    result = hunt([write_rules(folder, rule(selection))], [path])
    return [(hit.event_ids, hit.time) for hit in result.hits], result.skipped


@pytest.mark.parametrize("name", ["log.parquet", "lo[g] *?.parquet", "l'og", "http:log.parquet"])
def test_a_row_is_an_event_whatever_the_file_is_called(tmp_path, name):
    events = tmp_path / "events.json"
    events.write_text(json.dumps([okta("a"), okta("b", target=[{"id": "x"}])]), encoding="utf-8")
    path = written(tmp_path, f"SELECT * FROM read_json('{events}')", name)
    found, skipped = hits(tmp_path, path, **{"target.id": "x"})
    assert found == [((f"{path.name}:2",), "2023-11-14T09:00:00Z")] and skipped == []


def test_moments_and_numbers_of_columns_are_those_of_json(tmp_path):
    select = (
        "SELECT 'user.session.start' AS \"eventType\", TIMESTAMP '2023-11-14 09:00:00.5' AS "
        "published, 12.50::DECIMAL(9, 2) AS amount, {'ip': '192.0.2.1'} AS client"
    )
    path = written(tmp_path, select)
    found, _ = hits(tmp_path, path, **{"amount|gt": 12, "client.ip": "192.0.2.1"})
    assert found == [(("log.parquet:1",), "2023-11-14T09:00:00.500Z")]


def test_rows_of_no_vendor_are_named_and_cost_nothing_else(tmp_path):
    path = written(tmp_path, "SELECT 1 AS a UNION ALL SELECT 2")
    _, skipped = hits(tmp_path, path, a=1)
    assert skipped and all("no log" in one.reason or "vendor" in one.reason for one in skipped)


@pytest.mark.parametrize("content", [b"PAR1", b"PAR1\x15\0 and more", b"PAR1" * 100])
def test_what_only_begins_as_parquet_is_skipped_in_words_without_a_path_of_ours(tmp_path, content):
    path = tmp_path / "log.parquet"
    path.write_bytes(content)
    _, (skipped,) = hits(tmp_path, path, a=1)
    assert skipped.reason.startswith("cannot be read as Parquet: DuckDB gave up: ")
    assert "labutils-" not in skipped.reason and skipped.line == 0


def test_without_duckdb_a_sentence_says_what_to_do(tmp_path, monkeypatch):
    path = written(tmp_path, "SELECT 1 AS a")
    monkeypatch.setitem(sys.modules, "duckdb", None)
    _, (skipped,) = hits(tmp_path, path, a=1)
    assert skipped.reason == parquet.WANTED
