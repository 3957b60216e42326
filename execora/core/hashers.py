"""How passwords are hashed."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2id(Argon2PasswordHasher):
    """Argon2id at 19 MiB, two passes, one lane, so that eight logins at once fit a small machine.

    Source: OWASP Password Storage Cheat Sheet. Existing hashes with other parameters are renewed at the next login.
    """

    memory_cost = 19_456
    time_cost = 2
    parallelism = 1
