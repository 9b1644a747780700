#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Random histories with a known truth: few ports, used again and again by other processes; packets
that the capture lacks, also in bursts; a log that begins or ends somewhere, with late accepts. No
packet may name a wrong process. Usage: histories.py AUNETLOG [SEEDS [FIRST]]"""
import os
import random
import subprocess
import sys

sys.dont_write_bytecode = True
import files  # noqa: E402
import read  # noqa: E402
from verdicts import finish, path, verdict  # noqa: E402
from world import ACK, FIN, HOST, RST, SYN, T0, WEB, end, ip4, tcp, udp  # noqa: E402

tool = os.path.abspath(sys.argv[1])
seeds = int(sys.argv[2]) if len(sys.argv) > 2 else 20
first = int(sys.argv[3]) if len(sys.argv) > 3 else 1
os.environ['TZ'] = 'UTC'


class History:
    def __init__(self, rng):
        self.rng, self.packets, self.lines, self.spans = rng, [], [], []
        self.serial = 100

    def line(self, at, text):
        self.lines.append((at, text))

    def packet(self, at, pid, outbound, port, peer, flags, seq, ack, data=b''):
        raw = tcp(port, peer, flags, seq % 2**32, data, ack % 2**32) if outbound else tcp(peer, port, flags, seq % 2**32, data, ack % 2**32)
        raw = ip4(HOST, WEB, 6, raw) if outbound else ip4(WEB, HOST, 6, raw)
        self.packets.append((at, raw, pid))

    def logged(self, began, start, stop, head, pid, open_before):
        """Lines of a connection; the log's window is cut later."""
        self.serial += 1
        who = f'{head} {pid} {pid} 0 p{pid} exe=/p{pid} auid=unset'
        self.spans.append((began, start, stop, who, f'id=6fb9d1c3-{self.serial:x}.1', open_before))

    def tcp(self, at, port, peer, pid, isn):
        """Returns the end, and the next sequence numbers of both sides."""
        rng, inbound = self.rng, self.rng.random() < .5
        ours, theirs = isn
        rtt, began = rng.uniform(.0001, .05), at
        self.packet(at, pid, not inbound, port, peer, SYN, theirs if inbound else ours, 0)
        self.packet(at + rtt, pid, inbound, port, peer, SYN | ACK, ours if inbound else theirs,
                    (theirs if inbound else ours) + 1)
        ours, theirs = ours + 1, theirs + 1
        at += 2 * rtt
        accept = at + (rng.choice((0, 0, .3, 5)) * rng.random() if inbound else 0)
        self.packet(at, pid, not inbound, port, peer, ACK, theirs if inbound else ours, ours if inbound else theirs)
        for _ in range(rng.randrange(12)):
            at += rng.expovariate(1 / rng.choice((.001, .1, 2)))
            data = b'x' * rng.randrange(1, 1400)
            out = rng.random() < .5
            self.packet(at, pid, out, port, peer, ACK, ours if out else theirs, theirs if out else ours, data)
            if out:
                ours += len(data)
            else:
                theirs += len(data)
        stop = max(at, accept) + rng.uniform(0, .02)
        at = stop
        if rng.random() < .3:
            self.packet(at, pid, True, port, peer, RST | ACK, ours, theirs)
        else:
            for out in (True, False):
                self.packet(at, pid, out, port, peer, FIN | ACK, ours if out else theirs, theirs if out else ours)
                ours, theirs = (ours + 1, theirs) if out else (ours, theirs + 1)
                at += rng.uniform(0, .1)
            self.packet(at, pid, True, port, peer, ACK, ours, theirs)
        arrow = '<-' if inbound else '->'
        head = f'TCP {end(HOST, port)} {arrow} {end(WEB, peer)}'
        self.logged(began, accept if inbound else began + rng.choice((0, 2 * rtt)), stop, head, pid, inbound)
        return at, ours, theirs

    def reuse_tcp(self, port, peer):
        """One connection after the other between the same ends, as Linux numbers them."""
        at, ours, theirs, last = T0 + self.rng.uniform(0, 30), self.rng.randrange(2**32), self.rng.randrange(2**32), 0
        for _ in range(self.rng.randrange(1, 7)):
            at, ours, theirs = self.tcp(at, port, peer, self.rng.randrange(100, 130), (ours, theirs))
            gap = self.rng.choice((.0005, .02, 1, 40)) * self.rng.uniform(.2, 2)
            at += gap
            ours += max(65537, int(gap * 15.6e6))
            theirs += max(65537, int(gap * 15.6e6))

    def reuse_udp(self, port, peer):
        at = T0 + self.rng.uniform(0, 30)
        for _ in range(self.rng.randrange(1, 7)):
            pid, began = self.rng.randrange(100, 130), at
            for _ in range(self.rng.randrange(1, 5)):
                at += self.rng.uniform(.0001, .5)
                out = self.rng.random() < .5
                raw = ip4(HOST, WEB, 17, udp(port, peer)) if out else ip4(WEB, HOST, 17, udp(peer, port))
                self.packets.append((at, raw, pid))
            self.logged(began, began, at, f'UDP {end(HOST, port)} -> {end(WEB, peer)}', pid, False)
            at += self.rng.uniform(.03, 8)

    def log(self):
        """The lines of a log of some time; it starts with what is open."""
        rng, out = self.rng, []
        begin = T0 - 1 if rng.random() < .5 else T0 + rng.uniform(0, 60)
        last = T0 + 10000 if rng.random() < .5 else T0 + rng.uniform(10, 120)
        out.append((begin, 'netlog start v1'))
        for began, start, stop, who, id_, inbound in self.spans:
            if start > last or stop < begin:
                continue
            if start >= begin:
                self.serial += 1
                ev = '' if inbound or start > began else f' ev={began:.3f}:{self.serial}'
                out.append((start, f'connect start {who} {id_}{ev}'))
            elif rng.random() < .8:
                out.append((begin, f'connect start {who} via=snapshot {id_}'))
            if stop <= last:
                dur = f' dur={stop - start:.3f}' if start >= begin else ''
                out.append((stop, f'connect stop {who}{dur} {id_}'))
        if last < T0 + 9000:
            out.append((last, 'netlog stop'))
        return sorted(out)

    def capture(self):
        rng, kept, dropping = self.rng, [], False
        lossy = rng.choice((0, .02, .2))
        begin = T0 - 1 if rng.random() < .5 else T0 + rng.uniform(0, 60)
        for p in sorted(self.packets, key=lambda p: p[0]):
            if rng.random() < lossy:
                dropping = rng.random() < .5
            if p[0] >= begin and not dropping and rng.random() >= lossy:
                kept.append(p)
        return kept


def judge(seed):
    h = History(random.Random(seed))
    for port in range(3):
        h.reuse_tcp(40000 + port, 443)
    h.reuse_udp(50000, 53)
    packets = h.capture()
    files.write_log(path('log'), h.log())
    files.write_pcap(path('in'), [p[:2] for p in packets], 101)
    subprocess.run([tool, 'annotate', path('in'), '-if', path('log'), '--write', path('out')], capture_output=True, timeout=60)
    wrong, right = [], 0
    for i, (p, (at, raw, pid)) in enumerate(zip(read.read(path('out'))[0], packets)):
        got = [x for x in read.said(p)[:2] if x]
        right += got == [pid]
        if got and got != [pid]:
            wrong.append(f'seed {seed}, packet {i + 1} at {at - T0:.4f}: {got}, not {pid}')
    return wrong, right, len(packets)


wrong, right, count = [], 0, 0
for seed in range(first, first + seeds):
    w, r, n = judge(seed)
    wrong += w
    right += r
    count += n
verdict(f'{seeds} histories: {count} packets, {right} right, {len(wrong)} wrong',
        '\n'.join(wrong) if wrong or right < count / 2 else '')
finish()
