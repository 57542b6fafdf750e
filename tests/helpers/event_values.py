"""What an event holds, as a flat table."""


def leaves(value, path=()):
    """Every value of an event that is no mapping or list, by its path."""
    table = {}
    _add(table, value, path)
    return table


def _add(table, value, path):
    if isinstance(value, dict):
        for key, item in value.items():
            _add(table, item, (*path, key))
    elif isinstance(value, list):
        for place, item in enumerate(value):
            _add(table, item, (*path, place))
    else:
        table[path] = value
