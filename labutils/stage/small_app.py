"""Build a small application of a few paths, like the weak ones of lessons 02 and 04."""

from typing import Any

from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request, Response

from labutils.identity.oauth import as_json


class SmallApp:
    """A WSGI application. `answer` says what each path says; a refusal becomes JSON."""

    def __call__(self, environ: Any, start_response: Any) -> Any:
        request = Request(environ)
        try:
            response = self.answer(request)
        except HTTPException as refusal:
            response = as_json({"error": refusal.description or ""})
            response.status_code = refusal.code or 400
        return response(environ, start_response)

    def answer(self, request: Request) -> Response:
        """Return the application's answer. Raises an HTTPException for a refusal."""
        raise NotImplementedError
