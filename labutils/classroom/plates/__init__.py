"""The pictures of the course, a kind a module; each comes with the sentence that says the same."""
