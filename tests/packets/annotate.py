#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""aunetlog annotate on made-up captures whose truth is known.
Usage: annotate.py AUNETLOG"""
import os
import re
import shutil
import struct
import subprocess
import sys

sys.dont_write_bytecode = True
import files  # noqa: E402
from verdicts import finish, path, verdict  # noqa: E402
import read  # noqa: E402
from world import ACK, HOST, RST, SYN, T0, WEB, World, end, ip4, tcp, world  # noqa: E402

tool = os.path.abspath(sys.argv[1])
os.environ['TZ'] = 'UTC'


def run(*words, **more):
    return subprocess.run([tool, *words], capture_output=True, timeout=60, **more)


def annotate(name, *words, log='log'):
    out = path(name + '.out')
    done = run('annotate', path(name), '-if', path(log), '--write', out, *words)
    return out, done


def differences(packets, truths):
    if len(packets) != len(truths):
        return f'{len(packets)} packets, not {len(truths)}'
    return '\n'.join(f'packet {i + 1}: {got} in place of {want}'
                     for i, (got, want) in enumerate(zip((read.said(p) for p in packets), truths))
                     if got != want)


def checked(name, test):
    try:
        verdict(name, test())
    except read.Bad as e:
        verdict(name, e)


W = world()
files.write_log(path('log'), W.lines)
TRUTH = [p[2] for p in W.packets]


def write_pcapng(name, link=files.ETHERNET, order='<', unit=6, offset=0, tags=()):
    f = files.Pcapng(order, unit, offset)
    f.section()
    f.interface(link)
    for at, raw, _, _ in W.packets:
        f.packet(at, files.frame(link, raw, order, tags))
    with open(path(name), 'wb') as out:
        out.write(f.out)


def test_kind(name):
    out, done = annotate(name)
    if done.returncode:
        return done.stderr.decode()
    return differences(read.read(out)[0], TRUTH)


def test_kinds():
    pcapng = {
        'little': {}, 'big': {'order': '>'}, 'nanoseconds': {'unit': 9}, 'offset': {'offset': 3600},
        'power-of-two': {'unit': 0x80 | 24}, 'picoseconds, big': {'unit': 12, 'order': '>', 'offset': 1795240000},
        'raw': {'link': files.RAW}, 'sll': {'link': files.SLL}, 'sll2': {'link': files.SLL2},
        'null': {'link': files.NULL}, 'null, big': {'link': files.NULL, 'order': '>'},
        'loop': {'link': files.LOOP}, 'vlan': {'tags': (0x8100,)}, 'qinq': {'tags': (0x88a8, 0x8100)},
    }
    for name, how in pcapng.items():
        write_pcapng(name, **how)
        checked(f'pcapng, {name}: every packet has its process', lambda: test_kind(name))
    for name, order, nano, link in (('micro', '<', False, 1), ('nano', '<', True, 1),
                                    ('swapped', '>', False, 1), ('swapped nano, raw', '>', True, 101)):
        files.write_pcap(path(name), [(p[0], files.frame(link, p[1])) for p in W.packets], link,
                         order, nano)
        checked(f'pcap, {name}: every packet has its process', lambda: test_kind(name))


def foreign():
    """A capture with all that must be copied, and the bytes that must be in the copy."""
    parts, f = [], files.Pcapng()

    def add(kind, body):
        before = len(f.out)
        f.block(kind, body)
        parts.append(f.out[before:])
    f.section(f.option(4, b'dumpcap') + f.option(0x8001, b'own') + b'\0' * 4, length=4000)
    f.interface(files.ETHERNET, f.option(2, b'eth0') + f.option(1, b'first'))
    add(0x0A, struct.pack('<II', 0x544c534b, 6) + b'secret\0\0')
    add(4, struct.pack('<HH', 1, 9) + b'\x7f\0\0\1host\0' + b'\0' * 7)
    add(9, b'__CURSOR=x\n\0')
    add(0xBAD, struct.pack('<I', 32473) + b'abcd')
    add(0x80000001, struct.pack('<I', 77) + f.option(2, b'apple') + b'\0' * 4)
    add(3, struct.pack('<I', 4) + b'abcd')
    add(0x7777, b'')
    own = [f.option(1, b'a comment'), f.option(2988, struct.pack('<I', 32473) + b'x'),
           f.option(4, struct.pack('<Q', 5)), f.option(32770, b'\1\0\0\0'), f.option(4711, b'abc')]
    for n, (at, raw, _, _) in enumerate(W.packets):
        f.packet(at, files.frame(files.ETHERNET, raw), b''.join(own) if n % 2 else b'')
        if n == 20:
            add(0x80000001, struct.pack('<I', 78) + f.option(2, b'late') + b'\0' * 4)
        if n == 30:
            f.packet(at, files.frame(files.ETHERNET, raw),
                     f.option(32769, struct.pack('<I', 1)) + f.option(258, struct.pack('<I', 9)))
            f.packet(at, b'z' * 20, f.option(32769, struct.pack('<I', 1)) +
                     f.option(32771, struct.pack('<I', 0)))
    add(5, struct.pack('<III', 0, 1, 2) + f.option(4, struct.pack('<Q', 99)) + b'\0' * 4)
    return f.out, parts, b''.join(own)


def test_foreign():
    raw, parts, own = foreign()
    with open(path('foreign'), 'wb') as f:
        f.write(raw)
    out, done = annotate('foreign')
    with open(out, 'rb') as f:
        copy = f.read()
    at = 0
    for part in parts:
        at = copy.find(part, at)
        if at < 0:
            return f'not in the copy, or not in its place: {part!r}'
    if copy.count(own) != raw.count(own):
        return 'options of packets were changed'
    if b'dumpcap' not in copy or b'first' not in copy:
        return 'options of the section or the interface are lost'
    return ''


def test_foreign_apple():
    """Packets of the input refer to the same process as before."""
    raw, _, _ = foreign()
    with open(path('apple'), 'wb') as f:
        f.write(raw)
    out, _ = annotate('apple')
    with open(out, 'rb') as f:
        copy = f.read()
    names, seen = [], []
    for kind, body, order, _ in read.blocks(copy):
        if kind == 0x80000001:
            names.append(dict(read.options(body[4:], order))[2])
        elif kind == 6:
            size = (struct.unpack_from('<I', body, 12)[0] + 3) // 4 * 4
            found = dict(read.options(body[20 + size:], order))
            if 32771 in found:
                seen.append((names[struct.unpack('<I', found[32769])[0]],
                             names[struct.unpack('<I', found[32771])[0]]))
    return '' if seen == [(b'late', b'apple')] else seen


def test_sections():
    """Three sections, the second in the other byte order: each has its own blocks."""
    raw = b''
    for order, unit in (('<', 6), ('>', 9), ('<', 6)):
        f = files.Pcapng(order, unit)
        f.section()
        f.interface(101)
        f.interface(1)
        for n, (at, data, _, _) in enumerate(W.packets):
            link = 1 if n % 2 else 101
            f.packet(at, files.frame(link, data), interface=n % 2)
        raw += f.out
    with open(path('sections'), 'wb') as f:
        f.write(raw)
    out, _ = annotate('sections')
    packets, sections = read.read(out)
    if len(sections) != 3:
        return f'{len(sections)} sections'
    # only the first has the connections in the order in which they were made
    return differences(packets[:len(TRUTH)], TRUTH)


def test_twice():
    out, _ = annotate('little')
    shutil.copy(out, path('twice'))
    again, done = annotate('twice')
    with open(out, 'rb') as a, open(again, 'rb') as b:
        if len(a.read()) < len(b.read()) and b'had one before' not in done.stderr:
            return 'packets that had a process got a second one'
    packets, _ = read.read(again)
    return '\n'.join(f'packet {i}' for i, p in enumerate(packets) if len(p.own) > 2)


def test_stdin():
    out, _ = annotate('little')
    with open(path('little'), 'rb') as f:
        raw = f.read()
    done = run('annotate', '-', '-if', path('log'), '--write', '-', '--wait', '0.1', input=raw)
    with open(path('piped'), 'wb') as f:
        f.write(done.stdout)
    packets, _ = read.read(path('piped'))
    return differences(packets, TRUTH)


def test_counts():
    _, done = annotate('little')
    whys = {}
    for _, _, why in TRUTH:
        if why:
            whys[why] = whys.get(why, 0) + 1
    text = done.stderr.decode()
    got = dict((w, int(n)) for n, w in re.findall(r'(\d+) ([a-z]+-?[a-z]*)(?=[,\n])',
                                                 text.split('without: ')[1]))
    owned = sum(1 for t in TRUTH if not t[2])
    if got != whys or f'{owned} with a process' not in text:
        return f'{text} in place of {owned}, {whys}'
    return ''


def test_hone():
    out, _ = annotate('little', '--host-id', '{01234567-89ab-cdef-0123-456789abcdef}', '--comment', 'of the section')
    with open(out, 'rb') as f:
        section = next(read.blocks(f.read()))
    if (1, b'of the section') not in read.options(section[1][16:], section[2]):
        return 'no comment of the section'
    packets, (section,) = read.read(out)
    if section.host != bytes.fromhex('010000000123456789abcdef0123456789abcdef'):
        return f'machine id {section.host!r}'
    _, what = section.processes[2304]
    # the connection's line does not show where its arguments are separated, the exec's does
    if what[3] != b'/usr/bin/curl' or what.get(4) != b'/usr/bin/curl\0-v\0' or \
       4 in section.processes[2400][1] or struct.unpack('<I', what[5]) != (1,) or struct.unpack('<I', what[6]) != (1000,):
        return f'process 2304: {what}'
    if section.events != [(2304, 1, b'/usr/bin/bash'), (2304, 0xffffffff, b'/usr/bin/curl')]:
        return f'events: {section.events}'
    still_open = [c for c, (_, state) in section.connections.items() if state == 'open']
    # the bound socket is never closed
    return '' if len(still_open) == 1 else f'open: {still_open}'


def test_arguments():
    """Audit's records and JSON have the arguments one by one: Hone's option 4."""
    golden = os.path.join(os.path.dirname(sys.argv[0]), '../golden/pairs/connect-6.1-module.log')
    with open(path('json'), 'wb') as f:
        f.write(run('--format', 'json', '-if', golden).stdout)
    at = 1795245908.300
    raw = ip4('127.0.0.1', '127.0.0.1', 6, tcp(40474, 34757, ACK))
    files.write_pcap(path('arguments'), [(at, raw)], 101)
    for log in (golden, path('json')):
        out = path('arguments.out')
        run('annotate', path('arguments'), '-if', log, '--write', out)
        packets, (section,) = read.read(out)
        if packets[0].pid != 168 or section.processes[168][1].get(4) != b'/test/outcome\0blocking\0':
            return f'{log}: {packets[0].own} {section.processes}'
    return ''


def test_times_of_closing():
    """A connection closes after its last moment and before a later packet."""
    out, _ = annotate('little')
    with open(out, 'rb') as f:
        raw = f.read()
    latest = 0
    for kind, body, order, _ in read.blocks(raw):
        if kind == 6:
            latest = read.microseconds(order, body, 4)
        elif kind == 0x102:
            at = read.microseconds(order, body, 8)
            closes = len(body) > 16
            if closes and at < latest - 10**9:
                return f'closed at {at}, far behind {latest}'
    return ''


def test_flags():
    out, _ = annotate('little')
    packets, _ = read.read(out)
    for i, (p, (sender, receiver, _)) in enumerate(zip(packets, TRUTH)):
        want = 2 if sender and not receiver else 1 if receiver and not sender else None
        if p.flags != want:
            return f'packet {i + 1}: flags {p.flags}'
    return ''


def test_plain():
    out, _ = annotate('little', '--plain')
    with open(out, 'rb') as f:
        kinds = {kind for kind, _, _, _ in read.blocks(f.read())}
    return '' if kinds == {0x0A0D0D0A, 1, 6} else kinds


def test_snaplen():
    out, _ = annotate('little', '--snaplen', '33')
    packets, _ = read.read(out)
    longest = max(len(p.data) for p in packets)
    return differences(packets, TRUTH) if longest == 33 else f'longest {longest}'


def test_fields():
    out, _ = annotate('little', '-O', 'pid,comm,id')
    packets, _ = read.read(out)
    text = next(p.own[0] for p in packets if p.pid == 2304)
    return '' if re.fullmatch(r'pid=2304 comm=curl id=6fb9d1c3-67\.1 dir=out', text) else text


def test_inner():
    """Only on request; the rest of the world as it is, too."""
    for how in ('vxlan', 'geneve', 'gre', 'gretap', 'ipip'):
        whole = [(p, t) for p, t in zip(W.packets, TRUTH) if p[1][0] >> 4 in (4, 6) and
                 t[2] not in ('cut-short', 'malformed')]
        files.write_pcap(path('inner'), [(p[0], files.tunneled(p[1], how)) for p, _ in whole], 101)
        out, _ = annotate('inner', '--inner')
        wrong = differences(read.read(out)[0], [t for _, t in whole])
        if wrong:
            return f'{how}: {wrong}'
        out, done = annotate('inner')
        if any(read.said(p)[0] for p in read.read(out)[0]):
            return f'{how}: without --inner: {done.stderr.decode()}'
    return ''


def test_condition():
    out, done = annotate('little', '--comm', 'curl')
    packets, _ = read.read(out)
    pids = {p.pid for p in packets} - {None}
    # curl is also the other end of nginx's
    return '' if pids == {2304, 2700} and b'filtered' in done.stderr else pids


def test_end():
    """-te ends the log: later packets have no process, although an earlier connection had the ends."""
    out, done = annotate('little', '-te', '2026-11-21', '06:03:22')
    wrong = []
    for (at, _, truth, _), p in zip(W.packets, read.read(out)[0]):
        want = truth if at <= 1795241002.999 else (None, None, 'filtered')
        if truth[2] in (None, 'not-logged', 'closed', 'before-log', 'ambiguous') and read.said(p) != want:
            wrong.append(f'{at}: {read.said(p)}, not {want}')
    return '\n'.join(wrong)


def memory(*words):
    """(kB, exit status, standard error). A small process starts it: it inherits the peak of its parent."""
    script = 'import resource, subprocess, sys\n' \
             'status = subprocess.run(sys.argv[1:]).returncode\n' \
             'print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, status)'
    done = subprocess.run([sys.executable, '-S', '-c', script, tool, *words], capture_output=True, timeout=60)
    return *map(int, done.stdout.split()), done.stderr.decode()


def test_memory():
    """A long log is read in parts: as with all of it held, in less memory."""
    w, packets = World(), []
    for n in range(30000):      # 17 hours
        at, port, pid = T0 + 2 * n, 20000 + n % 7000, 5000 + n
        w.connection(at + .004, at + (9000 if n % 5000 == 0 else 1), 'TCP', end(HOST, port), '->', end(WEB, 443), pid,
                     'curl', extra=f' cwd=/{n:0300}')
        if n % 10 == 0:
            packets += [(at + later, ip4(HOST, WEB, 6, tcp(port, 443, flags, n))) for later, flags in
                        ((0, SYN), (.5, ACK), (1.1 if n % 50 else 400, RST))]
        if n % 5000 == 0:
            packets.append((at + 8000, ip4(WEB, HOST, 6, tcp(443, port, ACK, n))))
        if n % 100 == 0:        # accepted five minutes later
            w.connection(at + 290, at + 291, 'TCP', end(HOST, 22), '<-', end(WEB, port), pid, 'sshd')
            packets.append((at, ip4(WEB, HOST, 6, tcp(port, 22, SYN, n))))
    packets.sort()
    files.write_log(path('long'), sorted(w.lines))
    files.write_pcap(path('day'), packets, 101)
    outs, sizes = [], []
    for hold in (1000000, 50):
        size, status, said = memory('annotate', path('day'), '-if', path('long'), '--write', path(f'day{hold}'),
                                    '--hold', str(hold))
        if status or '\n' in said.rstrip('\n'):
            return said
        sizes.append(size)
        with open(path(f'day{hold}'), 'rb') as f:
            outs.append(f.read())
    owned = sum(p.pid is not None for p in read.read(path('day50'))[0])
    if outs[0] != outs[1] or owned != len(packets) - 594:    # those of 400 s later
        return f'{owned} of {len(packets)} packets with a process, {"same" if outs[0] == outs[1] else "different"} files'
    if sizes[0] - sizes[1] < 5000:
        return f'{sizes} kB of memory'
    # packets of the beginning again: their connections are dropped by then
    files.write_pcap(path('day'), packets + packets[:30], 101)
    said = run('annotate', path('day'), '-if', path('long'), '--write', path('x'), '--hold', '50').stderr
    if b' 30 packets are ten minutes earlier' not in said:
        return said.decode()
    w = World()
    w.connection(T0 + 100, T0 + 101, 'TCP', end('10.0.0.6', 9), '->', end(WEB, 443), 9, 'curl')
    files.write_log(path('other'), w.lines)
    said = run('annotate', path('day'), '-if', path('long'), '-if', path('other'), '--write', path('x'), '--hold', '50')
    return '' if b' 2 lines of the logs came too late' in said.stderr else said.stderr.decode()


def test_text():
    done = run('annotate', path('little'), '-if', path('log'), '--text', '--host-id', 'web1')
    lines = done.stdout.decode().splitlines()
    for pattern in (r'\d+\.\d{9} HEAD -', r'\d+\.\d{9} TAIL',
                    r'\d+\.\d{9} FORK 2304 1 1000 100 "/usr/bin/bash" -bash',
                    r'\d+\.\d{9} EXEC 2304 1 1000 100 "/usr/bin/curl" /usr/bin/curl -v',
                    r'\d+\.\d{9} EXEC 2304 1 1000 - "/usr/bin/curl" /usr/bin/curl -v', r'\d+\.\d{9} EXIT 2304 1 1000 100 "/usr/bin/curl" /usr/bin/curl -v',
                    r'\d+\.\d{9} SOCK O 2304 1 1000 - [0-9a-f]{8}',
                    r'\d+\.\d{9} SOCK C 2304 1 1000 - [0-9a-f]{8}',
                    r'\d+\.\d{9} PAKT O [0-9a-f]{8} 2304 TCPv4 10.0.0.5:43210 -> 192.0.2.7:443 54',
                    r'\d+\.\d{9} PAKT I [0-9a-f]{8} 2900 UDPv6 2001:0db8:0001:0000:0000:0000:0000:0007:6001 '
                    r'-> 2001:0db8:0000:0000:0000:0000:0000:0005:6000 \d+'):
        if not any(re.fullmatch(pattern, line) for line in lines):
            return f'no line {pattern}\n' + '\n'.join(lines[:10])
    return ''


def test_refused():
    cases = (
        (['annotate'], b'the first argument is the capture'),
        (['annotate', path('little')], b'--write is missing'),
        (['annotate', path('little'), '--write', path('little'), '-if', path('log')],
         b'is the capture that is read'),
        (['annotate', path('none'), '--write', path('x')], b'No such file'),
        (['annotate', path('little'), '--write', path('x'), '--snaplen', '0'], b'from 1 to'),
        (['annotate', '-', '-if', '-', '--write', path('x')], b'cannot be both'),
        (['annotate', path('little'), '--write', '/dev/full', '-if', path('log')], b'No space left'),
        (['annotate', path('log'), '--write', path('x'), '-if', path('log')], b'unknown file format'),
    )
    for words, why in cases:
        done = run(*words, stdin=subprocess.DEVNULL)
        if done.returncode != 2 or why not in done.stderr:
            return f'{words}: {done.returncode} {done.stderr.decode()}'
    return ''


def test_hostile():
    with open(path('little'), 'rb') as f:
        whole = f.read()
    huge = bytearray(whole)
    struct.pack_into('<I', huge, 28 + 4, 0x40000000)
    two = bytearray(whole)
    struct.pack_into('<I', two, 28 + 4, 28)
    small = bytearray(whole)
    struct.pack_into('<I', small, 28 + 4, 8)
    cases = ((whole[:-7], b'ends in the middle'), (bytes(huge), b'the limit is'),
             (bytes(two), b'two lengths differ'), (bytes(small), b'which no block can have'),
             (whole[:3], b'too short'), (b'', b'is empty'), (whole[28:], b''),
             (whole[:8] + b'abcd' + whole[12:], b'magic number'))
    for raw, why in cases:
        with open(path('hostile'), 'wb') as f:
            f.write(raw)
        _, done = annotate('hostile')
        if done.returncode != 2 or why not in done.stderr:
            return f'{why}: {done.returncode} {done.stderr.decode()}'
    return ''


def test_tshark():
    out, _ = annotate('little')
    done = subprocess.run(['tshark', '-r', out, '-T', 'fields', '-e', 'frame.comment'],
                          capture_output=True, timeout=60)
    comments = done.stdout.decode().splitlines()
    packets, _ = read.read(out)
    if len(comments) != len(packets):
        return f'{len(comments)} frames: {done.stderr.decode()}'
    return '\n'.join(f'frame {i + 1}: {c}' for i, (c, p) in enumerate(zip(comments, packets))
                     if c != ','.join(p.comments))


def test_tshark_hone():
    """Blocks of Hone as stock tshark has them: this reads the file as a file."""
    out, _ = annotate('little')
    done = subprocess.run(['tshark', '-r', out, '-X', 'read_format:MIME Files Format', '-T', 'fields',
                           '-e', 'pcapng.block.type', '-e', 'pcapng.options.option.code'],
                          capture_output=True, timeout=60)
    text = done.stdout.decode()
    packets, (section,) = read.read(out)
    for word in ('0x00000101', '0x00000102', '257', '258', '32769'):
        if word not in text:
            return f'no {word} in {text[:300]} {done.stderr.decode()}'
    # exec is a separate block, and one with arguments is another
    return '' if text.count('0x00000101') >= len(section.processes) + len(section.events) else \
        f'{text.count("0x00000101")} process blocks'


def test_tcpdump():
    out, _ = annotate('little')
    done = subprocess.run(['tcpdump', '-n', '-r', out], capture_output=True, timeout=60)
    # what this makes of a broken packet takes several lines, which are indented
    lines = [x for x in done.stdout.decode().splitlines() if x and not x[0].isspace()]
    return '' if len(lines) == len(TRUTH) else f'{len(lines)} packets: {done.stderr.decode()}'


def optional(program, name, test):
    if shutil.which(program):
        checked(name, test)
    else:
        print(f'skip - {name}: {program} is not installed')


test_kinds()
checked('blocks and options that are not ours are copied byte for byte', test_foreign)
checked('references to Apple\'s process blocks of the input stay right', test_foreign_apple)
checked('three sections, two byte orders, two interfaces', test_sections)
checked('a second run leaves packets that have a process alone', test_twice)
checked('standard input to standard output', test_stdin)
checked('counts, by reason', test_counts)
checked('Hone\'s blocks: machine, processes, connections that close', test_hone)
checked('arguments of a process, from audit and from JSON', test_arguments)
checked('connections close in the order of time', test_times_of_closing)
checked('direction in the packet\'s flags', test_flags)
checked('--plain has no block of others', test_plain)
checked('--snaplen', test_snaplen)
checked('--fields', test_fields)
checked('--inner: VXLAN, Geneve, GRE, IP in IP', test_inner)
checked('conditions', test_condition)
checked('-te ends the log', test_end)
checked('a log that is longer than memory', test_memory)
checked('--text, as Hone\'s plain text view', test_text)
checked('errors', test_refused)
checked('broken captures', test_hostile)
optional('tshark', 'tshark reads the comments', test_tshark)
optional('tshark', 'tshark lists Hone\'s blocks and options', test_tshark_hone)
optional('tcpdump', 'tcpdump reads all packets', test_tcpdump)
finish()
