#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes the corpus of tests/fuzz/fuzz_packets: small captures of each kind, with the byte in
front that says how they are read. Usage: corpus.py DIRECTORY"""
import os
import sys
import tempfile

sys.dont_write_bytecode = True
import files  # noqa: E402
from world import world  # noqa: E402

W = world()
some = W.packets[10:24] + [p for p in W.packets if p[0] > W.packets[0][0] + 159][:12]


def save(name, how, raw):
    with open(os.path.join(sys.argv[1], name), 'wb') as f:
        f.write(bytes([how]) + raw)


def pcapng(link, order, unit=6, offset=0, options=False, tags=()):
    f = files.Pcapng(order, unit, offset)
    f.section(f.option(4, b'x') + b'\0' * 4 if options else b'')
    f.interface(link)
    if options:
        f.block(0x80000001, b'\1\0\0\0' + f.option(2, b'p') + b'\0' * 4)
        f.block(0x101, b'\1\0\0\0' * 3)
        f.block(3, b'\4\0\0\0' + b'abcd')
        f.block(2, b'\0' * 8 + b'\0' * 4 + b'\4\0\0\0' * 2 + b'abcd' + f.option(1, b'old') + b'\0' * 4)
    for at, raw, _, _ in some:
        f.packet(at, files.frame(link, raw, order, tags), f.option(1, b'c') + f.option(
            32769, b'\0' * 4) if options else b'')
    return f.out


def tunnel():
    f = files.Pcapng()
    f.section()
    f.interface(101)
    for at, raw, _, _ in some[:4]:
        f.packet(at, files.tunneled(raw, 'vxlan'))
        f.packet(at, files.tunneled(raw, 'gre'))
        f.packet(at, files.tunneled(raw, 'ipip'))
    return f.out


save('little', 0, pcapng(1, '<'))
save('big', 1, pcapng(1, '>', 9, 3600))
save('options', 0, pcapng(113, '<', options=True))
save('sll2', 4, pcapng(276, '>', 0x80 | 20))
save('null', 8, pcapng(0, '<'))
save('vlan', 1, pcapng(1, '<', tags=(0x88a8, 0x8100)))
save('tunnel', 2, tunnel())
with tempfile.NamedTemporaryFile() as t:
    files.write_pcap(t.name, [(p[0], files.frame(1, p[1])) for p in some], 1, '>', True)
    save('classic', 0, open(t.name, 'rb').read())
