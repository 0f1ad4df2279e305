"""Ingest costs the same however many clients there are and however much is stored."""

import os
import subprocess
import tempfile
import time

import peers
from table import Row, median

CLIENTS = 1000
STORED_BYTES = 10 << 30
FILL_ENTRIES = 1_000_000
ROOM = "[Journal]\nSystemMaxUse=16G\nSystemKeepFree=1G\nSystemMaxFiles=1000\nRateLimitBurst=0\n"
GOAL = "≥ 0.8"


def rate_of(binaries, path, count, clients, wait):
    """Entries a second from the start of the senders until `wait` returns."""
    argv = [str(binaries / "load_sender"), "clients", path, str(count), str(clients)]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as sender:
        sender.stdout.readline()
        start = time.monotonic()
        sender.stdin.close()
        if sender.wait() != 0:
            raise RuntimeError("a client failed")
    wait()
    return count / (time.monotonic() - start)


def rate_with(collector, binaries, count, clients):
    wanted = peers.entries_in(collector.storage) + count
    return rate_of(binaries, f"{collector.runtime}/socket", count, clients,
                   lambda: collector.wait_for_entries(wanted))


def bare_rate(binaries, count, clients):
    """What the senders alone can do: a thousand processes on few processors wait for each other."""
    with tempfile.TemporaryDirectory(prefix="logq-bench-") as directory:
        path = f"{directory}/socket"
        with subprocess.Popen([str(binaries / "bare_sink"), "native", path, str(count)],
                              stdout=subprocess.PIPE) as sink:
            sink.stdout.readline()
            return rate_of(binaries, path, count, clients, sink.wait)


def stored_bytes(collector):
    return sum(path.stat().st_size for path in collector.storage.glob("*.journal"))


def fill(collector, binaries):
    """As fast as it goes; what is measured afterwards begins with all of it on the disk."""
    while stored_bytes(collector) < STORED_BYTES:
        before = peers.entries_in(collector.storage)
        subprocess.run([str(binaries / "load_sender"), "bursts", f"{collector.runtime}/socket",
                        str(FILL_ENTRIES), "50"], check=True)
        collector.wait_for_entries(before + FILL_ENTRIES)
    os.sync()


def rows(binaries, count, rounds):
    rates = {"one": [], "many": [], "full": [], "bare one": [], "bare many": []}
    empty, full = peers.logqd(binaries, ROOM), peers.logqd(binaries, ROOM)
    try:
        fill(full, binaries)
        for _ in range(rounds):
            rates["bare one"].append(bare_rate(binaries, count, 1))
            rates["bare many"].append(bare_rate(binaries, count, CLIENTS))
            rates["one"].append(rate_with(empty, binaries, count, 1))
            rates["many"].append(rate_with(empty, binaries, count, CLIENTS))
            rates["full"].append(rate_with(full, binaries, count, 1))
    finally:
        for collector in (empty, full):
            collector.stop()
            collector.remove()
    rate = {name: median(values) for name, values in rates.items()}

    def per_second(value):
        return f"{value / 1000:.0f}k/s"

    yield Row(f"ingest from {CLIENTS} processes", per_second(rate["many"]),
              "from one " + per_second(rate["one"]), rate["many"] / rate["one"], GOAL)
    yield Row(f"what {CLIENTS} processes can send to the bare loop", per_second(rate["bare many"]),
              "one " + per_second(rate["bare one"]), rate["bare many"] / rate["bare one"], "")
    yield Row(f"share of the bare loop, {CLIENTS} processes", f"{rate['many'] / rate['bare many']:.2f}",
              f"one process {rate['one'] / rate['bare one']:.2f}",
              rate["many"] / rate["bare many"] / (rate["one"] / rate["bare one"]), GOAL)
    yield Row("ingest with 10 GB stored", per_second(rate["full"]),
              "into an empty store " + per_second(rate["one"]), rate["full"] / rate["one"], GOAL)
