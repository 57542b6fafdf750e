"""00 · Start here: what its notebook imports."""

# What the API knows of people, and what a thief of their token gets.
STAFF = {
    "u-1815": {
        "name": "Ada Lovelace",
        "home": "12 Engine Lane",
        "phone": "+44 20 7946 0815",
        "salary": 9100,
    }
}
