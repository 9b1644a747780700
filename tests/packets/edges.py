#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""aunetlog annotate where a wrong process, a lost packet or a lost log would be easy: ends that
are used again, formats of captures, outputs, signals. Usage: edges.py AUNETLOG"""
import os
import signal
import struct
import subprocess
import sys
import time

sys.dont_write_bytecode = True
import files  # noqa: E402
import read  # noqa: E402
from verdicts import finish, path, verdict  # noqa: E402
from world import ACK, FIN, HOST, SYN, T0, WEB, World, end, ip4, tcp, udp  # noqa: E402

tool = os.path.abspath(sys.argv[1])
# a job in the background has it ignored
signal.signal(signal.SIGINT, signal.default_int_handler)
os.environ['TZ'] = 'UTC'
DAY = 86400


def run(*words, **more):
    return subprocess.run([tool, *words], capture_output=True, timeout=60, **more)


def out_packet(at, flags, seq, data=b''):
    return at, ip4(HOST, WEB, 6, tcp(43210, 443, flags, seq, data))


def said(lines, packets):
    """(sender, receiver, reason) of each packet."""
    files.write_log(path('log'), sorted(lines))
    files.write_pcap(path('in'), packets, 101)
    done = run('annotate', path('in'), '-if', path('log'), '--write', path('out'))
    if done.returncode == 2:
        return done.stderr.decode()
    return [read.said(p) for p in read.read(path('out'))[0]]


def expect(name, got, want):
    verdict(name, '' if got == want else f'{got}\nin place of\n{want}')


def one_connection(stop=10, at=T0, **more):
    w = World()
    w.connection(at, at + stop if stop else None, 'TCP', end(HOST, 43210), '->', end(WEB, 443), 2304, 'curl', **more)
    return w


def test_log_that_ended():
    """A day later another process uses the ends, which the log has as open."""
    w = one_connection(None)
    first = [out_packet(T0 - .001, SYN, 5), out_packet(T0 + 5, ACK, 6)]
    later = [out_packet(T0 + DAY, SYN, 777), out_packet(T0 + DAY + .1, ACK, 778)]
    unknown = [(None, None, 'log-ended')] * 2
    expect('a SYN of this host ends the connection that the log has as open', said(w.lines, first + later),
           [(2304, None, None)] * 2 + unknown)
    expect('a SYN begins no connection that began a day before', said(w.lines, later), unknown)
    w.connection(T0 + DAY + .004, T0 + DAY + 1, 'TCP', end(HOST, 43210), '->', end(WEB, 443), 2400, 'wget')
    expect('and the next one in the log is found', said(w.lines, first + later),
           [(2304, None, None)] * 2 + [(2400, None, None)] * 2)


def test_namespaces():
    """Two namespaces have the same ends at once, and both SYNs are in the capture."""
    w = World()
    for n, ns in enumerate((4026531840, 4026532000)):
        w.connection(T0 + n * .3, T0 + 1, 'TCP', end(HOST, 43210), '->', end(WEB, 443), 100 + n, 'curl',
                     via=f' netns={ns}')
    packets = [out_packet(T0 - .001, SYN, 5), out_packet(T0 + .1, ACK, 6), out_packet(T0 + .299, SYN, 99),
               out_packet(T0 + .5, ACK, 100)]
    expect('the same ends in two namespaces at once', said(w.lines, packets),
           [(100, None, None)] * 2 + [(None, None, 'ambiguous')] * 2)


def test_bound():
    """Another process has the port bound after a connected socket was closed."""
    w = World()
    w.listen(T0, None, 'UDP', '0.0.0.0:5353', 501, 'named')
    w.connection(T0 + 1, T0 + 2, 'UDP', end(HOST, 5353), '->', end(WEB, 77), 600, 'dig')
    packets = [(T0 + at, ip4(HOST, WEB, 17, udp(5353, 77))) for at in (.5, 1.5, 2.5, 30)]
    expect('a log that ends with a socket bound', said(w.lines, packets),
           [(501, None, None), (600, None, None)] + [(None, None, 'log-ended')] * 2)
    w.line(T0 + 60, 'netlog stop')
    expect('a datagram after the end of its connection belongs to the bound socket', said(w.lines, packets),
           [(pid, None, None) for pid in (501, 600, 501, 501)])


def test_no_syn():
    """The ends are used again, and the second SYN is missing in the capture."""
    w = one_connection()
    w.connection(T0 + 10.05, T0 + 20, 'TCP', end(HOST, 43210), '->', end(WEB, 443), 2400, 'wget')
    packets = [(T0 + at, ip4(HOST, WEB, 6, tcp(43210, 443, flags, seq, b'', ack)))
               for at, flags, seq, ack in ((-.001, SYN, 5, 0), (.1, ACK, 6, 900), (10.001, ACK | FIN, 6, 900),
                                           (10.04, ACK, 9 << 20, 9 << 24), (10.041, ACK, 9 << 20, 9 << 24),
                                           (10.1, ACK, 9 << 20, 9 << 24))]
    expect('ends used again, no second SYN', said(w.lines, packets),
           [(2304, None, None)] * 3 + [(2400, None, None)] * 3)
    packets[4] = (T0 + 10.041, ip4(HOST, WEB, 6, tcp(43210, 443, ACK, 7, b'', 900)))
    expect('the end of the first one after the packets of the second', said(w.lines, packets[:3] + packets[4:]),
           [(2304, None, None)] * 4 + [(2400, None, None)])

    w = one_connection()
    w.line(T0 + 60, 'netlog stop')
    other = [(T0 + at, ip4(HOST, WEB, 6, tcp(43210, 443, ACK, 9 << 20, b'', 9 << 24))) for at in (5, 20)]
    expect('packets are missing in an open connection', said(w.lines, packets[:2] + other[:1]), [(2304, None, None)] * 3)
    expect('another stream after the end', said(w.lines, packets[:2] + other[1:]),
           [(2304, None, None)] * 2 + [(None, None, 'ambiguous')])

    w = World()
    for at, pid in ((0, 500), (30, 501)):
        w.connection(T0 + at, T0 + at + 10, 'TCP', end(HOST, 22), '<-', end(WEB, 5000), pid, 'sshd')
    packets = [(T0 + at, ip4(WEB, HOST, 6, tcp(5000, 22, flags, seq, b'', ack)))
               for at, flags, seq, ack in ((-.001, SYN, 5, 0), (.1, ACK, 6, 900), (10.1, ACK, 9 << 20, 900),
                                           (10.2, ACK, 6, 900), (10.3, ACK, 9 << 20, 9 << 24), (31, ACK, 9 << 20, 9 << 24))]
    expect('accepted 20 seconds after its packets, no second SYN', said(w.lines, packets),
           [(None, 500, None)] * 2 + [(None, None, 'ambiguous'), (None, 500, None)] + [(None, 501, None)] * 2)


def test_log_end():
    """After the log's last line a connection may end, and its ends be used again."""
    w = one_connection(None)
    w.line(T0 + 5, 'netlog stop')
    syn = out_packet(T0 - .001, SYN, 5)
    later = [(T0 + DAY + n, ip4(HOST, WEB, 6, tcp(43210, 443, ACK, 6 + n, b'', 900))) for n in (0, 1)]
    expect('an open connection goes on after the log', said(w.lines, [syn, out_packet(T0 + 4, ACK, 6)] + later),
           [(2304, None, None)] * 4)
    expect('what begins after the log', said(w.lines, later), [(None, None, 'log-ended')] * 2)
    done = run('annotate', path('in'), '-if', path('log'), '--write', path('out'))
    expect('and the time of its last line', b' 2 packets are later than the last line of the log, ' in done.stderr and
           b'06:03:25' in done.stderr, True)
    other = [(T0 + DAY, ip4(HOST, WEB, 6, tcp(43210, 443, ACK, 9 << 20, b'', 9 << 24)))]
    ack = (T0 + 4, ip4(HOST, WEB, 6, tcp(43210, 443, ACK, 6, b'', 900)))
    expect('another stream between the ends of an open one', said(w.lines, [syn, ack] + other),
           [(2304, None, None)] * 2 + [(None, None, 'log-ended')])
    expect('before the last line', said(w.lines, [out_packet(T0 + 4, ACK, 6)]), [(2304, None, None)])


