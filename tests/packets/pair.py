#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""aunetlog --pair on made-up logs of three hosts whose clocks differ.
Usage: pair.py AUNETLOG"""
import os
import re
import subprocess
import sys

sys.dont_write_bytecode = True
import files  # noqa: E402
from verdicts import finish, path, verdict  # noqa: E402

tool = os.path.abspath(sys.argv[1])
os.environ['TZ'] = 'UTC'
T0 = 1795241000.0


class Host:
    """A log. skew: what its clock is ahead."""
    serial = 0

    def __init__(self, name, skew=0):
        self.name, self.skew, self.lines = name, skew, []

    def side(self, start, stop, local, arrow, remote, pid, comm, tx=-1, rx=-1, start_line=True, fail=False):
        Host.serial += 1
        who = f'TCP {local} {arrow} {remote} {pid} {pid} 1000 {comm} exe=/usr/bin/{comm} auid=1000'
        id_ = f'id=6fb9d1c3-{Host.serial:x}.1'
        if fail:
            self.lines.append((start + self.skew, f'connect fail {who} errno=ECONNREFUSED {id_}'))
            return
        if start_line:
            self.lines.append((start + self.skew, f'connect start {who} {id_}'))
        if stop:
            size = f' tx={tx} rx={rx}' if tx >= 0 else ''
            self.lines.append((stop + self.skew, f'connect stop {who} dur={stop - start:.3f}{size} {id_}'))

    def write(self):
        self.lines.sort(key=lambda x: x[0])
        files.write_log(path(self.name), self.lines)
        return f'{self.name}={path(self.name)}'


def connection(a, b, start, stop, ends, pids, comms, tx=512, rx=900, seen=None):
    """A connection between two hosts; seen: the ends as b has them, after a translation."""
    a.side(start, stop, ends[0], '->', ends[1], pids[0], comms[0], tx, rx)
    theirs = seen or ends
    b.side(start + .003, stop + .002, theirs[1], '<-', theirs[0], pids[1], comms[1], rx, tx)


web, api, db = Host('web1'), Host('api2', 132.5), Host('db3', -7)
WANT = []       # (opener, its end, the other's, its end)
for n in range(20):
    connection(web, api, T0 + n, T0 + n + .5, (f'10.0.0.5:{43210 + n}', '10.0.0.9:443'),
               (2304 + n, 811), ('curl', 'nginx'))
    WANT.append((f'curl[{2304 + n}]@web1', f'10.0.0.5:{43210 + n}', 'nginx[811]@api2', '10.0.0.9:443'))
for n in range(5):
    connection(api, db, T0 + n, T0 + 30, (f'[2001:db8::9]:{50000 + n}', '[2001:db8::3]:5432'), (812, 900),
               ('app', 'postgres'))
    connection(db, api, T0 + n, T0 + 30, (f'[2001:db8::3]:{51000 + n}', '[2001:db8::9]:9090'), (901, 813),
               ('push', 'gateway'))
    WANT.append(('app[812]@api2', f'[2001:db8::9]:{50000 + n}', 'postgres[900]@db3', '[2001:db8::3]:5432'))
    WANT.append(('push[901]@db3', f'[2001:db8::3]:{51000 + n}', 'gateway[813]@api2', '[2001:db8::9]:9090'))
# one port, three times; the second never came to be accepted
for n, pid in enumerate((3000, 3001, 3002)):
    ends = ('10.0.0.5:45000', '10.0.0.9:444')
    if n == 1:
        web.side(T0 + 60 + 10 * n, T0 + 65 + 10 * n, *(ends[0], '->', ends[1]), pid, 'wget', 1, 1)
        continue
    connection(web, api, T0 + 60 + 10 * n, T0 + 65 + 10 * n, ends, (pid, 4000 + n), ('wget', 'srv'))
    WANT.append((f'wget[{pid}]@web1', ends[0], f'srv[{4000 + n}]@api2', ends[1]))
# on one host; bytes that differ
connection(web, web, T0 + 40, T0 + 41, ('127.0.0.1:40000', '127.0.0.1:6379'), (70, 71), ('php', 'redis'))
WANT.append(('php[70]@web1', '127.0.0.1:40000', 'redis[71]@web1', '127.0.0.1:6379'))
web.side(T0 + 42, T0 + 43, '10.0.0.5:40001', '->', '10.0.0.9:25', 72, 'mail', 100, 5)
api.side(T0 + 42, T0 + 43, '10.0.0.9:25', '<-', '10.0.0.5:40001', 73, 'smtpd', 5, 90)
WANT.append(('mail[72]@web1', '10.0.0.5:40001', 'smtpd[73]@api2', '10.0.0.9:25'))
# without partners
web.side(T0 + 50, T0 + 51, '10.0.0.5:47000', '->', '192.0.2.7:443', 80, 'out')
web.side(T0 + 50, T0 + 51, '10.0.0.5:47001', '->', '10.0.0.200:443', 81, 'lost')
web.side(T0 + 50, None, '10.0.0.5:47002', '->', '10.0.0.9:81', 82, 'nc', fail=True)
web.side(T0 + 50, T0 + 51, '-', '->', '10.0.0.9:443', 83, 'rules')
web.side(T0 + 5000, T0 + 5001, '10.0.0.5:47004', '->', '10.0.0.9:82', 84, 'later')
ALONE = {'out': 'outside', 'lost': 'log-missing', 'nc': 'failed', 'rules': 'end-unknown',
         'later': 'log-missing', 'wget': 'not-logged', 'nat': 'outside', 'behind': 'outside', 'dnat': 'nat', 'served': 'nat',
         'snat': 'nat', 'taken': 'nat'}
# after a translation of both ends
connection(web, db, T0 + 55, T0 + 56, ('10.0.0.5:48000', '198.51.100.1:80'), (85, 950), ('nat', 'behind'),
           seen=('203.0.113.9:61000', '172.16.0.3:8080'))
# of one end
connection(web, db, T0 + 61, T0 + 62, ('10.0.0.5:48001', '198.51.100.1:80'), (86, 951), ('dnat', 'served'),
           seen=('10.0.0.5:48001', '172.16.0.3:80'))
connection(web, db, T0 + 67, T0 + 68, ('10.0.0.5:48002', '172.16.0.3:81'), (87, 952), ('snat', 'taken'),
           seen=('203.0.113.9:61001', '172.16.0.3:81'))
TRANSLATION = '''[1795241055.000001]\t    [NEW] tcp      6 120 SYN_SENT src=10.0.0.5 dst=198.51.100.1 sport=48000 dport=80 [UNREPLIED] src=172.16.0.3 dst=203.0.113.9 sport=8080 dport=61000
tcp 6 60 TIME_WAIT src=10.0.0.5 dst=198.51.100.1 sport=48001 dport=80 src=172.16.0.3 dst=10.0.0.5 sport=80 dport=48001 [ASSURED]
tcp      6 431999 ESTABLISHED src=10.0.0.5 dst=10.0.0.9 sport=43210 dport=443 src=10.0.0.9 dst=10.0.0.5 sport=443 dport=43210 [ASSURED] mark=0 use=1
not a translation src=nonsense dst=1.2.3.4
'''
LINE = re.compile(r'(\S+) (\S+) TCP (\S+) (\S+) -> (\S+\[\S+) (\S+)( dur=\S+)? tx=(\S+) rx=(\S+) bytes=(\S+)(.*)')


def run(*words):
    done = subprocess.run([tool, '--pair', *words], capture_output=True, timeout=60)
    return done, done.stdout.decode().splitlines(), done.stderr.decode()


INPUTS = [w for h in (web, api, db) for w in ('-if', h.write())]


def pairs(lines):
    return [m.group(3, 4, 5, 6) for m in map(LINE.fullmatch, lines) if m]


def alone(lines):
    return [(re.search(r' TCP (\w+)\[', x).group(1), x.rsplit('alone=', 1)[1]) for x in lines if ' alone=' in x]


def test_pairs():
    done, lines, err = run(*INPUTS)
    got = pairs(lines)
    return '\n'.join([f'missing {w}' for w in WANT if w not in got] +
                     [f'wrong {g}' for g in got if g not in WANT] + ([err] if done.returncode else []))


def test_alone():
    _, lines, _ = run(*INPUTS)
    wrong = [x for x in alone(lines) if ALONE.get(x[0]) != x[1]]
    missing = set(ALONE) - {x[0] for x in alone(lines)}
    return f'{wrong} {missing}' if wrong or missing else ''


def test_clock():
    _, _, err = run(*INPUTS)
    for pattern in (r'clock of api2 is 132\.503 s ahead of that of web1',
                    r'clock of (db3 is 139\.500 s behind that of api2|api2 is 139\.500 s ahead of that of db3) '
                    r'\(both directions of 10'):
        if not re.search(pattern, err):
            return err
    return ''


def test_bytes():
    _, lines, _ = run(*INPUTS)
    mail = next(x for x in lines if 'mail[' in x)
    same = [x for x in lines if 'curl[' in x and 'tx=512 rx=900 bytes=same' in x and 'peer' not in x]
    return '' if len(same) == 20 and mail.endswith('tx=100 rx=5 bytes=differ peer_tx=5 peer_rx=90') else mail


def test_nat():
    with open(path('conntrack'), 'w') as f:
        f.write(TRANSLATION)
    _, lines, err = run(*INPUTS, '--conntrack', path('conntrack'))
    for want in (('nat[85]@web1', '10.0.0.5:48000', 'behind[950]@db3', '172.16.0.3:8080'),
                 ('dnat[86]@web1', '10.0.0.5:48001', 'served[951]@db3', '172.16.0.3:80')):
        if want not in pairs(lines):
            return err
    return ''


def test_nodes():
    """One log whose lines have node names gives the same as one log a host."""
    whole = []
    for h in (web, api, db):
        whole += [(at, f'{text} node={h.name}') for at, text in h.lines]
    whole.sort(key=lambda x: x[0])
    files.write_log(path('all'), whole)
    one = sorted(run('-if', path('all'))[1])
    return '' if one == sorted(run(*INPUTS)[1]) else '\n'.join(one)


def test_condition():
    _, lines, _ = run(*INPUTS, '--comm', 'nginx')
    return '' if len(lines) == 20 and all('curl[' in x for x in lines) else '\n'.join(lines)


def test_graph():
    _, lines, _ = run(*INPUTS, '--graph')
    want = '\t"curl@web1" -> "nginx@api2" [label="443 x20", penwidth=2.5];'
    outside = '\t"out@web1" -> "192.0.2.7" [label="443 x1", penwidth=1.0, style=dashed];'
    return '' if lines[0] == 'digraph pairs {' and want in lines and outside in lines else '\n'.join(lines)


def test_html():
    run(*INPUTS, '--html', path('page.html'))
    with open(path('page.html')) as f:
        text = f.read()
    return '' if '["curl@web1","nginx@api2","443",20,10240,18000,1]' in text else text[-900:]


def namespaces(extra=0, loopback=False):
    """Two namespaces with the same addresses, used at the same time."""
    h = Host('one')
    ends = ('127.0.0.1:40000', '127.0.0.1:80') if loopback else ('10.1.0.1:40000', '10.1.0.2:80')
    for n in range(2):
        for at, pid, comm, netns, side in ((0, 100, 'curl', 7001, 0), (.001 * (1 - n), 200, 'nginx', 7002, 1)):
            tx, rx = (500 + extra * n, 900) if not side else (900, 500 + extra * n)
            arrow = '<-' if side else '->'
            netns = 7001 + n if loopback else netns + 10 * n
            who = f'TCP {ends[side]} {arrow} {ends[1 - side]} {pid + n} {pid + n} 0 {comm} exe=/usr/bin/{comm} auid=1'
            for what, when, more in (('start', T0 + at + .002 * n, ''), ('stop', T0 + 3 + at, f' tx={tx} rx={rx}')):
                h.lines.append((when, f'connect {what} {who} netns={netns}{more} id=6fb9d1c3-{1 + side + 2 * n:x}.1'))
    h.write()
    return run('-if', path('one'))[1]


def test_namespaces():
    whose = lambda lines: sorted(re.findall(r'curl\[\d+\]|nginx\[\d+\]| alone=\w+', x) for x in lines)  # noqa: E731
    together = [['curl[100]', 'nginx[200]'], ['curl[101]', 'nginx[201]']]
    if whose(namespaces(loopback=True)) != together:
        return 'on lo: ' + '\n'.join(namespaces(loopback=True))
    if whose(namespaces(extra=7)) != together:
        return 'by bytes: ' + '\n'.join(namespaces(extra=7))
    lines = namespaces()
    return '' if len(lines) == 4 and all(' alone=ambiguous' in x for x in lines) else '\n'.join(lines)


def test_loopback_of_two_hosts():
    """Each host has the address: what one opened the other one did not accept."""
    a, b = Host('left'), Host('right')
    a.side(T0, T0 + 1, '127.0.0.1:40000', '->', '127.0.0.1:80', 1, 'curl', 1, 1)
    b.side(T0, T0 + 1, '127.0.0.1:80', '<-', '127.0.0.1:40000', 2, 'nginx', 1, 1)
    _, lines, err = run('-if', a.write(), '-if', b.write())
    # nor do they measure the clocks
    return '' if len(lines) == 2 and all(' alone=not-logged' in x for x in lines) and 'clock' not in err else '\n'.join(lines + [err])


def test_missing_accept():
    """For two connections in a row the log has one accept, that of the second."""
    a, b = Host('left'), Host('right')
    a.side(T0, T0 + 1, '10.0.0.1:40000', '->', '10.0.0.2:80', 1, 'first', 1, 1)
    a.side(T0 + 1.5, T0 + 3, '10.0.0.1:40000', '->', '10.0.0.2:80', 2, 'second', 1, 1)
    b.side(T0 + 1.503, T0 + 3, '10.0.0.2:80', '<-', '10.0.0.1:40000', 3, 'nginx', 1, 1)
    _, lines, _ = run('-if', a.write(), '-if', b.write())
    return '' if any('second[2]' in x and 'nginx[3]' in x for x in lines) and \
        any('first[1]' in x and 'alone=' in x for x in lines) else '\n'.join(lines)


def test_unknown_clocks():
    """Ends that were used three times, and no others: without the difference of the clocks the second
    of one side could be the first of the other."""
    for skew, tx, want in ((0, 512, 3), (7, 512, 0), (7, None, None)):
        a, b = Host('left'), Host('right', skew)
        for n in range(3):
            connection(a, b, T0 + 10 * n, T0 + 10 * n + 9, ('10.0.0.1:873', '10.0.0.2:80'), (1 + n, 11 + n),
                       ('curl', 'nginx'), tx=tx or 100 + n)
        _, lines, _ = run('-if', a.write(), '-if', b.write())
        pids = [[int(re.search(r'\[(\d+)', x[i]).group(1)) for i in (0, 2)] for x in pairs(lines)]
        if any(server != client + 10 for client, server in pids) or (tx and len(pids) != want):
            return f'{skew} s: ' + '\n'.join(lines)
    return ''


def test_bound():
    """The server of UDP answers all clients with one socket, which has no connection."""
    a, b = Host('left', 9), Host('right', -40)

    def udp(host, at, what, local, pid, comm, remote='', netns=5, serial=None):
        Host.serial += serial is None
        ends = f'{local} -> {remote}' if remote else local
        host.lines.append((at + host.skew, f'{what} UDP {ends} {pid} {pid} 0 {comm} exe=/usr/bin/{comm} auid=1 '
                                           f'netns={netns} id=6fb9d1c3-{serial or Host.serial:x}.1'))
        return Host.serial
    for n in range(4):      # the clocks
        connection(a, b, T0 + n, T0 + n + .5, (f'10.0.0.1:{43210 + n}', '10.0.0.2:443'), (1, 2), ('curl', 'nginx'))
        for host in a, b:
            host.lines = [(at, line if 'netns=' in line else f'{line} netns=5') for at, line in host.lines]
    udp(b, T0 - 9, 'listen start', '0.0.0.0:53', 20, 'named')
    udp(b, T0 - 9, 'listen start', '0.0.0.0:53', 21, 'other', netns=6)
    udp(b, T0 - 9, 'listen start', '0.0.0.0:123', 22, 'any')
    udp(b, T0 - 9, 'listen start', '10.0.0.2:123', 23, 'chrony')
    udp(b, T0 - 9, 'listen start', '[::]:5000', 24, 'both')
    udp(b, T0 - 9, 'listen start', '[::]:5000', 25, 'both')
    late = udp(b, T0 - 9, 'listen start', '10.0.0.2:6000', 26, 'early')
    udp(b, T0 + 5, 'listen stop', '10.0.0.2:6000', 26, 'early', serial=late)
    udp(b, T0 + 10, 'listen start', '10.0.0.2:6000', 27, 'late')
    udp(a, T0 - 9, 'listen start', '127.0.0.1:53', 28, 'stub')
    udp(a, T0 - 99, 'listen start', '0.0.0.0:53', 29, 'cache')
    for n, (at, remote, _) in enumerate(BOUND):
        udp(a, at, 'connect start', f'{"127.0.0.1" if remote[:3] == "127" else "10.0.0.1"}:{50000 + n}', 100 + n, 'dig', remote)
    _, lines, _ = run('-if', a.write(), '-if', b.write())
    got = [re.search(r' UDP dig\[\d+\]@left \S+ -> (?:(\S+) \S+ .*via=listen$|- .* alone=(\S+))', x) for x in lines if 'dig[' in x]
    got = [m and (m.group(1) or m.group(2)) for m in got]
    return '' if got == [want for _, _, want in BOUND] else '\n'.join(map(str, lines))


BOUND = ((T0 + 1, '10.0.0.2:53', 'named[20]@right'), (T0 + 1.1, '10.0.0.2:123', 'chrony[23]@right'),
         (T0 + 1.2, '10.0.0.2:5000', 'ambiguous'), (T0 + 1.3, '10.0.0.2:6000', 'early[26]@right'),
         (T0 + 1.4, '127.0.0.1:53', 'stub[28]@left'), (T0 + 1.5, '10.0.0.2:54', 'not-logged'),
         (T0 + 1.6, '192.0.2.53:53', 'outside'), (T0 + 7, '10.0.0.2:6000', 'not-logged'),
         (T0 + 11, '10.0.0.2:6000', 'late[27]@right'))


def test_errors():
    for words, why in ((('--format', 'json'), 'cannot be combined with --format'),
                       (('--summary', 'remote'), 'cannot be combined with --summary'),
                       (('--conntrack', path('none')), 'No such file')):
        done, _, err = run(*INPUTS, *words)
        if done.returncode != 2 or why not in err:
            return f'{words}: {err}'
    done, _, err = run('-if', path('web1'), '--comm', 'nosuch')
    return '' if done.returncode == 1 and '<no matches>' in err else err


for name, test in (('both processes of each connection', test_pairs),
                   ('sides without a partner, with the reason', test_alone),
                   ('the difference of the clocks', test_clock),
                   ('bytes of both sides', test_bytes),
                   ('a translation by conntrack', test_nat),
                   ('node names in one log', test_nodes),
                   ('a condition on either side', test_condition),
                   ('the same ends in two namespaces', test_namespaces),
                   ('loopback of two hosts', test_loopback_of_two_hosts),
                   ('two connections, one accept', test_missing_accept),
                   ('ends that are used again, clocks that nothing shows', test_unknown_clocks),
                   ('the socket of a UDP server', test_bound),
                   ('--graph', test_graph), ('--html', test_html), ('errors', test_errors)):
    verdict(name, test())
finish()
