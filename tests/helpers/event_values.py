"""What an event holds, as a flat table."""


def leaves(value, path=()):
    """Every value of an event that is no mapping or list, by its path."""
    if isinstance(value, dict):
        return {k: v for key, item in value.items() for k, v in leaves(item, (*path, key)).items()}
    if isinstance(value, list):
        return {k: v for n, item in enumerate(value) for k, v in leaves(item, (*path, n)).items()}
    return {path: value}