def test_two_logs():
    """The log of one host ends before that of another one."""
    w = one_connection(None, via=' node=web1')
    w.connection(T0 + 50, T0 + 51, 'TCP', end('10.0.0.6', 1), '->', end(WEB, 443), 7, 'x', via=' node=api2')
    expect('the log of its host has ended', said(w.lines, [out_packet(T0 + 40, ACK, 6)]), [(None, None, 'log-ended')])


def test_log_begin():
    w = one_connection(at=T0 + 60)
    w.connection(T0 + 80, T0 + 90, 'TCP', end(HOST, 5001), '->', end(WEB, 5002), 77, 'old', via=' via=snapshot')
    at = [(T0 + t, ip4(HOST, WEB, 6, tcp(43211, 443, ACK))) for t in (-1, 30)]
    old = [(T0 + t, ip4(HOST, WEB, 6, tcp(5001, 5002, ACK))) for t in (-1, 30)]
    expect('before the first connection of the log', said(w.lines, at + old),
           [(None, None, 'before-log')] * 4)
    w.line(T0, 'netlog start v1')
    expect('before the first connection, after the first line', said(w.lines, at + old),
           [(None, None, 'before-log'), (None, None, 'not-logged'), (None, None, 'before-log'), (77, None, None)])


def test_no_netns():
    """Lines without netns= may be of any namespace."""
    w = World()
    for pid in (501, 502):
        w.listen(T0, T0 + 9, 'UDP', '0.0.0.0:53', pid, 'named')
    datagram = [(T0 + 5, ip4(WEB, HOST, 17, udp(77, 53)))]
    w.connection(T0, T0 + 20, 'TCP', end(HOST, 1), '->', end(WEB, 443), 7, 'x')
    expect('two sockets bound to one port', said(w.lines, datagram), [(None, None, 'ambiguous')])

    w = World()
    for n in (0, 1):
        w.connection(T0 + n, T0 + 9 + n, 'TCP', end(HOST, 43210), '->', end(WEB, 443), 100 + n, 'curl')
    expect('two connections at once between the same ends', said(w.lines, [out_packet(T0 + 5, ACK, 6)]),
           [(None, None, 'ambiguous')])

    w = World()
    for n in (0, 1):
        w.connection(T0 + n, T0 + 9 + n, 'TCP', f'{HOST}:-', '<-', end(WEB, 5000), 100 + n, 'sshd')
    expect('two local ports that the log lacks', said(w.lines, [(T0 + 5, ip4(WEB, HOST, 6, tcp(5000, 22, ACK)))]),
           [(None, None, 'ambiguous')])

    w = World()
    w.connection(T0, T0 + 9, 'TCP', end(HOST, 1), '->', end(WEB, 443), 7, 'x', via=' netns=4026531840')
    w.line(T0, 'listen start UDP 0.0.0.0:53 502 502 0 named exe=/named netns=4026532000 id=6fb9d1c3-1.1')
    expect('a socket on every address of another namespace', said(w.lines, datagram), [(None, None, 'not-logged')])

    w = World()
    for pid, via in ((1, ' netns=4026531840'), (2, ' netns=4026532000'), (3, '')):
        w.connection(T0, T0 + 9, 'TCP', end('127.0.0.1', 40000 + pid), '->', end('127.0.0.1', 80), pid, 'curl', via=via)
    packets = [(T0 + 5, ip4('127.0.0.1', '127.0.0.1', 6, tcp(40000 + pid, 80, ACK))) for pid in (1, 2, 3)]
    expect('loopback of which namespace', said(w.lines, packets), [(pid, None, None) for pid in (1, 2, 3)])
    expect('the unknown one is marked', [' netns=- ' in p.own[0] for p in read.read(path('out'))[0]], [False, False, True])
    w.listen(T0, T0 + 9, 'UDP', '0.0.0.0:53', 501, 'named')
    w.listen(T0, T0 + 9, 'UDP', end(HOST, 54), 502, 'named')
    expect('a socket on every address of which namespace', said(w.lines, datagram + [(T0 + 5, ip4(WEB, HOST, 17, udp(77, 54)))]),
           [(None, None, 'ambiguous'), (None, 502, None)])

    w = World()
    w.connection(T0, T0 + 9, 'TCP', '-:43210', '->', end(WEB, 443), 2304, 'curl')
    packet = [out_packet(T0 + 5, ACK, 6)]
    expect('a local port, but no address', said(w.lines, packet), [(None, None, 'port-unknown')])
    w.connection(T0, T0 + 9, 'TCP', end(HOST, 1), '->', end(WEB, 443), 7, 'x')
    expect('a local port and an address of this host', said(w.lines, packet), [(2304, None, None)])


