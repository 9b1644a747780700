#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Hostile names of programs through every format, read by readers that follow each format's
grammar to the letter: each record is one line, parses whole, has no key twice, and has the name.
Usage: strict.py AUNETLOG"""
import json
import re
import subprocess
import sys
import tempfile

NAMES = [b'a"b', b"new\nline", b"tab\tx", b"\xff\xfe\xc3", b"a]b\\c", b"a|b|c", b"a=b c=d",
         "é漢".encode(), b"\xed\xa0\x80", b"\xc0\x80", b"\x7f\x1b[31m", b"{}{pid}", b"%n%s",
         b"\\x41", b"\\", b" x ", b"'`$(id)", "\u202e".encode(), b"\xc2\x85",
         "\u2028".encode(), b"a,b;c", b"]\"=|\\", b'" dst="x', b"x src=1", b"\r\nCEF:0|"]
LONG = [b"A", b'"', b"\xff", "漢".encode(), b"]", b"=", b"\\", b"\n", b"|"]


def encoded(text):
    return text.hex().upper() if re.search(rb'[^!#-~]', text) else '"%s"' % text.decode()


def records():
    serial = 100
    paths = [b"/tmp/" + n for n in NAMES] + [b"/" + c * (4095 // len(c)) for c in LONG]
    for ino, path in enumerate(paths, 1):
        comm = (path[5:] if ino <= len(NAMES) else path)[:15]
        for op, state in ("connect", 2), ("established", 1):
            serial += 1
            yield comm, (
                f"type=KERNEL msg=audit(1795245908.{serial}:{serial}): netlog=1 op={op} ino={ino} "
                f"proto=6 family=2 state={state} laddr=192.0.2.5 lport={40000 + ino} "
                f"faddr=198.51.100.7 fport=443 netns=1 mono={serial}000000 sid=1 ppid=1 pid={ino + 5} "
                "auid=1000 uid=1000 gid=0 euid=1000 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=(none) "
                f"ses=3 comm={encoded(comm)} exe={encoded(path)} subj=unconfined\n")


def once(pairs):
    assert len(pairs) == len(dict(pairs)), "a key occurs twice"
    return dict(pairs)


def read_json(line):
    name = json.loads(line, object_pairs_hook=once)["process"]["name"]
    return name.encode("utf-8", "surrogatepass")


def read_ocsf(line):
    return json.loads(line, object_pairs_hook=once)["actor"]["process"]["name"].encode()


def read_cef(line):
    part = r"(?:[^|\\]|\\[\\|])*"
    match = re.fullmatch(rf"CEF:0(?:\|{part}){{5}}\|\d+\|(.*)", line)
    value = r"(?:[^=\\]|\\[=\\nr])*?"
    pairs = re.findall(rf"(?:^| )(\w+)=({value})(?= \w+=|$)", match[1])
    assert " ".join("=".join(p) for p in pairs) == match[1], "not parsed whole"
    assert all(len(v.encode()) <= 1023 for _, v in pairs), "a value is too long"
    text = once(pairs)["sproc"]
    return re.sub(r"\\(.)", lambda m: {"n": "\n", "r": "\r"}.get(m[1], m[1]), text).encode()


def read_leef(line):
    head, rest = line.split("|x09|", 1)
    assert re.fullmatch(r"LEEF:2\.0(\|[^|]*){4}", head)
    return once([p.split("=", 1) for p in rest.split("\t")])["process"].replace("\\x5C", "\\").encode()


def read_sd(line):
    value = r'(?:[^"\\\]]|\\["\\\]])*'
    match = re.fullmatch(rf'\S+ \S+ \[netlog@32473((?: [^= \]"]{{1,32}}="{value}")*)\] .*', line)
    text = once(re.findall(rf' ([^= ]+)="({value})"', match[1]))["comm"]
    return re.sub(r"\\(.)", r"\1", text).encode()


def read_netlog(line):
    assert re.fullmatch(r"[ -~]+", line), "not printable"
    return line.split(" ")[11].replace("\\x20", " ").replace("\\x22", '"').replace("\\x27", "'") \
        .replace("\\x5C", "\\").encode()


READERS = {"netlog": read_netlog, "json": read_json, "ocsf": read_ocsf, "cef": read_cef,
           "leef": read_leef, "sd:netlog@32473": read_sd}


def plain(text):
    """Bytes outside printable ASCII as \\xHH: readers differ in which of them they show."""
    return re.sub(rb"[^ -~]", lambda m: b"\\x%02X" % m[0][0], text)


def main():
    failed = False
    with tempfile.NamedTemporaryFile("w", suffix=".log") as log:
        made = list(records())
        log.write("".join(r for _, r in made))
        log.flush()
        wants = [plain(comm) for comm, _ in made[::2]]
        for name, reader in READERS.items():
            out = subprocess.run([sys.argv[1], "-if", log.name, "--format", name], check=True,
                                 stdout=subprocess.PIPE).stdout.decode()
            lines, faults = out.split("\n")[:-1], []
            if len(lines) != len(wants):
                faults.append(f"{len(lines)} lines of {len(wants)}")
            for line, want in zip(lines, wants):
                try:
                    assert not re.search("[\0-\x08\x0a-\x1f\x7f]", line), "a control character"
                    got = plain(reader(line))
                    if got != want:
                        faults.append(f"{want}: {got}")
                except (AssertionError, KeyError, TypeError, ValueError) as e:
                    faults.append(f"{want}: {e!r}: {line[:200]}")
            print("not ok" if faults else "ok", f"- hostile names in {name.split(':')[0]}")
            for fault in faults[:5]:
                print("#  ", fault)
            failed |= bool(faults)
    return failed


sys.exit(main())
