"""From sent to printed: how long until a follower shows an entry."""

import fcntl
import os
import select
import socket
import subprocess
import time

from table import Row

PROBES = 300
PROBE_INTERVAL_SEC = 0.01
SETTLE_SEC = 0.5


def p99(values):
    return sorted(values)[int(len(values) * 0.99)]


def follow(argv, native_socket):
    """The delays, in seconds, of PROBES entries sent one by one while `argv` follows."""
    sender = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    sender.connect(native_socket)
    delays = []
    with subprocess.Popen(argv, stdout=subprocess.PIPE) as follower:
        time.sleep(SETTLE_SEC)  # until it follows; earlier probes would be read from the file
        pipe = follower.stdout.fileno()
        fcntl.fcntl(pipe, fcntl.F_SETFL, os.O_NONBLOCK)
        for number in range(PROBES):
            sent = time.monotonic()
            sender.send(f"MESSAGE=probe {number}\nSYSLOG_IDENTIFIER=probe\n".encode())
            wanted = f"probe {number}\n".encode()
            seen = b""
            while wanted not in seen:
                if not select.select([pipe], [], [], 5)[0]:
                    raise RuntimeError(f"{argv[0]} -f did not show an entry within 5 s")
                seen += os.read(pipe, 65536)
            delays.append(time.monotonic() - sent)
            time.sleep(PROBE_INTERVAL_SEC)
        follower.terminate()
    sender.close()
    return delays


def row(logq, journald, logqd, load, what, goal):
    """`load(collector)` is a running process that is stopped afterwards, or None."""
    results = {}
    for collector, program in ((journald, "journalctl"), (logqd, logq)):
        busy = load(collector)
        argv = [program, "-q", "--no-pager", "-D", str(collector.storage), "-f", "-n", "0", "-o", "cat",
                "SYSLOG_IDENTIFIER=probe"]
        try:
            results[collector.name] = p99(follow(argv, f"{collector.runtime}/socket"))
        finally:
            if busy is not None:
                busy.terminate()
                busy.wait()
    mine, peer = results["logqd"], results["journald"]
    return Row(f"sent to printed, p99, {what}", f"{mine * 1000:.1f} ms",
               f"journald and journalctl {peer * 1000:.1f} ms", mine / peer, goal)
