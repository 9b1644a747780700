# SPDX-License-Identifier: GPL-2.0-or-later
"""An own reader of pcapng, by the drafts and Hone's published format: what a file says of
the process of each packet, each way checked against the others."""
import struct


class Bad(Exception):
    pass


def need(true, what):
    if not true:
        raise Bad(what)


def blocks(raw):
    """(type, body, order, the whole block)"""
    at, order = 0, '<'
    while at < len(raw):
        if raw[at:at + 4] == b'\x0a\x0d\x0d\x0a':
            order = '<' if raw[at + 8:at + 12] == b'\x4d\x3c\x2b\x1a' else '>'
        kind, size = struct.unpack_from(order + 'II', raw, at)
        need(size >= 12 and size % 4 == 0 and at + size <= len(raw), f'a block of {size} bytes')
        need(struct.unpack_from(order + 'I', raw, at + size - 4)[0] == size, 'lengths differ')
        yield kind, raw[at + 8:at + size - 4], order, raw[at:at + size]
        at += size


def options(body, order):
    at, out = 0, []
    while at < len(body):
        code, size = struct.unpack_from(order + 'HH', body, at)
        if code == 0:
            need(size == 0 and at + 4 == len(body), 'something behind the last option')
            break
        value = body[at + 4:at + 4 + size]
        need(len(value) == size, 'an option ends behind its block')
        out.append((code, value))
        at += 4 + (size + 3) // 4 * 4
    return out


class Section:
    def __init__(self):
        self.host, self.processes, self.connections, self.darwin = None, {}, {}, []
        self.events = []        # forks and ends


def microseconds(order, body, at):
    high, low = struct.unpack_from(order + 'II', body, at)
    return high << 32 | low


class Packet:
    def __init__(self):
        self.comments, self.pid, self.connection, self.own, self.flags = [], None, None, [], None
        self.dropped = []


def read(path):
    """The packets, in order; raises Bad where the ways of telling the process differ."""
    with open(path, 'rb') as f:
        raw = f.read()
    section, packets, sections = None, [], []
    for kind, body, order, _ in blocks(raw):
        number = lambda value: struct.unpack(order + 'I', value)[0]  # noqa: E731
        if kind == 0x0A0D0D0A:
            section = Section()
            sections.append(section)
            length = struct.unpack_from(order + 'q', body, 8)[0]
            need(length == -1, 'the section claims a length')
            for code, value in options(body[16:], order):
                if code == 257:
                    section.host = value
        elif kind == 0x101:
            pid = number(body[:4])
            what = dict(options(body[12:], order))
            if 2 in what:
                section.events.append((pid, number(what[2]), what.get(3)))
                continue
            section.processes[pid] = (microseconds(order, body, 4), what)
        elif kind == 0x102:
            connection, pid = struct.unpack_from(order + 'II', body)
            what = dict(options(body[16:], order))
            need(pid in section.processes, f'connection {connection} of an unknown process')
            closes = 2 in what and number(what[2]) == 0xffffffff
            state = section.connections.get(connection)
            need(state is not None if closes else state is None,
                 f'connection {connection} {"closes" if closes else "opens"} out of turn')
            section.connections[connection] = (pid, 'closed' if closes else 'open')
        elif kind == 0x80000001:
            what = dict(options(body[4:], order))
            section.darwin.append((number(body[:4]), what.get(2, b'').decode()))
        elif kind == 6:
            p = Packet()
            size = (struct.unpack_from(order + 'I', body, 12)[0] + 3) // 4 * 4
            p.data = body[20:20 + struct.unpack_from(order + 'I', body, 12)[0]]
            p.units = microseconds(order, body, 4)
            found = options(body[20 + size:], order)
            p.options = found
            p.comments = [v.decode() for c, v in found if c == 1]
            p.own = [c for c in p.comments if c.startswith('pid=')]
            one = {}
            for code, value in found:
                need(code == 1 or code not in one, f'option {code} twice')
                one[code] = value
            if 258 in one:
                p.pid, p.connection = number(one[258]), number(one[257])
                need(p.pid in section.processes, f'pid {p.pid} without its block')
                # another process than the opener can use its socket
                need(section.connections[p.connection][0] == p.pid or
                     f' opener={section.connections[p.connection][0]} ' in p.own[0],
                     'the connection is another\'s')
                need(struct.unpack(order + 'II', one[8]) == (p.pid, 0), 'option 8 differs')
                pid, name = section.darwin[number(one[32769])]
                need(pid == p.pid, 'Apple\'s block is another process\'s')
                need(f'comm={name} ' in p.own[0] + ' ', f'Apple\'s name {name}, comment {p.own[0]}')
                need(p.own[0].startswith(f'pid={p.pid} '), 'the comment is another process\'s')
            if 2 in one:
                p.flags = number(one[2]) & 3
            packets.append(p)
    return packets, sections


class Frame:
    """The IP and transport header of an Ethernet frame; known: it is TCP or UDP."""
    def __init__(self, frame):
        ip, self.known = frame[14:], False
        if len(ip) < 40:
            return
        if ip[0] >> 4 == 4:
            at, proto, total = ip[0] % 16 * 4, ip[9], int.from_bytes(ip[2:4], 'big')
        else:
            at, proto, total = 40, ip[6], 40 + int.from_bytes(ip[4:6], 'big')
        if proto not in (6, 17) or len(ip) < at + (20 if proto == 6 else 8):
            return
        self.known, self.proto = True, proto
        self.source, self.target = (int.from_bytes(ip[at + n:at + n + 2], 'big') for n in (0, 2))
        self.flags = ip[at + 13] if proto == 6 else 0
        self.seq = int.from_bytes(ip[at + 4:at + 8], 'big') if proto == 6 else None
        self.data = total - at - (ip[at + 12] // 16 * 4 if proto == 6 else 8)   # bytes
        self.has_data = proto == 17 or self.data > 0


def said(p):
    """(sender, receiver, why) by the comments."""
    sender = receiver = why = None
    for c in p.own:
        words = dict(w.split('=', 1) for w in c.split(' ') if '=' in w)
        if words['pid'] == '-':
            why = words['why']
        elif words['dir'] == 'out':
            sender = int(words['pid'])
        else:
            receiver = int(words['pid'])
    return sender, receiver, why
