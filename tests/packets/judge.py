#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Compares an annotated capture with what the programs did. Both ends of a packet are judged.
Usage: judge.py FILE TRUTH [FORKS]
TRUTH has lines of PROTO CLIENT_PORT CLIENT OPENER [USER[,USER...]]; FORKS those of the
kernel's trace. CLIENT, OPENER, USER are pids, or several with commas. ?: not judged.
-: there is no such process. children: any that descends from the opener. Data belongs to
USER, the handshake to OPENER, other packets to one of them.
REUSE instead of PROTO: the port is used several times, one line for each, in their order."""
import re
import sys

sys.dont_write_bytecode = True
import read  # noqa: E402


def descendants(path):
    children = {}
    for parent, child in re.findall(r'sched_process_fork: .* pid=(\d+) .*child_pid=(\d+)', open(path).read()):
        children.setdefault(parent, []).append(child)

    def all_of(pid):
        return {pid}.union(*(all_of(c) for c in children.get(pid, ())))
    return all_of


truth, reused = {}, {}
forks = descendants(sys.argv[3]) if len(sys.argv) > 3 else None
for line in open(sys.argv[2]):
    proto, port, client, opener, *users = line.split()
    users = set((users or [opener])[0].split(','))
    opener = set(opener.split(','))
    if 'children' in users:
        users |= forks(*opener) - opener
    case = ({client}, opener, users)
    if proto == 'REUSE':
        reused.setdefault(int(port), []).append(case)
    else:
        truth[(17 if proto == 'UDP' else 6, int(port))] = case
packets, _ = read.read(sys.argv[1])
wrong = other = judged = 0
without, last = {}, {}
services = {}       # port: [packets, ends right, wrong, without]


def case_of(p):
    for is_client, port in ((True, p.source), (False, p.target)):
        if port in reused:
            if p.flags & 18 == 2:       # a SYN without ACK
                last[port] = last.get(port, -1) + 1
            return is_client, reused[port][last[port]]
        if (p.proto, port) in truth:
            return is_client, truth[(p.proto, port)]
    return None, None


for i, packet in enumerate(packets):
    p = read.Frame(packet.data)
    from_client, case = case_of(p) if p.known else (None, None)
    if not case:
        other += 1
        continue
    judged += 1
    service = services.setdefault(p.target if from_client else p.source, [0] * 4)
    service[0] += 1
    sender, receiver, why = read.said(packet)
    ends = ((sender, receiver) if from_client else (receiver, sender))
    server = case[2] if p.has_data else case[1] if p.flags & 2 else case[1] | case[2]
    for whose, pid, want in (('client', ends[0], case[0]), ('server', ends[1], server)):
        if want == {'?'}:
            continue
        if pid is None:
            if want != {'-'}:
                service[3] += 1
                without[f'{whose} {why or "other end is known"}'] = \
                    without.get(f'{whose} {why or "other end is known"}', 0) + 1
        elif str(pid) in want:
            service[1] += 1
        else:
            service[2] += 1
            wrong += 1
            print(f'# packet {i + 1}: {p.source} -> {p.target}, {whose}: {pid}, not one of {sorted(want)}')
name = sys.argv[1].rsplit('/', 1)[-1]
right = sum(s[1] for s in services.values())
for port, (n, *ends) in sorted(services.items()):
    print(f'# {name}: port {port}: {n} packets, ends: {ends[0]} right, {ends[1]} wrong, {ends[2]} without')
for why, n in sorted(without.items()):
    print(f'# {name}: {n} ends without a process: {why}')
print(f'{"not " if wrong or not right else ""}ok - {name}: {judged} packets, {right} ends right, {wrong} wrong, '
      f'{sum(without.values())} without; {other} packets not of the scenario')
sys.exit(bool(wrong or not right))
