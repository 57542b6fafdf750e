"""Recordings that hold numbers where the format has numbers."""

import functools


def an_entry(**members: object) -> dict:
    """A valid entry with some members changed, by a path with two underscores between its parts."""
    message = {
        "httpVersion": "HTTP/2",
        "cookies": [],
        "headers": [],
        "headersSize": 683,
        "bodySize": 0,
    }
    entry = {
        "startedDateTime": "2023-10-02T09:00:00.000Z",
        "time": 1234.5,
        "request": {"method": "GET", "url": "https://wiki.example/", "queryString": [], **message},
        "response": {
            "status": 200,
            "statusText": "OK",
            "redirectURL": "",
            "content": {"size": 10400, "mimeType": "application/json"},
            **message,
        },
        "cache": {},
        "timings": {"send": 0, "wait": 1234.5, "receive": 0},
    }
    for path, value in members.items():
        *way, last = path.split("__")
        functools.reduce(dict.get, way, entry)[last] = value
    return entry


def a_har(*entries: dict, **log: object) -> dict:
    creator = {"name": "Firefox", "version": "143.0"}
    return {"log": {"version": "1.2", "creator": creator, **log, "entries": list(entries)}}