def test_after_2038():
    at = 2**31 + 1000.
    for order, nano in (('<', False), ('>', True)):
        files.write_log(path('log'), one_connection(at=at).lines)
        files.write_pcap(path('in'), [out_packet(at + 1, ACK, 6)], 101, order, nano)
        run('annotate', path('in'), '-if', path('log'), '--write', path('out'))
        packets, _ = read.read(path('out'))
        expect(f'classic pcap after 2038, {order}', [read.said(p) for p in packets], [(2304, None, None)])


def test_link_types():
    """The number in the file, of which libpcap makes another one; since 1.10.5 it refuses the last itself."""
    for link, want in ((100, 100), (106, 106), (12, 101), (228, 228), (1 | 1 << 28, 1), (65537, None)):
        files.write_pcap(path('in'), [out_packet(T0, ACK, 6)], link)
        done = run('annotate', path('in'), '-if', path('log'), '--write', path('out'))
        with open(path('out'), 'rb') as f:
            got = [struct.unpack_from(order + 'H', body)[0] for kind, body, order, _ in read.blocks(f.read())
                   if kind == 1]
        if got != ([want] if want else []) or (not want and b'link' not in done.stderr):
            return f'{link}: {got} {done.stderr.decode()}'
    return ''


def test_snaplen():
    """No packet is longer than that, whatever block it has."""
    raw = out_packet(T0 + 1, ACK, 6, b'secret' * 50)[1]
    f = files.Pcapng()
    f.section()
    f.interface(101)
    f.packet(T0 + 1, raw)
    f.packet(T0 + 1, raw, f.option(258, struct.pack('<I', 9)) + f.option(257, struct.pack('<I', 9)))
    f.block(3, struct.pack('<I', len(raw)) + files.pad(raw))
    units = f.units(T0 + 1)
    f.block(2, struct.pack('<HHIIII', 0, 0, units >> 32, units & 0xffffffff, len(raw), len(raw)) + files.pad(raw))
    f.packet(T0 + 1, raw, b'\1\0\xff\xffabcd')     # options that are broken
    files.write_log(path('log'), one_connection().lines)
    with open(path('in'), 'wb') as whole:
        whole.write(f.out)
    run('annotate', path('in'), '-if', path('log'), '--write', path('out'), '--snaplen', '41')
    with open(path('out'), 'rb') as out:
        copy = out.read()
    blocks = [(kind, body) for kind, body, _, _ in read.blocks(copy)]
    snaplen = [struct.unpack_from('<I', body, 4)[0] for kind, body in blocks if kind == 1]
    count = sum(kind in (2, 3, 6) for kind, _ in blocks)
    return '' if b'secret' not in copy and snaplen == [41] and count == 5 else f'{copy.count(b"secret")} {snaplen} {count}'


