"""Read logs in Parquet, the format of long-term log stores, with DuckDB: one event per row."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from labutils.hunt.duckdb_sql import INSTALL, CannotAsk, MissingEngine, connect, literal

BEGIN = b"PAR1"
FETCHED = 1_000  # rows at once
WANTED = (
    "is Parquet, which DuckDB reads, and DuckDB is not installed: run "
    f"{INSTALL}, or export it as JSON Lines"
)


class NotParquet(ValueError):
    """An error for a file that cannot be read as Parquet; the message says why."""


def rows(path: Path) -> Iterator[str]:
    """Yield each row as the text of a JSON object, with times in ISO 8601.

    Raises NotParquet.
    """
    with tempfile.TemporaryDirectory(prefix="labutils-") as folder:
        link = Path(folder, "rows.parquet")  # a name that holds no pattern
        try:
            link.symlink_to(path.resolve())
            with connect(Path(folder)) as database:
                asked = f"SELECT to_json(one)::VARCHAR FROM read_parquet({literal(str(link))}) one"
                answer = database.execute(asked)
                while batch := answer.fetchmany(FETCHED):
                    for (text,) in batch:
                        yield text
        except MissingEngine as error:
            raise NotParquet(WANTED) from error
        except (CannotAsk, OSError) as error:
            said = str(error).replace(str(link), path.name)
            raise NotParquet(f"cannot be read as Parquet: {said}") from error
