#!/usr/bin/env python3
"""What a well-behaved client feels while hostile ones run: p50 and p99 of three things, beside stock journald.

datagram  from send() until the collector has taken the datagram out of the socket
stream    the same for a line of a stdout stream
stored    until a batch of one entry is acknowledged, which means stored (logqd only)

Usage: hostile.py [--table] BINARIES [ATTACK...]. Needs root: the attackers become nobody. Run alone on the
machine. --table prints Markdown, as bench/RESULTS.md has it ("Hostile clients").
"""

import array
import contextlib
import fcntl
import json
import multiprocessing
import os
import pathlib
import random
import resource
import signal
import socket
import struct
import sys
import time

import peers

NOBODY = 65534
PROBES = 150
PROBE_INTERVAL_SEC = 0.01
SETTLE_SEC = 0.5
GIVE_UP_SEC = 5
SIOCOUTQ = 0x5411
F_ADD_SEALS = 1033
ALL_SEALS = 0xF
MEMFD_BYTES = 31 << 20
STREAM_HEADER = b"hostile\n\n6\n0\n0\n0\n0\n"


def datagrams(runtime):
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8 << 20)
    sock.connect(f"{runtime}/socket")
    return sock


def connect(runtime, name, kind):
    sock = socket.socket(socket.AF_UNIX, kind)
    sock.connect(f"{runtime}/{name}")
    return sock


def repeat_datagram(runtime, make):
    sock = datagrams(runtime)
    for number in range(1 << 62):
        sock.send(make(number))


def flood(runtime):
    repeat_datagram(runtime, lambda n: b"MESSAGE=flood\nPRIORITY=6\n")


def garbage(runtime):
    noise = [random.randbytes(size) for size in (1, 100, 5000, 60000)]
    repeat_datagram(runtime, lambda n: noise[n % 4])


def many_fields(runtime):
    entry = b"".join(b"F%d=x\n" % i for i in range(1100))
    repeat_datagram(runtime, lambda n: entry)


def thousand_fields(runtime):
    repeat_datagram(runtime, lambda n: b"".join(b"F%d=%d\n" % (i, n) for i in range(1000)))


def entries_at_once(runtime):
    repeat_datagram(runtime, lambda n: b"A=\n\n" * 50000)


def distinct_values(runtime):
    repeat_datagram(runtime, lambda n: b"MESSAGE=m\nID=%d.%d\nSYSLOG_IDENTIFIER=i%d\n" % (os.getpid(), n, n))


def distinct_names(runtime):
    repeat_datagram(runtime, lambda n: b"MESSAGE=m\nN%d_%d=1\n" % (os.getpid(), n))


def pass_files(runtime, make):
    sock = datagrams(runtime)
    while True:
        fd = make()
        sock.sendmsg([b""], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [fd]))])
        os.close(fd)


def huge_memfd():
    """Sealed and sparse: it costs its sender nothing."""
    fd = os.memfd_create("huge", os.MFD_ALLOW_SEALING | os.MFD_CLOEXEC)
    os.pwrite(fd, b"MESSAGE\n" + struct.pack("<Q", MEMFD_BYTES), 0)
    os.pwrite(fd, b"\n", 16 + MEMFD_BYTES)
    fcntl.fcntl(fd, F_ADD_SEALS, ALL_SEALS)
    return fd


def huge_memfds(runtime):
    pass_files(runtime, huge_memfd)


def noisy_memfds(runtime):
    """Of no use to a compressor, and each another: only the first bytes are written anew."""
    noise = bytearray(b"MESSAGE\n" + struct.pack("<Q", MEMFD_BYTES) + random.randbytes(MEMFD_BYTES) + b"\n")

    def make():
        fd = os.memfd_create("noisy", os.MFD_ALLOW_SEALING | os.MFD_CLOEXEC)
        noise[16:32] = random.randbytes(16)
        os.write(fd, noise)
        fcntl.fcntl(fd, F_ADD_SEALS, ALL_SEALS)
        return fd
    pass_files(runtime, make)


def small_memfds(runtime):
    def make():
        fd = os.memfd_create("small", os.MFD_ALLOW_SEALING | os.MFD_CLOEXEC)
        os.write(fd, b"MESSAGE=" + random.randbytes(32 << 10).hex().encode() + b"\n")
        fcntl.fcntl(fd, F_ADD_SEALS, ALL_SEALS)
        return fd
    pass_files(runtime, make)


def many_entry_memfds(runtime):
    fd = os.memfd_create("many", os.MFD_ALLOW_SEALING | os.MFD_CLOEXEC)
    os.write(fd, b"A=\n\n" * (MEMFD_BYTES // 4))
    fcntl.fcntl(fd, F_ADD_SEALS, ALL_SEALS)
    pass_files(runtime, lambda: os.dup(fd))


def shrinking_memfds(runtime):
    """Not sealed: cut off right behind the send."""
    sock = datagrams(runtime)
    while True:
        fd = os.open("/dev/shm", os.O_TMPFILE | os.O_RDWR)
        os.ftruncate(fd, 8 << 20)
        os.pwrite(fd, b"MESSAGE=x\n", 0)
        sock.sendmsg([b""], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [fd]))])
        os.ftruncate(fd, 1)
        os.close(fd)


