"""Convert the course's rules for other SIEMs, and run what can be run: `make siem`.

The converters want pySigma 1.x, so they have an environment of their own, `.venv/siem`, from
requirements.txt beside this file; it is built where it is missing or stale. PySpark is in it, and
runs the texts for Spark SQL (run_on_spark.py). Written are the texts below data/rules/converted/, a
folder a SIEM; manifest.json, which says from which rule each was made, what it loses and whether it
was run; and the table in docs/rules-in-your-siem.md.
"""

import hashlib
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import yaml
from sigma.rule import SigmaRule

from labutils.hunt.rules import sources_of
from labutils.hunt.sources import SOURCES
from labutils.incident import background, cases
from tools.environments import python_with

from .losses import LOSSES, Conversion, losses_of
from .places import PLACES
from .run_on_spark import NO_JAVA, has_java, selected_by_hunt, selected_by_spark

HERE = pathlib.Path(__file__).resolve().parent
HOUSE = HERE.parent.parent
RULES = HOUSE / "data" / "rules"
CONVERTED = RULES / "converted"
MANIFEST = CONVERTED / "manifest.json"
PAGE = HOUSE / "docs" / "rules-in-your-siem.md"
REQUIREMENTS = HERE / "requirements.txt"
SUFFIXES = {
    "splunk": "spl",
    "elasticsearch-esql": "esql",
    "elasticsearch-lucene": "lucene",
    "opensearch-ppl": "ppl",
    "opensearch-lucene": "lucene",
    "spark-sql": "sql",
    "kusto": "kql",
}
NOT_RUN, WHOLE, PART = "converted, not run", "whole", "part, run"
RUN = "spark-sql"  # what the course can run itself


# --- digests ------------------------------------------------------------------------------------


def digest(content):
    return hashlib.sha256(content).hexdigest()


# --- what the rules are and what becomes of them ------------------------------------------------


def rule_files():
    """Each rule file: its stem, its bytes, its documents."""
    return {path.stem: path.read_bytes() for path in sorted(RULES.glob("*.yml"))}


def documents_of(content):
    """The documents of a rule file, as JSON can hold them."""
    return json.loads(json.dumps(list(yaml.safe_load_all(content)), default=str))


def parts_of(documents):
    """The rules that the last of these documents stands on, by name, each with what it needs."""
    return {document["name"]: needed(document, documents) for document in documents[:-1]}


def needed(document, documents):
    """A document, after those that it refers to."""
    names = document.get("correlation", {}).get("rules", [])
    before = [one for one in documents if one.get("name") in names]
    return [more for one in before for more in needed(one, documents)] + [document]


def sources_asked(documents):
    """The sources whose events these rules want."""
    rules = (SigmaRule.from_dict(one) for one in documents if "detection" in one)
    return sorted({source for rule in rules for source in sources_of(rule)})


def lists_asked_for(files):
    """The names of the lists that a site has to fill in for these rules (`|expand`)."""
    texts = (content.decode() for content in files.values())
    return sorted({name for text in texts for name in re.findall(r"'%(\w+)%'", text)})


def ask_the_converters(files):
    """What backends.py prints for these rules, and for the parts of each (STEM.NAME)."""
    rules = {}
    for stem, content in files.items():
        rules[stem] = documents_of(content)
        parts = parts_of(rules[stem])
        rules |= {f"{stem}.{name}": documents for name, documents in parts.items()}
    asked = json.dumps(rules)
    command = [python_with("siem", REQUIREMENTS), HERE / "backends.py"]
    answer = subprocess.run(command, input=asked.encode(), capture_output=True, check=True)
    return json.loads(answer.stdout)


def judged(siem, documents, answer, name):
    """The entry of the manifest for one answer, and the text of its file where it may be used."""
    if "refused" in answer:
        return {"refused": answer["refused"]}, None
    text = answer["text"]
    lost = losses_of(Conversion(siem, documents, text))
    if wrong := [loss.key for loss in lost if loss.wrong]:
        return {"withheld": wrong}, None
    return {
        "file": f"{siem}/{name}.{SUFFIXES[siem]}",
        "sha256": digest(text.encode()),
        "sources": sources_asked(documents),
        "notes": [loss.key for loss in lost],
        "status": NOT_RUN,
    }, text


def entry(siem, stem, documents, answers):
    """The entry of a rule file for one SIEM, and the texts of its files.

    Where a correlation cannot be used, the rules that it stands on are given instead.
    """
    row, text = judged(siem, documents, answers[stem][siem], stem)
    if text is not None:
        return row, {row["file"]: text}
    texts = {}
    for name, part_of in parts_of(documents).items():
        whole = f"{stem}.{name}"
        part, text = judged(siem, part_of, answers[whole][siem], whole)
        row.setdefault("parts", {})[name] = part
        if text is not None:
            texts[part["file"]] = text
    return row, texts


def locked(names):
    """The versions that are locked of packages whose names match a pattern."""
    text = REQUIREMENTS.read_text(encoding="utf-8")
    return dict(re.findall(rf"(?m)^({names})==(\S+)", text))


def tools_used():
    """What converts the rules, and what runs the texts: packages and their versions."""
    return {"converters": locked(r"pysigma[\w-]*"), "engines": locked("pyspark")}


def convert():
    """The manifest, and the texts by the path of their file."""
    files = rule_files()
    answers = ask_the_converters(files)
    rules, texts = {}, {}
    for stem, content in files.items():
        documents = documents_of(content)
        rows = {}
        for siem in SUFFIXES:
            rows[siem], more = entry(siem, stem, documents, answers)
            texts |= more
        title, author = documents[-1]["title"], documents[-1]["author"]
        about = {"title": title, "author": author, "sha256": digest(content)}
        rules[stem] = about | {"siems": rows}
    losses = {loss.key: loss.says for loss in LOSSES}
    return tools_used() | {"losses": losses, "rules": rules}, texts


