#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""tests/fleet/hostile: names of programs that try to break out of audit records, JSON, rsyslog's
templates, omprog's protocol and SQL, from the audit record to the answer of fleet/ask.
Usage: hostile.py records >RECORDS; hostile.py check <ROWS, of ask find --as json"""
import codecs
import json
import sys
import time

import case

NAMES = [b"plain", b"'", b'"', b"\\", b"\\'", b'\\"', b"');DROP TABLE x--", b"a\tb", b"a\nb\n{\"x\":1}", b"a\r\nCOMMIT", b"\\N", b"\\x00",
         b"\x1b[2J", b"%s%n{0}$(id)`id`", b"\xff\xfe", b"a\xc3", b"\xed\xa0\x80", "é\U0001f980".encode(), "\u202egpj.exe".encode(),
         b"}}],\"host\":{\"name\":\"other\"}", b"\nCOMMIT TRANSACTION\n", b"\x7f\x01", b" lead trail ", b"-", b"/", b"x" * 255, b"$!all-json%msg%",
         "\u0085\u009b2J".encode()]
COMM_MAX = 15       # bytes: the kernel's TASK_COMM_LEN less its NUL
PORT = 20000


def encoded(data):
    """As audit_log_untrustedstring() writes it."""
    plain = all(0x21 <= c <= 0x7e and c != 0x22 for c in data)
    return f'"{data.decode()}"' if plain else data.hex().upper()


def records():
    serial, now = 0, time.time() - 60
    for i, name in enumerate(NAMES):
        who = (f"sid=209 ppid=209 pid={300 + i} auid=1000 uid=1000 gid=1000 euid=1000 suid=1000 fsuid=1000 egid=1000 sgid=1000 fsgid=1000 "
               f"tty=(none) ses=3 comm={encoded(name[:COMM_MAX])} exe={encoded(b'/tmp/' + name)} subj=unconfined")
        for op, state, more in (("connect", 2, ""), ("established", 2, ""), ("release", 1, "tx=1 rx=2 ")):
            serial += 1
            print(f"type=KERNEL msg=audit({now + serial / 1000:.3f}:{serial}): netlog=1 op={op} ino={5000 + i} proto=6 family=2 state={state} "
                  f"laddr=192.0.2.1 lport={PORT + i} faddr=192.0.2.2 fport=443 netns=4026531840 {more}mono={serial * 1000000} {who}")


def escaped(error):
    """Bytes that are not UTF-8, as the plugin writes them."""
    return "".join(f"\\x{c:02X}" for c in error.object[error.start:error.end]), error.end


def check():
    """Prints a verdict for each name."""
    codecs.register_error("escaped", escaped)
    rows = {int(row["local_port"]) - PORT: row for row in map(json.loads, sys.stdin) if row["kind"] == "connect stop"}
    for i, name in enumerate(NAMES):
        row = rows.pop(i, {})
        case.check(f"hostile name {name[:40]!r}", (row.get("comm"), row.get("exe")),
                   (name[:COMM_MAX].decode("utf-8", "escaped"), (b"/tmp/" + name).decode("utf-8", "escaped")))
    case.check("and no other rows", rows, {})
    case.finish()


if sys.argv[1] == "records":
    records()
else:
    check()
