"""The payroll of lesson 02 says which paths it has, and gives nothing at any other."""

import jwt
import pytest

from labutils.classroom.course import lesson
from labutils.lessons.lesson_02.weak_app import APP


@pytest.mark.parametrize("path", ["/", "/ME", "/admin/", "/keys/rs256", "/static/"])
def test_at_another_path_a_valid_token_gets_the_list_of_paths(path):
    scene = lesson("02").target.scene()
    assert jwt.decode(scene.token, options={"verify_signature": False})["sub"] == "tom"
    answer = scene.tom.get(APP + path, headers={"authorization": f"Bearer {scene.token}"})
    assert answer.status_code == 404
    assert "The paths are: /me, /admin, /keys/rs256-1, /static/logo.svg" in answer.text
