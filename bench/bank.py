"""Set the bank on fire, and count the money afterwards.

    python -m bench.bank [--seed 1] [--seeds 1] [--seconds 30] [--writers 32]

Each seed starts a PostgreSQL, a Redis, the server (two processes) and the job worker of its own, all as shipped but for the
rate limits. Writers do random bills, payments, credits, reversals, cancellations and stock movements on few customers and
products over HTTP, each under an Idempotency-Key and again under the same key after any broken answer; some give up
after one. Meanwhile server processes, the whole server, the job worker, PostgreSQL's sessions and PostgreSQL itself are
killed with -9. Then bench/bank_audit.py compares every row with what was done, and verify_books checks itself.
One line a seed; exit status 1 and the exact rows when anything is off. The seed fixes what each writer and the killer choose; how they
meet is the machine's. Needs Linux (/proc).
"""

import argparse
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from bench.bank_audit import Books, Operation, audit, read_books
from bench.bank_house import House
from bench.bank_writers import Shop, open_shop, writer

# What a refusal of the shop's own rules may be; any other is a fault of the bank.
EXPECTED_REFUSALS = frozenset({"INSUFFICIENT_STOCK", "ALREADY_REVERSED", "INVOICE_CANCELLED"})


@dataclass(frozen=True)
class Burnt:
    """One seed's fire: what was asked, the books around it, and every fault that was found."""

    operations: list[Operation]
    before: Books
    after: Books
    kills: Counter[str]
    faults: list[str]

    @property
    def counts(self) -> str:
        asked = self.operations
        unheard = [operation for operation in asked if operation.answer is None and not operation.refusal]
        return ", ".join(
            (
                f"{sum(operation.answer is not None for operation in asked)} acknowledged",
                f"{sum(bool(operation.refusal) for operation in asked)} refused",
                f"{sum(operation.tries - 1 for operation in asked)} retries",
                f"{sum(operation.broken_answers > 0 and operation.was_replayed for operation in asked)} done before the answer broke",
                f"{len(unheard)} given up ({sum(operation.key in self.after.keys for operation in unheard)} of them done)",
                f"{self.kills.total()} kills ({', '.join(f'{name} {times}' for name, times in sorted(self.kills.items()))})",
            )
        )


def burn(*, seed: int, seconds: float, writers: int) -> Burnt:
    """Set one house on fire and audit what is left."""
    with tempfile.TemporaryDirectory(prefix="execora-bank-", ignore_cleanup_errors=True) as directory:
        house = House(Path(directory))
        try:
            shop = open_shop(house, house.start(), seed)
            before = read_books(house.superuser_url, shop.business)
            kills = _set_on_fire(house, shop, seconds, writers)
            after = read_books(house.superuser_url, shop.business)
            faults = [*shop.faults, *_odd_refusals(shop.operations), *audit(shop.operations, before, after)]
            try:
                house.manage("verify_books")
            except RuntimeError as broken:
                faults.append(str(broken))
            return Burnt(shop.operations, before, after, kills, faults)
        finally:
            house.stop()


def _set_on_fire(house: House, shop: Shop, seconds: float, writers: int) -> Counter[str]:
    """Let the writers write and kill what they write to, every kind of it in turn, in a random order; then let them finish."""
    chance = random.Random(f"{shop.seed} killer")  # noqa: S311  # to be repeated, not to be secret
    until = time.monotonic() + seconds
    threads = [
        threading.Thread(target=writer, args=(shop, house, number, until), name=f"writer {number}")
        for number in range(writers)
    ]
    for thread in threads:
        thread.start()
    kinds = {
        "postgres": house.kill_postgres,
        "server": house.kill_the_server,
        "server process": house.kill_a_server_process,
        "session": house.kill_one_backend,
        "worker": house.kill_the_worker,
    }
    kills: Counter[str] = Counter()
    try:
        while True:
            for name in chance.sample(sorted(kinds), len(kinds)):
                time.sleep(chance.uniform(0.5, 1.5))
                if time.monotonic() > until:
                    return kills
                kinds[name](chance)
                kills[name] += 1
                # What burns down all the time serves nobody: let it come to where requests are answered.
                house.wait_until_healthy()
    finally:
        for thread in threads:
            thread.join()


def _odd_refusals(operations: list[Operation]) -> list[str]:
    return [
        f"refused: {operation.kind} {operation.key}: {operation.refusal}"
        for operation in operations
        if operation.refusal and operation.refusal.split()[-1] not in EXPECTED_REFUSALS
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1, help="the first seed")
    parser.add_argument("--seeds", type=int, default=1, help="how many seeds, one after the other")
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--writers", type=int, default=32)
    given = parser.parse_args()
    is_wrong = False
    for seed in range(given.seed, given.seed + given.seeds):
        burnt = burn(seed=seed, seconds=given.seconds, writers=given.writers)
        print(f"seed {seed}: {'WRONG' if burnt.faults else 'right'}: {burnt.counts}", flush=True)
        for fault in burnt.faults:
            print(f"    {fault}", flush=True)
        is_wrong = is_wrong or bool(burnt.faults)
    sys.exit(is_wrong)


if __name__ == "__main__":
    main()