def descriptor_bombs(runtime):
    sock = datagrams(runtime)
    fds = array.array("i", [os.open("/dev/null", os.O_RDONLY)] * 253)
    while True:
        with contextlib.suppress(OSError):  # too many under way
            sock.sendmsg([b"MESSAGE=bomb\n"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, fds)])


def open_streams(runtime, count):
    """As many as the collector takes, which is said when they are fewer."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    streams = []
    try:
        for _ in range(count):
            stream = connect(runtime, "stdout", socket.SOCK_STREAM)
            streams.append(stream)
            stream.send(STREAM_HEADER)
    except OSError as error:
        print(f"  ({len(streams)} of {count} streams: {error})", file=sys.stderr)
    return streams


def idle_streams(runtime):
    streams = open_streams(runtime, 1900)
    signal.pause()
    del streams


def endless_lines(runtime):
    chunk = b"x" * 65536
    streams = open_streams(runtime, 20)
    while True:
        for stream in streams:
            stream.send(chunk)


def short_lines(runtime):
    chunk = b"y\n" * 32768
    streams = open_streams(runtime, 20)
    while True:
        for stream in streams:
            stream.send(chunk)


def reconnecting_streams(runtime):
    while True:
        with contextlib.suppress(OSError):
            connect(runtime, "stdout", socket.SOCK_STREAM).send(STREAM_HEADER + b"line\nrest")


def short_lived(runtime):
    while True:
        child = os.fork()
        if child == 0:
            datagrams(runtime).send(b"MESSAGE=short\n")
            os._exit(0)
        os.waitpid(child, 0)


def batch(client, number, entries, count):
    return struct.pack("<BBHIQ", 1, 1, 0, count, number) + client + entries


def deaf_batch_clients(runtime):
    """They send as fast as they can and never read an acknowledgement."""
    socks = [connect(runtime, "logq", socket.SOCK_SEQPACKET) for _ in range(100)]
    ids = [os.urandom(16) for _ in socks]
    entries = b"\n".join(b"MESSAGE=deaf %d\n" % i for i in range(512))
    for sock in socks:
        sock.setblocking(False)
    for number in range(1, 1 << 62):
        for sock, client in zip(socks, ids):
            with contextlib.suppress(OSError):
                sock.send(batch(client, number, entries, 512))


def control_flood(runtime):
    call = b'{"method":"io.logq.Collector.Status"}\0'
    while True:
        with contextlib.suppress(OSError):
            sock = connect(runtime, "io.systemd.journal", socket.SOCK_STREAM)
            sock.send(call * 500)


def synchronize_flood(runtime):
    call = b'{"method":"io.systemd.Journal.Synchronize"}\0'
    while True:
        with contextlib.suppress(OSError):
            sock = connect(runtime, "io.systemd.journal", socket.SOCK_STREAM)
            sock.send(call)
            sock.recv(100)


# The attack, how many at once, and whether stock journald has such a socket.
ATTACKS = {
    "none": (None, 0, True),
    "flood of small datagrams": (flood, 2, True),
    "garbage": (garbage, 2, True),
    "1,100 fields": (many_fields, 2, True),
    "1,000 new fields": (thousand_fields, 2, True),
    "50,000 entries per datagram": (entries_at_once, 2, True),
    "distinct values and identifiers": (distinct_values, 2, True),
    "distinct field names": (distinct_names, 2, True),
    "memfds of 31 MiB": (huge_memfds, 2, True),
    "memfds of 31 MiB of noise": (noisy_memfds, 2, True),
    "memfds of 64 KiB": (small_memfds, 2, True),
    "memfds of 8 million entries": (many_entry_memfds, 2, True),
    "files that shrink": (shrinking_memfds, 2, True),
    "253 descriptors per datagram": (descriptor_bombs, 2, True),
    "3,800 idle streams": (idle_streams, 2, True),
    "endless lines": (endless_lines, 2, True),
    "shortest lines": (short_lines, 2, True),
    "streams that come and go": (reconnecting_streams, 2, True),
    "short-lived senders": (short_lived, 2, True),
    "deaf batch clients": (deaf_batch_clients, 2, False),
    "calls for the status": (control_flood, 2, False),
    "calls to synchronize": (synchronize_flood, 2, True),
}


def be_nobody_and(attack, runtime):
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)
    attack(runtime)


def queued(sock):
    return struct.unpack("i", fcntl.ioctl(sock, SIOCOUTQ, b"\0\0\0\0"))[0]


def until_taken(sock, message):
    """Seconds until the other side has read it; infinite when it gives up."""
    begin = time.monotonic()
    sock.settimeout(GIVE_UP_SEC)
    try:
        sock.send(message)
    except OSError:
        return float("inf")
    while queued(sock) > 0:
        if time.monotonic() - begin > GIVE_UP_SEC:
            return float("inf")
        time.sleep(0.00005)
    return time.monotonic() - begin


class BatchProbe:
    def __init__(self, runtime):
        self.sock = connect(runtime, "logq", socket.SOCK_SEQPACKET)
        self.sock.settimeout(GIVE_UP_SEC)
        self.client = os.urandom(16)
        self.number = 0
        self.sock.recv(64)  # hello

    def __call__(self):
        self.number += 1
        begin = time.monotonic()
        try:
            self.sock.send(batch(self.client, self.number, b"MESSAGE=probe\n", 1))
            while struct.unpack_from("<Q", self.sock.recv(64), 8)[0] < self.number:
                pass
        except OSError:
            return float("inf")
        return time.monotonic() - begin


def open_probes(collector):
    """What to measure, ready before the attack begins: functions that return seconds, by name."""
    native = datagrams(collector.runtime)
    stream = connect(collector.runtime, "stdout", socket.SOCK_STREAM)
    until_taken(stream, STREAM_HEADER)
    probes = {"datagram": lambda: until_taken(native, b"MESSAGE=probe\n"),
              "stream": lambda: until_taken(stream, b"probe\n")}
    if collector.name == "logqd":
        probes["stored"] = BatchProbe(collector.runtime)
    return probes


def measure(probes):
    """The delays by what was measured."""
    delays = {what: [] for what in probes}
    end = time.monotonic() + 3 * GIVE_UP_SEC
    for _ in range(PROBES):
        for what, probe in probes.items():
            delays[what].append(probe())
        if time.monotonic() > end:
            break
        time.sleep(PROBE_INTERVAL_SEC)
    return delays


def under_attack(collector, attack, count):
    probes = open_probes(collector)
    attackers = [multiprocessing.Process(target=be_nobody_and, args=(attack, collector.runtime))
                 for _ in range(count)]
    for attacker in attackers:
        attacker.start()
    time.sleep(SETTLE_SEC if count else 0)
    delays = measure(probes)
    memory = collector.anonymous_kib()
    died = [attacker for attacker in attackers if not attacker.is_alive()]
    for attacker in attackers:
        attacker.kill()
        attacker.join()
    if died:
        print(f"  ({len(died)} attackers gave up)", file=sys.stderr)
    if collector.process.poll() is not None:
        raise RuntimeError(f"{collector.name} has died")
    return delays, memory


def count_dropped(collector):
    """What logqd says it has dropped; journald does not count."""
    if collector.name != "logqd":
        return "-"
    try:
        sock = connect(collector.runtime, "io.systemd.journal", socket.SOCK_STREAM)
        sock.settimeout(GIVE_UP_SEC)
        sock.send(b'{"method":"io.logq.Collector.Status"}\0')
        answer = b""
        while not answer.endswith(b"\0"):
            answer += sock.recv(65536)
        return str(sum(json.loads(answer[:-1])["parameters"]["dropped"].values()))
    except (OSError, KeyError, ValueError, AttributeError) as error:
        return f"? ({error})"


def milliseconds(values):
    """p50 and p99."""
    values = sorted(values)
    return [f"{values[index] * 1000:.1f}" for index in (len(values) // 2, int(len(values) * 0.99))]


def rows_of(binaries, name):
    """For each collector that has such a socket: its name and the cells of its row."""
    attack, count, has_peer = ATTACKS[name]
    for make in ([peers.journald] if has_peer else []) + [lambda: peers.logqd(binaries)]:
        collector = make()
        os.chmod(collector.root, 0o755)
        os.chmod(collector.runtime, 0o755)
        try:
            delays, memory = under_attack(collector, attack, count)
            cells = [" / ".join(milliseconds(delays[what])) if what in delays else ""
                     for what in ("datagram", "stream", "stored")]
            yield [name, collector.name, *cells, f"{memory / 1024:.1f} MiB", count_dropped(collector)]
        finally:
            collector.process.kill()
            collector.process.wait()
            collector.remove()


def main():
    arguments = sys.argv[1:]
    as_table = "--table" in arguments
    binaries, *wanted = [argument for argument in arguments if argument != "--table"]
    head = ["attack", "collector", "datagram", "stream", "stored", "RssAnon", "dropped"]

    def show(row):
        print("| " + " | ".join(row) + " |" if as_table else
              "{:32} {:9} {:18} {:18} {:18} {:10} {}".format(*row), flush=True)

    show(head)
    if as_table:
        print("|---" * len(head) + "|")
    for name in wanted or ATTACKS:
        for row in rows_of(pathlib.Path(binaries), name):
            show(row)


if __name__ == "__main__":
    main()