def test_again():
    """Processes are added to a file that has some: the old ones stay, for each kind of reader."""
    w = one_connection()
    w.connection(T0, T0 + 10, 'TCP', end(HOST, 43211), '->', end(WEB, 443), 2400, 'wget')
    f = files.Pcapng()
    f.section()
    f.interface(101)
    said(w.lines, [out_packet(T0 + 1, ACK, 6)])
    with open(path('out'), 'rb') as out:
        first = out.read()
    blocks = []
    at = 0
    while at < len(first):
        size = struct.unpack_from('<I', first, at + 4)[0]
        blocks.append(first[at:at + size])
        at += size
    f.packet(T0 + .5, ip4(HOST, WEB, 6, tcp(43211, 443, ACK, 9)))
    other = f.out[-struct.unpack('<I', f.out[-4:])[0]:]
    # its times are microseconds; those of the interface here nanoseconds
    units = round((T0 + .5) * 10**9)
    other = other[:12] + struct.pack('<II', units >> 32, units & 0xffffffff) + other[20:]
    with open(path('in'), 'wb') as again:
        again.write(b''.join(blocks[:2]) + other + b''.join(blocks[2:]))
    run('annotate', path('in'), '-if', path('log'), '--write', path('out'))
    with open(path('out'), 'rb') as out:
        copy = out.read()
    pids, seen, numbers = [], [], []
    for kind, body, order, _ in read.blocks(copy):
        if kind == 0x80000001:
            pids.append(struct.unpack_from('<I', body)[0])
        elif kind == 6:
            size = (struct.unpack_from('<I', body, 12)[0] + 3) // 4 * 4
            found = dict(read.options(body[20 + size:], order))
            number = {code: struct.unpack_from('<I', found[code])[0] for code in (257, 258, 32769)}
            numbers.append(number[257])
            seen.append((number[258], pids[number[32769]]))
    return '' if seen == [(2400, 2400), (2304, 2304)] and len(set(numbers)) == 2 else f'{seen} {numbers}'


