"""How it is taught: guards that assert, exercises that answer, pictures with their sentences."""
