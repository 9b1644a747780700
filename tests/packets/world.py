# SPDX-License-Identifier: GPL-2.0-or-later
"""Made-up traffic whose owners are known: packets, the log that goes with them, and for each
packet the truth: the pids of sender and receiver, or the reason why there is none."""
import socket
import struct

T0 = 1795241000.0           # 2026-11-21 06:03:20 UTC
HOST, HOST6 = '10.0.0.5', '2001:db8::5'
WEB, WEB6, DNS = '192.0.2.7', '2001:db8:1::7', '192.0.2.53'
LO = '127.0.0.1'


def address(text):
    return socket.inet_pton(socket.AF_INET6 if ':' in text else socket.AF_INET, text)


def tcp(sport, dport, flags, seq=1, data=b'', ack=0):
    return struct.pack('>HHIIBBHHH', sport, dport, seq, ack, 5 << 4, flags, 64240, 0, 0) + data


def udp(sport, dport, data=b'x'):
    return struct.pack('>HHHH', sport, dport, 8 + len(data), 0) + data


def ip4(src, dst, proto, payload, ident=1, place=0, options=b''):
    head = 20 + len(options)
    return struct.pack('>BBHHHBBH4s4s', 0x40 | head // 4, 0, head + len(payload), ident, place, 64,
                       proto, 0, address(src), address(dst)) + options + payload


def ip6(src, dst, proto, payload, headers=()):
    """headers: (type, bytes whose first one is replaced by what follows)."""
    body, following = payload, proto
    for kind, raw in reversed(headers):
        body, following = bytes([following]) + raw[1:] + body, kind
    return struct.pack('>IHBB', 0x60000000, len(body), following, 64) + address(src) + \
        address(dst) + body


def ip(src, dst, proto, payload):
    return (ip6 if ':' in src else ip4)(src, dst, proto, payload)


SYN, ACK, RST, FIN = 2, 16, 4, 1


class World:
    def __init__(self):
        self.packets = []       # (time, bytes, truth, tags)
        self.lines = []         # (time, text)
        self.serial = 100

    def packet(self, at, raw, sender=None, receiver=None, why=None, tag=b''):
        self.packets.append((at, raw, (sender, receiver, why), tag))

    def line(self, at, text):
        self.lines.append((at, text))

    def connection(self, start, stop, proto, local, arrow, remote, pid, comm, uid=1000,
                   extra='', id_=None, via=''):
        """Lines of a start and a stop; stop None: it stays open."""
        self.serial += 1
        id_ = id_ or f'6fb9d1c3-{self.serial:x}.1'
        who = f'{proto} {local} {arrow} {remote} {pid} {pid} {uid} {comm} exe=/usr/bin/{comm} ' \
              f'auid={uid} ses=3 ppid=1 proctitle=/usr/bin/{comm}\\x20-v'
        if start is not None:
            self.line(start, f'connect start {who}{via} id={id_} ev={start + extra_ev(arrow):.3f}:{self.serial}')
        if stop is not None:
            dur = f' dur={stop - start:.3f}' if start is not None else ''
            self.line(stop, f'connect stop {who}{dur}{extra} id={id_}')
        return id_

    def listen(self, start, stop, proto, local, pid, comm):
        self.serial += 1
        who = f'{proto} {local} {pid} {pid} 0 {comm} exe=/usr/sbin/{comm} auid=unset ses=unset'
        self.line(start, f'listen start {who} id=6fb9d1c3-{self.serial:x}.1')
        if stop:
            self.line(stop, f'listen stop {who} id=6fb9d1c3-{self.serial:x}.1')

    def talk(self, at, a, ap, b, bp, sender, receiver, seq=1, fin=True, rtt=0.004):
        """A TCP connection from a to b, 10 packets; sender is a's process, receiver b's."""
        def out(t, flags, data=b'', s=seq + 1):
            self.packet(t, ip(a, b, 6, tcp(ap, bp, flags, s, data)), sender, receiver)

        def back(t, flags, data=b''):
            self.packet(t, ip(b, a, 6, tcp(bp, ap, flags, seq + 70000, data, seq + 1)), receiver, sender)
        out(at, SYN, s=seq)
        back(at + rtt, SYN | ACK)
        out(at + rtt + .0001, ACK)
        out(at + rtt + .0005, ACK, b'GET / HTTP/1.0\r\n\r\n')
        back(at + 2 * rtt, ACK)
        back(at + 2 * rtt + .001, ACK, b'HTTP/1.0 200 OK\r\n\r\n')
        out(at + 2 * rtt + .0012, ACK)
        if fin:
            out(at + 2 * rtt + .002, FIN | ACK)
            back(at + 3 * rtt, FIN | ACK)
            out(at + 3 * rtt + .0001, ACK)


