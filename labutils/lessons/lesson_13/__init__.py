"""13 · Phishing-resistant sign-in: what its notebook imports."""

from . import authenticators, phishing, ways_round_a_key, your_browser
from .phishing import rewrite
from .server_check import check_answer
