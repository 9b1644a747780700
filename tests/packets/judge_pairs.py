#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Compares what aunetlog --pair prints of a log with the same truth as judge.py: each
connection has the process that opened it and the one that accepted it, no other pair is there,
and TCP's bytes are those that the captures have. Then the log is divided into one for each
namespace, the clock of one of them is changed, and the pairs must be the same.
Usage: judge_pairs.py AUNETLOG LOG TRUTH CAPTURE..."""
import datetime
import os
import re
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
import read  # noqa: E402

tool, log, truth, *captures = sys.argv[1:]
SHIFT = 37.25
CLOCK = '%Y-%m-%d %H:%M:%S.%f'
os.environ['TZ'] = 'UTC'


class Streams:
    """Bytes that each end of a TCP connection sent, by the sequence numbers in a capture."""
    def __init__(self):
        self.first, self.last = {}, {}

    def add(self, frame):
        f = read.Frame(frame)
        if not f.known or f.proto != 6:
            return
        ports = f.source, f.target
        if f.flags & 2:
            self.first[ports] = f.seq + 1
        elif ports in self.first:
            end = (f.seq + f.data - self.first[ports]) % 2**32
            if f.data and end < 2**31:    # a FIN counts as a byte, too
                self.last[ports] = max(end, self.last.get(ports, 0))

    def bytes(self, source, target):
        return self.last.get((source, target))


def pairs_of(*inputs):
    """({port: [(client, server, server's port, tx, rx, bytes)]}, {port: reason}, standard error)"""
    words = [tool, '--pair'] + [w for i in inputs for w in ('-if', i)]
    done = subprocess.run(words, capture_output=True, timeout=60)
    pairs, alone = {}, {}
    for line in done.stdout.decode().splitlines():
        m = re.match(r'\S+ \S+ (?:TCP|UDP) \S+\[(\d+)\]\S* \S*:(\d+) -> \S+\[(\d+)\]\S* \S*:(\d+) .*?tx=(\S+) rx=(\S+) bytes=(\S+)', line)
        if m:
            pairs.setdefault(m.group(2), []).append((m.group(1), *m.group(3, 4, 5, 6, 7)))
        m = re.search(r' (?:TCP|UDP) \S+ \S*:(\d+) (?:->|<-|-) - .* alone=(\S+)', line)
        if m:
            alone[m.group(1)] = m.group(2)
    return pairs, alone, done.stderr.decode()


def compare(pairs, alone, want):
    """Number of right ones, and what is wrong."""
    right, wrong = 0, []
    for port, (client, server, _) in want.items():
        got = pairs.get(port, [])
        if server == '-':
            if alone.get(port) != 'failed' or got:
                wrong.append(f'{port}: {got} {alone.get(port)}, not failed')
        elif len(got) != 1 or client not in ('?', got[0][0]) or got[0][1] != server:
            wrong.append(f'{port}: {got} {alone.get(port)}, not {client} -> {server}')
        else:
            right += 1
    return right, wrong + [f'invented: {port} {got}' for port, got in pairs.items() if port not in want]


def verdict(name, right, wrong):
    print(f'{"not " if wrong or not right else ""}ok - pairs: {name}: {right} right, {len(wrong)} wrong, missing or invented')
    for line in wrong[:20]:
        print(f'# {line}')
    return bool(wrong or not right)


def compare_bytes(pairs, want):
    streams, right, wrong = Streams(), 0, []
    for path in captures:
        for packet in read.read(path)[0]:
            streams.add(packet.data)
    for port, got in pairs.items():
        if port not in want or want[port][2] != 'TCP':
            continue
        _, _, to, tx, rx, verdict_ = got[0]
        seen = tuple(str(streams.bytes(*ends)) for ends in ((int(port), int(to)), (int(to), int(port))))
        if verdict_ != 'same' or seen != (tx, rx):
            wrong.append(f'{port}: tx={tx} rx={rx} bytes={verdict_}, in the capture {seen}')
        else:
            right += 1
    return right, wrong


def divide(folder):
    """A log for each namespace, one of them with another clock; (inputs, the shifted one's place)"""
    parts = {}
    with open(log, encoding='utf-8', errors='surrogateescape') as f:
        for line in f:
            m = re.search(r' netns=(\d+) ', line)
            if m:
                parts.setdefault(m.group(1), []).append(line)
    shifted = max(parts, key=lambda n: sum(' <- ' in line for line in parts[n]))
    inputs = []
    for number, (netns, lines) in enumerate(parts.items()):
        path = f'{folder}/{number}'
        with open(path, 'w', encoding='utf-8', errors='surrogateescape') as f:
            for line in lines:
                if netns == shifted:
                    at = datetime.datetime.strptime(line[:23], CLOCK) + datetime.timedelta(seconds=SHIFT)
                    line = at.strftime(CLOCK)[:23] + line[23:]
                f.write(line)
        inputs.append(f'{"shifted" if netns == shifted else f"host{number}"}={path}')
    return inputs


want = {}
for row in open(truth):
    kind, source, opener, server, *_ = row.split()
    if kind != 'REUSE':
        want[source] = (opener, server, kind)
together, lonely, _ = pairs_of(log)
failed = verdict('one log', *compare(together, lonely, want))
failed |= verdict('bytes of both sides, and of the captures', *compare_bytes(together, want))
with tempfile.TemporaryDirectory() as tmp:
    apart, lonely, said = pairs_of(*divide(tmp))
failed |= verdict(f'one log a namespace, a clock {SHIFT} s ahead', *compare(apart, lonely, want))
skews = [float(by) for whose, by, how in
         re.findall(r'clock of (\S+) is (\d+\.\d+) s (ahead of|behind) that of', said)
         if (how == 'ahead of') == (whose == 'shifted')]
near = [s for s in skews if abs(s - SHIFT) < .05]
print(f'{"" if near else "not "}ok - pairs: the clock\'s difference is {" ".join(map(str, skews)) or "not found"} s')
if not near:
    print('#', said.strip().replace('\n', '\n# '))
sys.exit(failed or not near)
