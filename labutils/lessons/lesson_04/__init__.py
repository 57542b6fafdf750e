"""04 · OpenID Connect: what its notebook imports."""

from .eager_wiki import after_rotation, in_time, with_eager_wiki
from .form_post import tom_posts
from .id_tokens import bad_id_tokens_by_name, print_refusals