def extra_ev(arrow):
    return -0.004 if arrow == '->' else 0


def end(addr, port):
    return f'[{addr}]:{port}' if ':' in addr else f'{addr}:{port}'


def world():
    w = World()
    t = T0

    # before the log: nothing of it is known
    w.talk(t - 60, HOST, 40000, WEB, 80, None, None)
    w.packets = [(at, raw, (None, None, 'before-log'), tag) for at, raw, _, tag in w.packets]
    w.listen(t, None, 'TCP', '0.0.0.0:22', 500, 'sshd')
    w.listen(t, None, 'UDP', '0.0.0.0:5300', 501, 'named')

    # one connection, and the kernel's packets after its end; the log has the process's life
    for at, what in ((.9, 'fork'), (.95, 'exec'), (1.012, 'end')):
        comm = 'bash' if what == 'fork' else 'curl'
        # with an exec there is a NUL between arguments
        title = {'fork': '-bash', 'exec': '/usr/bin/curl\\x00-v', 'end': '/usr/bin/curl\\x20-v'}[what]
        w.line(t + at, f'process {what} 2304 2304 1000 {comm} exe=/usr/bin/{comm} auid=1000 ses=3 ppid=1 '
               f'proctitle={title} egid=100')
    w.connection(t + 1.004, t + 1.011, 'TCP', end(HOST, 43210), '->', end(WEB, 443), 2304, 'curl')
    w.talk(t + 1, HOST, 43210, WEB, 443, 2304, None, seq=100)
    w.packet(t + 3, ip4(WEB, HOST, 6, tcp(443, 43210, FIN | ACK, 9)), None, 2304)
    w.packet(t + 3.001, ip4(HOST, WEB, 6, tcp(43210, 443, RST, 9)), 2304, None)

    # the same ends again, two seconds later, another process; then at once, once more
    w.connection(t + 5.004, t + 5.030, 'TCP', end(HOST, 43210), '->', end(WEB, 443), 2400, 'wget')
    w.talk(t + 5, HOST, 43210, WEB, 443, 2400, None, seq=200, fin=False)
    w.packet(t + 5.029, ip4(HOST, WEB, 6, tcp(43210, 443, RST, 300)), 2400, None)
    w.connection(t + 5.035, t + 5.060, 'TCP', end(HOST, 43210), '->', end(WEB, 443), 2500, 'nc')
    w.talk(t + 5.031, HOST, 43210, WEB, 443, 2500, None, seq=900)
    # long after the end
    w.packet(t + 300, ip4(WEB, HOST, 6, tcp(443, 43210, ACK, 9)), why='closed')

    # a SYN that is repeated for seven seconds, then refused
    for n, later in enumerate((0, 1, 3, 7)):
        w.packet(t + 10 + later, ip4(HOST, WEB, 6, tcp(43300, 81, SYN, 4711)), 2600, None)
    w.packet(t + 17.01, ip4(WEB, HOST, 6, tcp(81, 43300, RST | ACK, 0)), None, 2600)
    w.serial += 1
    w.line(t + 17.01, f'connect fail TCP {end(HOST, 43300)} -> {end(WEB, 81)} 1 2600 1000 nc '
           f'exe=/usr/bin/nc auid=1000 errno=ECONNREFUSED id=6fb9d1c3-{w.serial:x}.1 '
           f'ev={t + 10:.3f}:{w.serial}')

    # accepted 20 s after its SYN
    w.connection(t + 40, t + 41, 'TCP', end(HOST, 22), '<-', end(WEB, 50044), 3755, 'sshd', uid=0)
    w.packet(t + 20, ip4(WEB, HOST, 6, tcp(50044, 22, SYN, 77)), None, 3755)
    w.packet(t + 20.001, ip4(HOST, WEB, 6, tcp(22, 50044, SYN | ACK, 78, ack=78)), 3755, None)
    w.packet(t + 20.002, ip4(WEB, HOST, 6, tcp(50044, 22, ACK, 78)), None, 3755)
    w.packet(t + 40.5, ip4(HOST, WEB, 6, tcp(22, 50044, ACK, 78, b'SSH-2.0')), 3755, None)
    # a scan that is never accepted, and one of a closed port
    w.packet(t + 42, ip4(WEB, HOST, 6, tcp(50099, 22, SYN, 5)), why='not-accepted')
    w.packet(t + 42.1, ip4(WEB, HOST, 6, tcp(50099, 23, SYN, 5)), why='not-logged')

    # on one host: both processes are known
    w.connection(t + 50.001, t + 50.013, 'TCP', end(LO, 51000), '->', end(LO, 8080), 2700, 'curl')
    w.connection(t + 50.002, t + 50.014, 'TCP', end(LO, 8080), '<-', end(LO, 51000), 811, 'nginx')
    w.talk(t + 50, LO, 51000, LO, 8080, 2700, 811, seq=4000, rtt=.001)

    # UDP: connected, and a bound socket
    w.connection(t + 60, t + 60.05, 'UDP', end(HOST, 53531), '->', end(DNS, 53), 2800, 'dig')
    w.packet(t + 60.001, ip4(HOST, DNS, 17, udp(53531, 53)), 2800, None)
    w.packet(t + 60.02, ip4(DNS, HOST, 17, udp(53, 53531)), None, 2800)
    w.packet(t + 61, ip4(DNS, HOST, 17, udp(4000, 5300)), None, 501)
    w.packet(t + 61.1, ip4(HOST, DNS, 17, udp(5300, 4000)), 501, None)
    # the port belongs to another process half a minute later
    w.connection(t + 90, t + 90.05, 'UDP', end(HOST, 53531), '->', end(DNS, 53), 2801, 'host')
    w.packet(t + 90.001, ip4(HOST, DNS, 17, udp(53531, 53)), 2801, None)
    w.packet(t + 75, ip4(DNS, HOST, 17, udp(53, 53531)), why='closed')

    # IPv6, extension headers, fragments
    hop = (0, b'\0\0' + b'\1\4\0\0\0\0')
    dst = (60, b'\0\1' + b'\1\x0c' + b'\0' * 12)
    ah = (51, b'\0\4\0\0' + b'\0' * 20)
    w.connection(t + 100.001, t + 100.5, 'UDP', end(HOST6, 6000), '->', end(WEB6, 6001), 2900, 'six')
    w.packet(t + 100.002, ip6(HOST6, WEB6, 17, udp(6000, 6001), (hop, dst)), 2900, None)
    w.packet(t + 100.003, ip6(WEB6, HOST6, 17, udp(6001, 6000), (hop, ah)), None, 2900)
    first = (44, struct.pack('>BBHI', 0, 0, 1, 0x1234))
    later = (44, struct.pack('>BBHI', 0, 0, 24 << 3 | 1, 0x1234))
    last = (44, struct.pack('>BBHI', 0, 0, 48 << 3, 0x1234))
    w.packet(t + 100.01, ip6(HOST6, WEB6, 17, udp(6000, 6001, b'a' * 184), (first,)), 2900, None)
    w.packet(t + 100.011, ip6(HOST6, WEB6, 17, b'b' * 192, (hop, later)), 2900, None)
    w.packet(t + 100.012, ip6(HOST6, WEB6, 17, b'c' * 10, (last,)), 2900, None)
    w.connection(t + 101.001, t + 101.5, 'UDP', end(HOST, 6000), '->', end(WEB, 6001), 2901, 'four')
    w.packet(t + 101.01, ip4(HOST, WEB, 17, udp(6000, 6001, b'a' * 192), 77, 0x2000), 2901, None)
    w.packet(t + 101.011, ip4(HOST, WEB, 17, b'b' * 200, 77, 25), 2901, None)
    w.packet(t + 101.012, ip4(HOST, WEB, 17, b'b' * 200, 78, 25), why='fragment')
    w.packet(t + 101.013, ip4(HOST, WEB, 17, udp(6000, 6001), 79, 0, b'\1' * 8), 2901, None)

    # of no process
    w.packet(t + 110, ip4(WEB, HOST, 1, b'\x08\0\0\0\0\1\0\1'), why='kernel')
    w.packet(t + 110.1, ip4('10.0.0.77', WEB, 6, tcp(1024, 80, SYN)), why='forwarded')
    w.packet(t + 110.2, ip4(HOST, WEB, 6, b'\1\2'), why='cut-short')
    w.packet(t + 110.3, b'\x45', why='cut-short')
    w.packet(t + 110.4, b'\x95' + b'\0' * 40, why='malformed')

    # open before the plugin started
    w.connection(t + 120, t + 130, 'TCP', end(HOST, 44000), '->', end(WEB, 5432), 3000, 'psql',
                 via=' via=snapshot')
    w.packet(t + 115, ip4(HOST, WEB, 6, tcp(44000, 5432, ACK, 1, b'q')), 3000, None)
    w.packet(t + 125, ip4(WEB, HOST, 6, tcp(5432, 44000, ACK, 1, b'r')), None, 3000)
    # a stop without a start; a process that is not known
    w.connection(None, t + 131, 'TCP', end(HOST, 44001), '->', end(WEB, 5432), 3001, 'psql')
    w.packet(t + 130.5, ip4(HOST, WEB, 6, tcp(44001, 5432, ACK, 1, b'q')), 3001, None)
    w.connection(t + 132, t + 133, 'TCP', end(HOST, 44002), '->', end(WEB, 5432), '-', '-', uid='-')
    w.packet(t + 132.5, ip4(HOST, WEB, 6, tcp(44002, 5432, ACK, 1, b'q')), why='process-unknown')

    # two processes, one port, no SYN in the capture and a clock that is too coarse
    w.connection(t + 140, t + 140.100, 'TCP', end(HOST, 45000), '->', end(WEB, 99), 3100, 'a')
    w.connection(t + 140.105, t + 140.2, 'TCP', end(HOST, 45000), '->', end(WEB, 99), 3101, 'b')
    w.packet(t + 140.05, ip4(HOST, WEB, 6, tcp(45000, 99, ACK)), 3100, None)
    # packets are missing before it
    w.packet(t + 140.103, ip4(HOST, WEB, 6, tcp(45000, 99, ACK, 500000)), why='ambiguous')
    w.packet(t + 140.150, ip4(HOST, WEB, 6, tcp(45000, 99, ACK)), 3101, None)

    # the next one's SYN was not captured, its answer was
    for start, pid in ((160, 3300), (160.020, 3301)):
        w.connection(t + start, t + start + .018, 'TCP', end(HOST, 45100), '->', end(WEB, 97), pid, 'd')
    w.packet(t + 159.999, ip4(HOST, WEB, 6, tcp(45100, 97, SYN, 7000)), 3300, None)
    w.packet(t + 160.010, ip4(HOST, WEB, 6, tcp(45100, 97, ACK, 7001)), 3300, None)
    w.packet(t + 160.0195, ip4(WEB, HOST, 6, tcp(97, 45100, SYN | ACK, 1, ack=9001)), None, 3301)
    w.packet(t + 160.0196, ip4(HOST, WEB, 6, tcp(45100, 97, ACK, 9001)), 3301, None)

    # rules alone: the log lacks the local end
    w.connection(t + 150, t + 151, 'TCP', '-', '->', end(WEB, 98), 3200, 'rules')
    w.packet(t + 150.5, ip4(HOST, WEB, 6, tcp(45001, 98, ACK)), why='port-unknown')
    w.connection(t + 152, t + 153, 'TCP', f'{HOST}:-', '<-', end(WEB, 50101), 3201, 'rules')
    w.packet(t + 152.5, ip4(WEB, HOST, 6, tcp(50101, 21, ACK)), None, 3201)

    w.packets.sort(key=lambda p: p[0])
    w.lines.sort(key=lambda p: p[0])
    return w
