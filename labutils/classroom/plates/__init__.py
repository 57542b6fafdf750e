"""The pictures of the course, each with the sentence that says the same. A kind of picture a module."""
