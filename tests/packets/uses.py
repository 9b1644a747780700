#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""aunetlog annotate with logs that say who uses a socket ("connect use"): forking servers,
passed descriptors. The truth of a packet is the process that wrote or read its bytes.
Usage: uses.py AUNETLOG"""
import os
import subprocess
import sys

sys.dont_write_bytecode = True
import files  # noqa: E402
import read  # noqa: E402
from verdicts import finish, path, verdict  # noqa: E402
from world import ACK, FIN, HOST, RST, SYN, WEB, World, T0, end, ip4, tcp, udp  # noqa: E402

tool = os.path.abspath(sys.argv[1])
os.environ['TZ'] = 'UTC'


class Uses(World):
    def use(self, at, id_, local, arrow, remote, pid, opener, comm, places=None, proto='TCP'):
        places = f' sent={places[0]} read={places[1]}' if places else ''
        kind, ends = ('connect', f'{local} {arrow} {remote}') if remote else ('listen', local)
        opener = f' opener={opener}' if opener != pid else ''
        self.line(at, f'{kind} use {proto} {ends} {pid} {pid} 0 {comm} exe=/usr/bin/{comm} auid=1000{opener}'
                      f'{places} id={id_}')


class Talk:
    """One connection, seen from host:port (the log's local end)."""
    def __init__(self, w, at, port, peer_port, inbound, start=1000, peer_start=500000):
        self.w, self.at, self.port, self.peer, self.inbound = w, at, port, peer_port, inbound
        self.first, self.peer_first = (start + 1) % 2**32, (peer_start + 1) % 2**32
        self.sent = self.got = 0

    def raw(self, out, flags, at, seq, ack, data=b''):
        seq, ack = seq % 2**32, ack % 2**32
        if out:
            return ip4(HOST, WEB, 6, tcp(self.port, self.peer, flags, seq, data, ack))
        return ip4(WEB, HOST, 6, tcp(self.peer, self.port, flags, seq, data, ack))

    def add(self, after, raw, out, who, why=None):
        self.w.packet(self.at + after, raw, who if out else None, None if out else who, why)

    def shake(self, opener):
        first, second = (True, False) if not self.inbound else (False, True)
        begin = {True: self.first, False: self.peer_first}
        self.add(0, self.raw(first, SYN, 0, begin[first] - 1, 0), first, opener)
        self.add(.001, self.raw(second, SYN | ACK, 0, begin[second] - 1, begin[first]), second, opener)
        self.add(.002, self.raw(first, ACK, 0, begin[first], begin[second]), first, opener)

    def out(self, after, n, who, why=None, flags=ACK, back=0):
        """n bytes from us; back: repeated from that many bytes before."""
        at = self.sent - back
        self.add(after, self.raw(True, flags, 0, self.first + at, self.peer_first + self.got, b'o' * n),
                 True, who, why)
        self.sent = max(self.sent, at + n)

    def into(self, after, n, who, why=None, flags=ACK):
        self.add(after, self.raw(False, flags, 0, self.peer_first + self.got, self.first + self.sent, b'i' * n),
                 False, who, why)
        self.got += n


def prefork(w, at, port, **places):
    """800 accepts, 801 reads the request and answers, 802 goes on, 800 ends it."""
    t = Talk(w, at, 80, port, True, **places)
    id_ = w.connection(at + .004, at + 5, 'TCP', end(HOST, 80), '<-', end(WEB, port), 800, 'httpd')

    def use(after, pid, *places):
        w.use(at + after, id_, end(HOST, 80), '<-', end(WEB, port), pid, 800, 'httpd', places)
    t.shake(800)
    # the request waits for half a second: it is the child's that reads it
    t.into(.01, 100, 801)
    t.out(.011, 0, 801)                 # the kernel's ACK of it
    use(.5, 801, 0, 0)
    t.out(.4995, 300, 801)              # sent within the call whose line comes after it
    t.into(.52, 0, 801)
    t.into(.6, 50, 801)
    t.into(.61, 50, 802)
    use(.7, 802, 300, 150)
    t.out(.8, 200, 802)
    t.out(.9, 300, 801, back=500)       # repeated: still the first child's bytes
    t.out(.901, 400, None, 'user-unknown', back=400)    # of both
    t.into(1, 0, 802)
    use(2, 800, 500, 200)
    t.out(2, 10, 800)
    t.out(2.1, 0, 800, flags=FIN | ACK)
    t.into(2.2, 0, 800, flags=FIN | ACK)
    t.out(2.3, 0, 800)


def passed(w, at, port):
    """900 connects, writes 70,000 bytes and passes the descriptor to 901, which writes at once:
    the first one's bytes are still on their way."""
    t = Talk(w, at, port, 443, False)
    id_ = w.connection(at + .004, at + 9, 'TCP', end(HOST, port), '->', end(WEB, 443), 900, 'giver')
    t.shake(900)
    w.use(at + .02, id_, end(HOST, port), '->', end(WEB, 443), 901, 900, 'taker', (70000, 0))
    for n in range(10):
        t.out(.03 + n * .05, 7000, 900)
    t.out(.6, 1000, 901)
    t.into(.7, 40, 901)
    t.into(.8, 0, 901, flags=RST)
    return id_


def long_stream(w, at, port):
    """More bytes than sequence numbers."""
    t = Talk(w, at, port, 873, False)
    id_ = w.connection(at + .004, at + 9, 'TCP', end(HOST, port), '->', end(WEB, 873), 930, 'rsync')
    t.shake(930)
    for n, pid in enumerate((930, 930, 930, 930, 931, 931)):
        t.sent = n * 1250000000
        t.out(.1 + n, 100, pid)
    w.use(at + 4, id_, end(HOST, port), '->', end(WEB, 873), 931, 930, 'rsync', (5000000000, 0))


def unseen_syn(w, at, port):
    """Without a SYN in the capture time decides, where it can."""
    t = Talk(w, at, 22, port, True)
    id_ = w.connection(at, at + 9, 'TCP', end(HOST, 22), '<-', end(WEB, port), 3755, 'sshd')
    w.use(at + 1, id_, end(HOST, 22), '<-', end(WEB, port), 3760, 3755, 'sshd', (50, 60))
    w.use(at + 5, id_, end(HOST, 22), '<-', end(WEB, port), 3761, 3755, 'sshd', (90, 99))
    t.out(2, 10, None, 'user-unknown')
    t.into(3, 10, None, 'user-unknown')
    t.out(7, 10, None, 'user-unknown')


def datagrams(w, at):
    """501 binds the port; 502 and 503 send and receive in turn."""
    w.listen(at, None, 'UDP', '0.0.0.0:5300', 501, 'named')
    id_ = f'6fb9d1c3-{w.serial:x}.1'
    for after, pid in ((1, 502), (2, 503), (3, 502)):
        w.use(at + after, id_, '0.0.0.0:5300', None, None, pid, 501, 'named', proto='UDP')

    def out(after, who, why=None):
        w.packet(at + after, ip4(HOST, WEB, 17, udp(5300, 4000)), who, None, why)

    def into(after, who, why=None):
        w.packet(at + after, ip4(WEB, HOST, 17, udp(4000, 5300)), None, who, why)
    out(.5, 501)
    into(.9, None, 'user-unknown')      # 501 or 502 reads it
    out(1.5, 502)
    out(1.995, None, 'user-unknown')    # within the clock's tolerance
    out(2.5, 503)
    into(2.6, None, 'user-unknown')
    into(3.5, 502)
    out(3.6, 502)


def same_port_later(w, at, port):
    """The next connection between the same ends starts fresh, with its own opener."""
    for n, pid in ((0, 910), (20, 911)):
        t = Talk(w, at + n, port, 25, False, start=4000 * (n + 1))
        id_ = w.connection(at + n + .004, at + n + 3, 'TCP', end(HOST, port), '->', end(WEB, 25), pid, 'mta')
        w.use(at + n + 1, id_, end(HOST, port), '->', end(WEB, 25), pid + 20, pid, 'child', (10, 0))
        t.shake(pid)
        t.out(.5, 10, pid)
        t.out(.99, 10, pid + 20)


def unknown_opener(w, at, port):
    """The log begins after the start: only the use is in it."""
    w.serial += 1
    t = Talk(w, at, port, 26, False)
    w.use(at + 1, f'6fb9d1c3-{w.serial:x}.1', end(HOST, port), '->', end(WEB, 26), 921, 920, 'late', (10, 0))
    t.shake(None)
    for i in range(3):
        at_, raw, _, tag = w.packets[-3 + i]
        w.packets[-3 + i] = (at_, raw, (None, None, 'process-unknown'), tag)
    t.out(.5, 10, None, 'process-unknown')
    t.out(1.5, 10, 921)


def world():
    w = Uses()
    w.line(T0 - 1, f'listen start TCP 0.0.0.0:80 800 800 0 httpd exe=/usr/bin/httpd auid=unset id=6fb9d1c3-1.1')
    prefork(w, T0, 40001)
    # both streams pass 2^32
    prefork(w, T0 + 10, 40002, start=2**32 - 200, peer_start=2**32 - 120)
    passed(w, T0 + 20, 41001)
    long_stream(w, T0 + 70, 45001)
    unseen_syn(w, T0 + 30, 42001)
    datagrams(w, T0 + 40)
    same_port_later(w, T0 + 50, 43001)
    unknown_opener(w, T0 + 90, 44001)
    w.packets.sort(key=lambda p: p[0])
    w.lines.sort(key=lambda p: p[0])
    return w


def run(w, *words):
    f = files.Pcapng()
    f.section()
    f.interface(files.ETHERNET)
    for at, raw, _, _ in w.packets:
        f.packet(at, files.frame(files.ETHERNET, raw))
    with open(path('in'), 'wb') as out:
        out.write(f.out)
    files.write_log(path('log'), w.lines)
    return subprocess.run([tool, 'annotate', path('in'), '-if', path('log'), *words], capture_output=True,
                          timeout=60)


def test_users():
    w = world()
    done = run(w, '--write', path('out'))
    packets, _ = read.read(path('out'))
    wrong = [f'packet {i + 1}, {truth[0] - T0:.4f}: {read.said(p)}, not {truth[2]}'
             for i, (p, truth) in enumerate(zip(packets, w.packets)) if read.said(p) != truth[2]]
    if len(packets) != len(w.packets):
        wrong.append(f'{len(packets)} packets of {len(w.packets)}: {done.stderr.decode()}')
    return '\n'.join(wrong)


def test_comment():
    """The opener is added if the user is another process."""
    w = world()
    run(w, '--write', path('out'))
    texts = {p.own[0] for p in read.read(path('out'))[0]}
    for want in ('pid=801 comm=httpd uid=0 auid=1000 exe=/usr/bin/httpd opener=800 dir=out',
                 'pid=- why=user-unknown opener=800'):
        if want not in texts:
            return want + '\n' + '\n'.join(sorted(texts))
    return ''


def test_condition():
    w = world()
    run(w, '--write', path('out'), '--comm', 'taker')
    said = {read.said(p)[:2] for p in read.read(path('out'))[0]}
    return '' if said == {(None, None), (901, None), (None, 901)} else said


def test_text():
    lines = run(world(), '--text').stdout.decode()
    return '' if ' 901 TCPv4 10.0.0.5:41001 -> 192.0.2.7:443' in lines and \
        ' 900 TCPv4 10.0.0.5:41001 -> 192.0.2.7:443' in lines else lines[:1000]


verdict('a packet has the process that wrote or read its bytes', test_users())
verdict('the comment names the opener, too', test_comment())
verdict('conditions hold for the user', test_condition())
verdict('--text has the user', test_text())
finish()
