#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Compares what aunetlog --pair prints of a log with the same truth as judge.py: each TCP
connection has the process that opened it and the one that accepted it.
Usage: aunetlog --pair -if LOG | judge_pairs.py TRUTH"""
import re
import sys

pairs, alone = {}, {}
for line in sys.stdin:
    m = re.match(r'\S+ \S+ TCP \S+\[(\d+)\] \S*:(\d+) -> \S+\[(\d+)\] ', line)
    if m:
        pairs.setdefault(m.group(2), []).append((m.group(1), m.group(3)))
    m = re.search(r' TCP \S+\[\d+\] \S*:(\d+) -> - .* alone=(\S+)', line)
    if m:
        alone[m.group(1)] = m.group(2)
right, wrong = 0, []
for line in open(sys.argv[1]):
    proto, port, client, opener, *_ = line.split()
    if proto != 'TCP':
        continue
    if opener == '-':
        if alone.get(port) != 'failed':
            wrong.append(f'{port}: {alone.get(port)}, not failed')
        continue
    got = pairs.get(port, [])
    if len(got) != 1 or (client != '?' and got[0][0] != client) or got[0][1] != opener:
        wrong.append(f'{port}: {got} {alone.get(port)}, not {client} -> {opener}')
    else:
        right += 1
print(f'{"not " if wrong or not right else ""}ok - pairs: {right} right, {len(wrong)} wrong or missing')
for line in wrong[:20]:
    print(f'# {line}')
sys.exit(bool(wrong or not right))
