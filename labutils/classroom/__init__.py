"""Teach: guards that assert, exercises that answer, and pictures with their sentences."""
