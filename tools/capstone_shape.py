"""Test whether the shape of a capstone folder gives anything away.

It looks at no content, only at lengths, times and repetitions.

    python tools/capstone_shape.py features FIRST NUMBER > FILE
    python tools/capstone_shape.py test FILE...

`features` writes a line of JSON for each seed. `test` predicts the way in, the loss and the network
of the intruder out of them by the nearest centroid, in five folds, and says where that stands among
200 permutations of the labels.
"""

import json
import random
import sys
from collections import Counter
from pathlib import Path
from statistics import mean, pstdev
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parents[1]))
from measured import lines_of  # noqa: E402

from labutils.capstone.folder import new  # noqa: E402
from labutils.capstone.incident import draw  # noqa: E402
from labutils.hunt.sources import time_of  # noqa: E402

FOLDS, PERMUTATIONS = 5, 200
IDS = ("uuid", "requestID", "RayID", "cfRayId", "REQUEST_ID", "record")


def features(seed: str) -> dict[str, float]:
    """Return the features of a folder's shape.

    By log: lines, bytes, first and last time, the share of :00 and of ids that are used again; rows
    and bytes of each table; bytes of each text.
    """
    found: dict[str, float] = {}
    with TemporaryDirectory() as name:
        folder = Path(name) / "incident"
        new(folder, seed)
        first = draw(seed).company.first
        for path in sorted((folder / "logs").iterdir()):
            source, lines = path.stem, path.read_bytes().splitlines()
            events = [json.loads(line) for line in lines]
            times = [time_of(event, source) or 0.0 for event in events]
            ids = Counter(str(event[key]) for event in events for key in IDS if key in event)
            found |= {
                f"{source} lines": len(lines),
                f"{source} bytes": path.stat().st_size / len(lines),
                f"{source} first": times[0] - first,
                f"{source} last": times[-1] - first,
                f"{source} :00": mean(int(time) % 60 == 0 for time in times),
                f"{source} reuse": sum(n for n in ids.values() if n > 1) / len(lines),
            }
        for path in sorted((folder / "tables").iterdir()):
            found[f"{path.stem} rows"] = len(path.read_bytes().splitlines())
            found[f"{path.stem} bytes"] = path.stat().st_size
        found["report bytes"] = (folder / "report.yaml").stat().st_size
    return found


def accuracy(rows: list[list[float]], labels: list[str], dice: random.Random) -> float:
    """Return how often the nearest centroid is right, in five folds."""
    places = list(range(len(rows)))
    dice.shuffle(places)
    right = 0
    for fold in range(FOLDS):
        tried = set(places[fold::FOLDS])
        centroids = {}
        for label in set(labels):
            some = [rows[p] for p in places if p not in tried and labels[p] == label]
            if some:
                centroids[label] = [mean(column) for column in zip(*some, strict=True)]
        for place in tried:
            nearest = min(
                centroids,
                key=lambda one: sum(
                    (a - b) ** 2 for a, b in zip(centroids[one], rows[place], strict=True)
                ),
            )
            right += nearest == labels[place]
    return right / len(rows)


def test(files: list[str]) -> None:
    """Print where each prediction ranks among its permutations."""
    lines = lines_of(files)
    names = sorted(set.intersection(*(set(line["features"]) for line in lines)))
    columns = [[line["features"][name] for line in lines] for name in names]
    scaled = [[(v - mean(column)) / (pstdev(column) or 1) for v in column] for column in columns]
    rows = [list(row) for row in zip(*scaled, strict=True)]
    for label in ("way", "loss", "network"):
        labels = [line[label] for line in lines]
        found = accuracy(rows, labels, random.Random(0))
        by_chance = []
        for number in range(PERMUTATIONS):
            mixed = labels[:]
            random.Random(number).shuffle(mixed)
            by_chance.append(accuracy(rows, mixed, random.Random(0)))
        by_chance.sort()
        low, high = by_chance[PERMUTATIONS // 40], by_chance[-PERMUTATIONS // 40 - 1]
        size = f"{len(rows)} seeds, {len(names)} features"
        print(f"{label:8} {found:.3f}, by chance {low:.3f} to {high:.3f} ({size})")


def main(arguments: list[str]) -> None:
    """Run the command."""
    if arguments[0] == "test":
        return test(arguments[1:])
    for seed in range(int(arguments[1]), int(arguments[1]) + int(arguments[2])):
        drawn = draw(str(seed))
        line = {
            "seed": seed,
            "way": drawn.way.id,
            "loss": drawn.losses[0],
            "network": drawn.words["intruder_asn"],
            "features": features(str(seed)),
        }
        print(json.dumps(line), flush=True)
    return None


if __name__ == "__main__":
    main(sys.argv[1:])
