# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes the world's packets as a capture of some kind, and its log. Captures have what a
real one can have: foreign blocks and options, several sections and interfaces."""
import struct
import time

ETHERNET, NULL, RAW, SLL, LOOP, SLL2 = 1, 0, 101, 113, 108, 276
MACS = b'\x02\0\0\0\0\1\x02\0\0\0\0\2'


def ether_type(raw):
    return 0x86dd if raw[0] >> 4 == 6 else 0x800


def frame(link, raw, order='<', tags=()):
    kind = ether_type(raw)
    if link == ETHERNET:
        vlan = b''.join(struct.pack('>HH', t, 7) for t in tags)
        return MACS + vlan + struct.pack('>H', kind) + raw
    if link == SLL:
        return struct.pack('>HHH8sH', 0, 1, 6, b'\2\0\0\0\0\1\0\0', kind) + raw
    if link == SLL2:
        return struct.pack('>HHIHBB8s', kind, 0, 2, 1, 0, 6, b'\2\0\0\0\0\1\0\0') + raw
    if link == NULL:
        return struct.pack(order + 'I', 2 if kind == 0x800 else 30) + raw
    if link == LOOP:
        return struct.pack('>I', 2 if kind == 0x800 else 24) + raw
    return raw


def pad(raw):
    return raw + b'\0' * (-len(raw) % 4)


class Pcapng:
    """One section after the other; unit: if_tsresol, offset: if_tsoffset."""

    def __init__(self, order='<', unit=6, offset=0):
        self.order, self.unit, self.offset, self.out = order, unit, offset, b''

    def option(self, code, value):
        return struct.pack(self.order + 'HH', code, len(value)) + pad(value)

    def block(self, kind, body):
        size = struct.pack(self.order + 'I', 12 + len(body))
        self.out += struct.pack(self.order + 'I', kind) + size + body + size

    def section(self, options=b'', length=-1):
        self.block(0x0A0D0D0A, struct.pack(self.order + 'IHHq', 0x1A2B3C4D, 1, 0, length) + options)

    def interface(self, link, options=b''):
        if self.unit != 6:
            options += self.option(9, bytes([self.unit]))
        if self.offset:
            options += self.option(14, struct.pack(self.order + 'q', self.offset))
        self.block(1, struct.pack(self.order + 'HHI', link, 0, 0) + options + b'\0' * 4)

    def units(self, at):
        at -= self.offset
        if self.unit & 0x80:
            return round(at * 2 ** (self.unit & 0x7f))
        return round(at * 1000000) * 10 ** self.unit // 1000000

    def packet(self, at, raw, options=b'', interface=0, full=None):
        units = self.units(at)
        if options:
            options += b'\0' * 4
        self.block(6, struct.pack(self.order + 'IIIII', interface, units >> 32, units & 0xffffffff,
                                  len(raw), full or len(raw)) + pad(raw) + options)


def write_pcap(path, packets, link, order='<', nano=False):
    with open(path, 'wb') as f:
        f.write(struct.pack(order + 'IHHiIII', 0xa1b23c4d if nano else 0xa1b2c3d4, 2, 4, 0, 0,
                            262144, link))
        for at, raw in packets:
            us = round(at * 1000000)
            f.write(struct.pack(order + 'IIII', us // 1000000, us % 1000000 * (1000 if nano else 1),
                                len(raw), len(raw)) + raw)


def write_log(path, lines):
    with open(path, 'w') as f:
        for at, text in lines:
            at = round(at, 3)
            stamp = time.strftime('%Y-%m-%d %H:%M:%S', time.gmtime(int(at)))
            f.write(f'{stamp}.{round((at - int(at)) * 1000):03d}Z {text}\n')


def tunneled(raw, how):
    """The packet inside of another one between two other hosts."""
    from world import ip4, udp
    inner = MACS + struct.pack('>H', ether_type(raw)) + raw
    if how == 'vxlan':
        return ip4('10.9.0.1', '10.9.0.2', 17, udp(50000, 4789, struct.pack('>II', 8 << 24, 42 << 8) + inner))
    if how == 'geneve':
        return ip4('10.9.0.1', '10.9.0.2', 17, udp(50000, 6081, struct.pack('>HHI', 0, 0x6558, 42 << 8) + inner))
    if how == 'gre':
        return ip4('10.9.0.1', '10.9.0.2', 47, struct.pack('>HHI', 0x2000, ether_type(raw), 7) + raw)
    if how == 'gretap':
        return ip4('10.9.0.1', '10.9.0.2', 47, struct.pack('>HH', 0, 0x6558) + inner)
    return ip4('10.9.0.1', '10.9.0.2', 41 if ether_type(raw) == 0x86dd else 4, raw)
