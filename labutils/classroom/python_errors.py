"""Explain beginners' errors in words, for a judge that has no sentence of its own for one."""

import re

EXPLAINED = (
    (
        r"'Response' object has no attribute 'ok'",
        "`ok` is what another library calls it. Here it is response.is_success.",
    ),
    (
        r"'dict' object has no attribute '(?!read)",
        "That is a dictionary. Read and set its members with square brackets: "
        "x['name'], or x[name] where `name` is a variable.",
    ),
    (
        r"'tuple' object (has no attribute|does not support item)|tuple indices must be",
        "That is a tuple: several values in one. Give each a name, as in `first, second = pair`, "
        "or take one of them: pair[1].",
    ),
    (
        r"values to unpack",
        "On the left of `=` there must be as many names as there are values on the right.",
    ),
    (
        r"a bytes-like object is required, not 'str'|bytes or integer required, not 'str'"
        r"|must be encoded before hashing|can't concat str to bytes",
        "It works on bytes, but got a string. s.encode() turns a string into bytes; a bytes "
        "literal begins with b, as in b'='.",
    ),
    (
        r"\(not \"bytes\"\) to str|expected str instance, bytes found|must be str, not bytes"
        r"|requires string as left operand, not bytes|not bytes$|type bytes is not JSON",
        "It works on a string, but got bytes. If the bytes are text, .decode() gives the "
        "string; otherwise use .hex() or base64.",
    ),
    (
        r"not 're\.Match'|'re\.Match' object",
        "`match` is a match object. The string that matched is match[0].",
    ),
    (
        r"'NoneType' object",
        "Something is None there. Methods that change something in place, such as .append, "
        ".update or .sort, return None; .get(...) returns None if there is nothing.",
    ),
    (
        r"requires string as left operand, not list",
        "`in` looks for one string in another. You gave it a list: look for each string in the "
        "list.",
    ),
    (
        r"string indices must be integers|'str' object has no attribute 'get'",
        "That is a string, not a dictionary. Do you need json.loads or decode first?",
    ),
    (
        r"'str' object does not support item assignment",
        "A string cannot be changed in place. Make a new one.",
    ),
    (
        r"list indices must be integers|'list' object has no attribute",
        "That is a list. `for` goes through its members, and [0] is the first one.",
    ),
    (
        r"Object of type \w+ is not JSON serializable",
        "json.dumps accepts only dictionaries, lists, strings, numbers, True, False and None.",
    ),
    (
        r"'(bytes|str)' object has no attribute 'read'",
        "json.load reads a file. json.loads, with an s, reads a string or bytes.",
    ),
    (
        r"Incorrect padding|more than a multiple of 4",
        "The length of what you are decoding is not a multiple of four: `=` is missing.",
    ),
    (
        r"Extra data",
        "There is more than one piece of JSON in that. Read one segment at a time.",
    ),
    (
        r"object is not callable",
        "Round brackets call a function, but that is not a function. Have you used a function's "
        "name for something else?",
    ),
)


def explained(error: Exception | None) -> str:
    """Return an error's meaning in one or two sentences; empty if the course has none for it."""
    text = str(error)
    return next((words for pattern, words in EXPLAINED if re.search(pattern, text)), "")