def test_log_is_kept():
    files.write_log(path('log'), one_connection().lines)
    files.write_pcap(path('in'), [out_packet(T0 + 1, ACK, 6)], 101)
    with open(path('log'), 'rb') as f:
        before = f.read()
    for words in (('annotate', path('in'), '-if', path('log'), '--write', path('log')),
                  ('--pair', '-if', path('log'), '--html', path('log')),
                  ('--pair', '-if', 'web1=' + path('log'), '--html', path('log')),
                  ('-if', path('log'), '--html', path('log'))):
        done = run(*words, stdin=subprocess.DEVNULL)
        with open(path('log'), 'rb') as f:
            if f.read() != before:
                return f'{words}: the log was overwritten'
        if done.returncode != 2 or b'is a log' not in done.stderr:
            return f'{words}: {done.returncode} {done.stderr.decode()}'
    return ''


def test_log_on_stdin():
    with open(path('log'), 'rb') as f:
        done = run('annotate', path('in'), '-if', '-', '--write', path('out'), stdin=f)
    return '' if b' 1 with a process' in done.stderr else done.stderr.decode()


def test_signals():
    """The packets that wait for the log are written before the end."""
    now = time.time()
    files.write_log(path('live'), one_connection(None, at=now - 3).lines)
    files.write_pcap(path('in'), [out_packet(now + n * .001, ACK, 6 + n) for n in range(50)], 101)
    with open(path('in'), 'rb') as f:
        raw = f.read()
    for number in (signal.SIGINT, signal.SIGTERM):
        os.unlink(path('out'))
        p = subprocess.Popen([tool, 'annotate', '-', '-if', path('live'), '--write', path('out'), '--wait', '1'],
                             stdin=subprocess.PIPE, stderr=subprocess.PIPE)
        p.stdin.write(raw)
        p.stdin.flush()
        deadline = time.time() + 20
        while time.time() < deadline and not (os.path.exists(path('out')) and os.path.getsize(path('out'))):
            time.sleep(.02)
        p.send_signal(number)
        try:
            p.wait(timeout=20)
        except subprocess.TimeoutExpired:
            p.kill()
            return f'{number}: it does not end'
        count = len(read.read(path('out'))[0])
        p.stdin.close()
        if p.returncode or count != 50:
            return f'{number}: exit status {p.returncode}, {count} packets: {p.stderr.read().decode()}'
    return ''


def checked(name, test):
    try:
        verdict(name, test())
    except (read.Bad, KeyError, IndexError, struct.error, OSError) as e:
        verdict(name, repr(e))


test_log_that_ended()
test_namespaces()
test_bound()
test_no_syn()
test_log_end()
test_two_logs()
test_log_begin()
test_no_netns()
test_after_2038()
checked('link types of classic pcap', test_link_types)
checked('--snaplen, in each kind of packet block', test_snaplen)
checked('a file that has processes gets more', test_again)
checked('an output does not overwrite a log', test_log_is_kept)
checked('the log on standard input', test_log_on_stdin)
checked('SIGINT and SIGTERM, with a pipe', test_signals)
finish()
