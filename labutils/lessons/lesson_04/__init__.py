"""04 · OpenID Connect: what its notebook imports."""

from .eager_wiki import after_rotation, in_time, with_eager_wiki
from .form_post import at_form_wiki, post_in_form, three_checks
from .id_tokens import NOW, bad_id_tokens_by_name, found_in_a_log, print_refusals
from .without_signature import at_the_library, claims_alone, post_made_up, print_at_the_library
