#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Compares what tshark and tcpdump printed of an annotated capture with the own reader.
Usage: readers.py SUITE FILE DIR, called by tests/packets/readers."""
import os
import re
import sys

sys.dont_write_bytecode = True
import read  # noqa: E402

suite, path, work = sys.argv[1:]


def lines(name):
    with open(f'{work}/{name}.txt', encoding='utf-8', errors='replace') as f:
        return f.read().split('\n')[:-1]


try:
    packets, sections = read.read(path)
except read.Bad as e:
    print(f'not ok - {path}: {e}')
    sys.exit(1)
version = (re.findall(r'\d+\.\d+\.\d+', ''.join(lines('version'))) or ['none'])[0]
wrong = [] if packets else ['no packet in it']
comments = lines('comments')
want = [','.join(p.comments) for p in packets]
if comments != want:
    wrong.append(f'comments: {len(comments)} lines of {len(want)}, first other one: '
                 f'{next(((a, b) for a, b in zip(comments, want) if a != b), None)}')
blocks = '\n'.join(lines('blocks'))
hone = {'0x00000101': sum(len(s.processes) for s in sections), '0x00000102': sum(len(s.connections) for s in sections)}
for kind, least in hone.items():
    if blocks.count(kind) < least:
        wrong.append(f'{blocks.count(kind)} blocks {kind}, at least {least} are there')
darwin = [line.split('\t') for line in lines('darwin')]
shown = sum(1 for d in darwin if d[0])
if darwin and shown:
    for i, (d, p) in enumerate(zip(darwin, packets)):
        if (d[0] or None) != (str(p.pid) if p.pid is not None else None):
            wrong.append(f'packet {i + 1}: darwin pid {d[0]}, not {p.pid}')
            break
# what tcpdump makes of a broken packet takes several lines, which are indented
dumped = sum(1 for line in lines('tcpdump') if line and not line[0].isspace())
if dumped != len(packets):
    wrong.append(f'tcpdump: {dumped} packets of {len(packets)}')
owned = sum(1 for p in packets if p.pid is not None)
name = os.path.basename(path)
apple = f'{shown} with Apple\'s process' if shown else 'Apple\'s blocks are not shown'
print(f'{"not " if wrong else ""}ok - {suite}, tshark {version}: {name}: {len(packets)} packets, {owned} with a process; {apple}')
for line in wrong[:10]:
    print(f'#   {line}')
sys.exit(bool(wrong))
