"""Convert the course's rules for other SIEMs: `make siem`.

The converters want pySigma 1.x, so they have an environment of their own, `.venv/siem`, from
requirements.txt beside this file; it is built where it is missing or stale. Written are the texts
below data/rules/converted/, a folder a SIEM; manifest.json, which says from which rule each was
made and what it loses; and the table in docs/rules-in-your-siem.md.
"""

import hashlib
import json
import pathlib
import re
import shutil
import subprocess

import yaml

from tools.environments import python_with

from .losses import LOSSES, Conversion, losses_of

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
    asked = json.dumps({"rules": rules, "placeholders": lists_asked_for(files)})
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
    path, notes = f"{siem}/{name}.{SUFFIXES[siem]}", [loss.key for loss in lost]
    return {"file": path, "sha256": digest(text.encode()), "notes": notes}, text


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


def converters():
    """The versions of pySigma and its backends that are locked."""
    locked = REQUIREMENTS.read_text(encoding="utf-8")
    return dict(re.findall(r"(?m)^(pysigma[\w-]*)==(\S+)", locked))


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
    return {"converters": converters(), "losses": losses, "rules": rules}, texts


# --- the table of the page ----------------------------------------------------------------------

OPENING, CLOSING = "<!-- conversions: written by `make siem` -->", "<!-- end -->"


def table(manifest):
    """What became of each rule in each SIEM, and what the marks stand for."""
    marks = {key: str(n) for n, key in enumerate(manifest["losses"], 1)}
    lines = [f"| rule | {' | '.join(SUFFIXES)} |", "|---" * (len(SUFFIXES) + 1) + "|"]
    for stem, rule in manifest["rules"].items():
        cells = [_cell(rule["siems"][siem], marks) for siem in SUFFIXES]
        lines.append(f"| [{rule['title']}](../data/rules/{stem}.yml) | {' | '.join(cells)} |")
    lines += ["", *(f"{marks[key]}. {says}" for key, says in manifest["losses"].items())]
    versions = (f"{name} {version}" for name, version in manifest["converters"].items())
    return "\n".join([*lines, "", f"Converters: {', '.join(versions)}."])


def _cell(row, marks):
    if "file" in row:
        return f"**whole** {_marked(row['notes'], marks)}".strip()
    why = _marked(row["withheld"], marks) if "withheld" in row else "refused"
    parts = [part for part in row.get("parts", {}).values() if "file" in part]
    return f"parts ({why})" if parts else f"none ({why})"


def _marked(keys, marks):
    return " ".join(marks[key] for key in keys)


def page(manifest):
    """The page with its table."""
    before, rest = PAGE.read_text(encoding="utf-8").split(OPENING)
    return f"{before}{OPENING}\n\n{table(manifest)}\n\n{rest[rest.index(CLOSING) :]}"


def main():
    """Write the texts, the manifest and the table."""
    manifest, texts = convert()
    for siem in SUFFIXES:
        shutil.rmtree(CONVERTED / siem, ignore_errors=True)
    for name, text in texts.items():
        (CONVERTED / name).parent.mkdir(parents=True, exist_ok=True)
        (CONVERTED / name).write_text(text, encoding="utf-8", newline="\n")
    MANIFEST.write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8", newline="\n")
    PAGE.write_text(page(manifest), encoding="utf-8", newline="\n")
    print(f"{len(texts)} texts of {len(manifest['rules'])} rules below {CONVERTED}")


if __name__ == "__main__":
    main()