# --- what was run -------------------------------------------------------------------------------


def rules_for_single_events(files):
    """The rules that select events, by the name of their text: STEM, or STEM.NAME."""
    named = {}
    for stem, content in files.items():
        documents = documents_of(content)
        named |= {f"{stem}.{name}": part[-1] for name, part in parts_of(documents).items()}
        named[stem] = documents[-1]
    return {name: document for name, document in named.items() if "detection" in document}


def rows_that_run(manifest):
    """The entries of the texts that can be run, by name; each with what it is if it holds.

    A log whose fields rules call by other names has to be renamed before a text can ask for them.
    """
    for stem, rule in manifest["rules"].items():
        row = rule["siems"][RUN]
        if "file" in row and has_the_names_of_rules(row):
            yield stem, row, WHOLE
        for name, part in row.get("parts", {}).items():
            if "file" in part and has_the_names_of_rules(part):
                yield f"{stem}.{name}", part, PART


def has_the_names_of_rules(row):
    """Whether the logs that a text is about write their fields under the names that rules use."""
    return not any(SOURCES[source].naming for source in row["sources"])


def write(manifest, texts, folder):
    """The texts and their manifest, in a folder."""
    for siem in SUFFIXES:
        shutil.rmtree(folder / siem, ignore_errors=True)
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    text = json.dumps(manifest, indent=1) + "\n"
    (folder / MANIFEST.name).write_text(text, encoding="utf-8", newline="\n")


def with_what_was_run(manifest, texts, logs):
    """The manifest, where each text that was run says so, and how many events it selects.

    Raises ValueError where a text selects other events than the rule, RuntimeError where Spark
    refuses one.
    """
    lists = {name: list(values) for name, values in cases.load().placeholders.items()}
    expected = selected_by_hunt(rules_for_single_events(rule_files()), logs, lists)
    with tempfile.TemporaryDirectory() as folder:
        write(manifest, texts, pathlib.Path(folder))
        selected = selected_by_spark(folder, logs, lists)
    for name, row, status in rows_that_run(manifest):
        events = selected.get(row["file"], set())
        if events != expected[name]:
            missed, more = len(expected[name] - events), len(events - expected[name])
            raise ValueError(
                f"{row['file']} is not its rule: it misses {missed} events and selects {more} "
                "more. Mend the conversion (spark_sql.py), or name the loss (losses.py)."
            )
        row |= {"status": status, "events": len(events)}
    return manifest


# --- the table of the page ----------------------------------------------------------------------

OPENING, CLOSING = "<!-- conversions: written by `make siem` -->", "<!-- end -->"


def table(manifest):
    """What became of each rule in each SIEM, what the marks stand for, and how a list is put in."""
    marks = {key: str(n) for n, key in enumerate(manifest["losses"], 1)}
    heads = [f"{siem} ({'run' if siem == RUN else 'not run'})" for siem in SUFFIXES]
    lines = [f"| rule | {' | '.join(heads)} |", "|---" * (len(SUFFIXES) + 1) + "|"]
    for stem, rule in manifest["rules"].items():
        cells = [_cell(rule["siems"][siem], marks) for siem in SUFFIXES]
        lines.append(f"| [{rule['title']}](../data/rules/{stem}.yml) | {' | '.join(cells)} |")
    lines += ["", *(f"{marks[key]}. {says}" for key, says in manifest["losses"].items())]
    made = f"Converted by {_named(manifest['converters'])}; run by {_named(manifest['engines'])}."
    return "\n".join([*lines, "", made, "", *_places()])


def _named(versions):
    return ", ".join(f"{name} {version}" for name, version in versions.items())


def _places():
    """How each SIEM's texts take a list, as Markdown."""
    yield "| | in place of a list | becomes, for example | until then |"
    yield "|---|---|---|---|"
    for siem, place in PLACES.items():
        token = place.of("change_owners")
        written = f"`` {token} ``" if "`" in token else f"`{token}`"
        yield f"| {siem} | {written} | {place.filled} | {place.refused} |"


def _cell(row, marks):
    if "file" in row:
        kind = "**whole**" if row["status"] == WHOLE else "converted"
        return f"{kind} {_marked(row['notes'], marks)}".strip()
    why = _marked(row["withheld"], marks) if "withheld" in row else "refused"
    parts = [part for part in row.get("parts", {}).values() if "file" in part]
    run = ", run" if any(part["status"] == PART for part in parts) else ""
    return f"parts{run} ({why})" if parts else f"none ({why})"


def _marked(keys, marks):
    return " ".join(marks[key] for key in keys)


def page(manifest):
    """The page with its table."""
    before, rest = PAGE.read_text(encoding="utf-8").split(OPENING)
    return f"{before}{OPENING}\n\n{table(manifest)}\n\n{rest[rest.index(CLOSING) :]}"


def main():
    """Write the texts, the manifest and the table. Exits with a sentence where a text that is run
    selects other events than its rule."""
    if not has_java():
        sys.exit(NO_JAVA)
    manifest, texts = convert()
    try:
        manifest = with_what_was_run(manifest, texts, background.logs())
    except (RuntimeError, ValueError) as error:
        sys.exit(str(error))
    write(manifest, texts, CONVERTED)
    PAGE.write_text(page(manifest), encoding="utf-8", newline="\n")
    whole = sum(status == WHOLE for _, _, status in rows_that_run(manifest))
    print(f"{len(texts)} texts of {len(manifest['rules'])} rules below {CONVERTED}; {whole} whole")


if __name__ == "__main__":
    main()
