"""11 · Sender-constrained tokens: what its notebook imports."""

from . import bound_cookies, bound_tokens, differing, one_check_off, proof_life, tls_proxy
from .first_check import first_check, hostile, prove
from .hostile_proofs import ADA, AT_API, NOW, TOKEN, hostile_proofs, make_proof
from .tls_proxy import client_cert
