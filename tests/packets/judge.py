#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Compares what an annotated capture says with the truth of tests/packets/real: lines of PROTO,
client's port, client's pid, server's pid. Usage: judge.py FILE TRUTH"""
import sys

sys.dont_write_bytecode = True
import read  # noqa: E402

truth, reused = {}, {}
for line in open(sys.argv[2]):
    proto, port, client, server = line.split()
    if proto == 'REUSE':
        reused.setdefault(int(port), []).append(client)
    else:
        truth[(17 if proto == 'UDP' else 6, int(port))] = (client, server)
packets, _ = read.read(sys.argv[1])
right = unsaid = wrong = other = 0
last = {}
for i, p in enumerate(packets):
    ip = p.data[14:]
    if len(ip) < 40 or ip[0] >> 4 != 4 or ip[9] not in (6, 17):
        other += 1
        continue
    at = ip[0] % 16 * 4
    source, target = (int.from_bytes(ip[at + n:at + n + 2], 'big') for n in (0, 2))
    sender, receiver, why = read.said(p)
    if source in reused or target in reused:
        port = source if source in reused else target
        pid = sender if port == source else receiver
        order = reused[port]
        if ip[at + 13] & 18 == 2:       # a SYN without ACK
            last[port] = last.get(port, -1) + 1
        want = {order[last[port]]}
    elif (ip[9], source) in truth:
        pid, want = sender, {truth[(ip[9], source)][0]}
    elif (ip[9], target) in truth:
        pid, want = receiver, {truth[(ip[9], target)][0]}
    else:
        other += 1
        continue
    if pid is None:
        unsaid += 1
        print(f'# packet {i + 1}: {source} -> {target}: {p.own}')
    elif str(pid) in want:
        right += 1
    else:
        wrong += 1
        print(f'# packet {i + 1}: {source} -> {target}: {pid}, not {want}')
name = sys.argv[1].rsplit('/', 1)[-1]
print(f'{"not " if wrong or not right else ""}ok - {name}: {right} packets right, {wrong} wrong, {unsaid} without, '
      f'{other} not of the scenario')
sys.exit(bool(wrong or not right))
