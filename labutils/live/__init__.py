"""Run a live exercise: teams hunt in one company's logs while somebody intrudes.

`python -m labutils live` serves it on loopback.
"""
