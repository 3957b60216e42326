"""What clients of a Redis said to it."""

from collections.abc import Iterator
from contextlib import contextmanager

import redis

_END = "ECHO end-of-commands"


@contextmanager
def commands_at(url: str) -> Iterator[list[str]]:
    """Give the list of what clients commanded during the block; it is filled when the block ends. Not what scripts said."""
    said: list[str] = []
    with redis.Redis.from_url(url) as client, redis.Redis.from_url(url) as talker:
        talker.ping()
        with client.monitor() as monitor:
            yield said
            talker.echo("end-of-commands")
            while _END not in (command := monitor.next_command())["command"]:
                if command["client_type"] != "lua":
                    said.append(command["command"])
