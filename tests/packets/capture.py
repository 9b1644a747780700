#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""aunetlog capture, in network namespaces of its own: the packets are real, the log is written
by this program, late as a plugin's. Usage: capture.py AUNETLOG"""
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

sys.dont_write_bytecode = True
import files  # noqa: E402
import read  # noqa: E402
from verdicts import finish, path, verdict  # noqa: E402
from world import ip4, udp  # noqa: E402

if os.geteuid() != 0:
    print('skip - needs root, for namespaces and capturing')
    sys.exit(77)
if os.environ.get('IN_NETNS') != '1':
    os.environ['IN_NETNS'] = '1'
    if subprocess.run(['unshare', '-n', 'true'], capture_output=True).returncode:
        print('skip - no network namespaces here')
        sys.exit(77)
    os.execvp('unshare', ['unshare', '-n', '-m', '--kill-child', sys.executable, *sys.argv])

tool = os.path.abspath(sys.argv[1])
os.environ['TZ'] = 'UTC'
serial = 100
NETNS = os.stat('/proc/self/ns/net').st_ino


def sh(command):
    subprocess.run(command, shell=True, check=True, capture_output=True)


class Log:
    """A file that grows, or a stream; each line comes some time after its event."""

    def __init__(self, late=.05):
        self.late, self.out, self.waiting, self.texts = late, open(path('log'), 'w'), [], []
        self.line(time.time() - 1, 'listen start TCP 0.0.0.0:1 1 1 0 init exe=/init auid=unset id=6fb9d1c3-1.1')

    def line(self, at, text):
        stamp = time.strftime('%Y-%m-%d %H:%M:%S', time.gmtime(at))
        line = f'{stamp}.{int(at % 1 * 1000):03d}Z {text}\n'
        self.texts.append(text)
        t = threading.Timer(self.late, lambda: (self.out.write(line), self.out.flush()))
        t.start()
        self.waiting.append(t)

    def settle(self):
        for t in self.waiting:
            t.join()

    def connection(self, start, stop, local, arrow, remote, pid, comm, netns=NETNS):
        global serial
        serial += 1
        who = f'TCP {local} {arrow} {remote} {pid} {pid} 0 {comm} exe=/usr/bin/{comm} auid=unset netns={netns}'
        self.line(start, f'connect start {who} id=6fb9d1c3-{serial:x}.1')
        self.line(stop, f'connect stop {who} dur={stop - start:.3f} id=6fb9d1c3-{serial:x}.1')


def talk(log, server_address, pids, port=0, comms=('client', 'server')):
    """One connection on this host, and its lines, for the pids of the truth."""
    family = socket.AF_INET6 if ':' in server_address else socket.AF_INET
    with socket.socket(family) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((server_address, 0))
        listener.listen()
        client = socket.socket(family)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b'\1\0\0\0\0\0\0\0')
        client.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if port:
            client.bind((server_address, port))
        client.connect(listener.getsockname())
        began = time.time()
        server, _ = listener.accept()
        accepted = time.time()
        client.send(b'hello')
        server.recv(5)
        server.send(b'world')
        client.recv(5)
        ends = [f'[{a[0]}]:{a[1]}' if ':' in a[0] else f'{a[0]}:{a[1]}'
                for a in (client.getsockname(), client.getpeername())]
        server.close()
        client.close()
        closed = time.time()
    log.connection(began, closed, ends[0], '->', ends[1], pids[0], comms[0])
    log.connection(accepted, closed, ends[1], '<-', ends[0], pids[1], comms[1])
    return ends[0].rsplit(':', 1)[1]


def start(name, *words):
    if os.path.exists(path(name)):
        os.unlink(path(name))
    p = subprocess.Popen([tool, 'capture', '--interface', 'lo', '--write', path(name), *words],
                         stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
    deadline = time.time() + 20
    # the file has its section once the capture runs
    while time.time() < deadline and p.poll() is None and \
            not (os.path.exists(path(name)) and os.path.getsize(path(name))):
        time.sleep(.02)
    return p


def stop(p):
    p.send_signal(signal.SIGINT)
    _, err = p.communicate(timeout=30)
    return err.decode()


def check(name, truth, err):
    """truth: source port of the opener -> (pid, pid)."""
    wrong, owned = [], 0
    packets, _ = read.read(path(name))
    for i, p in enumerate(packets):
        # Ethernet of lo, then IP
        ip = p.data[14:]
        at = 40 if ip[0] >> 4 == 6 else 20
        ports = [int.from_bytes(ip[at + n:at + n + 2], 'big') for n in (0, 2)]
        got = read.said(p)
        for direction in (0, 1):
            if str(ports[direction]) in truth:
                pids = truth[str(ports[direction])]
                want = (pids[direction], pids[1 - direction], None)
                owned += 1
                if got != want:
                    wrong.append(f'packet {i + 1}: {got}, not {want}')
    if owned < 8 * len(truth):
        wrong.append(f'{owned} packets of {len(truth)} connections: {err}')
    return '\n'.join(wrong)


def test_late():
    log, truth = Log(late=.3), {}
    p = start('late', '-if', path('log'))
    for n in range(10):
        pids = (1000 + n, 2000 + n)
        truth[talk(log, '127.0.0.1' if n % 2 else '::1', pids)] = pids
    log.settle()
    return check('late', truth, stop(p))


def test_reuse():
    """One port, four processes one after the other, while the log is late."""
    log = Log(late=.2)
    p = start('reuse', '-if', path('log'), 'tcp')
    listener = socket.socket()
    listener.bind(('127.0.0.1', 0))
    port, server = 40999, listener.getsockname()
    listener.listen()
    want = []
    for n in range(4):
        with socket.socket() as c:
            c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b'\1\0\0\0\0\0\0\0')
            c.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            c.bind(('127.0.0.1', port))
            c.connect(server)
            began = time.time()
            s, _ = listener.accept()
            who = f'TCP 127.0.0.1:{port} -> 127.0.0.1:{server[1]} 1 {3000 + n} 0 c exe=/c netns={NETNS} ' \
                  f'id=6fb9d1c3-{0x7000 + n:x}.1'
            log.line(began, f'connect start {who}')
            c.send(b'x')
            s.recv(1)
            # the start is in the log, the end will come when the next one has begun
            time.sleep(.3)
        s.close()
        log.line(time.time(), f'connect stop {who} dur=0.300')
        want += [3000 + n]
    log.settle()
    listener.close()
    err = stop(p)
    got, syns = [], []
    for packet in read.read(path('reuse'))[0]:
        pid = next((x for x in read.said(packet)[:2] if x), None)
        if pid is None:
            return f'a packet without: {packet.own} {err}'
        if not got or got[-1] != pid:
            got.append(pid)
        if packet.data[14 + 20 + 13] & 18 == 2:
            syns.append(pid)
    return '' if got == want == syns else f'{got}, SYNs of {syns} {err}'


def test_bounded():
    """A packet that the log never has is written after --wait, in order."""
    log = Log()
    p = start('bounded', '-if', path('log'), '--wait', '0.3')
    silent = Log.connection
    Log.connection = lambda *a, **k: None
    talk(log, '127.0.0.1', (1, 2))
    Log.connection = silent
    deadline = time.time() + 10
    while time.time() < deadline and os.path.getsize(path('bounded')) < 1000:
        time.sleep(.05)
    early = len(read.read(path('bounded'))[0])
    err = stop(p)
    packets, _ = read.read(path('bounded'))
    whys = {read.said(p)[2] for p in packets}
    return '' if early and whys == {'not-logged'} else f'{early} {whys} {err}'


def test_uses():
    """The line of a change of user comes late: packets wait for it."""
    log = Log(late=.3)
    log.line(time.time() - 1, 'connect use TCP 127.0.0.1:1 <- 127.0.0.1:2 1 9 0 x exe=/x auid=unset sent=0 read=0 '
             'id=6fb9d1c3-2.1')
    log.settle()
    p = start('uses', '-if', path('log'))
    port = talk(log, '127.0.0.1', (4000, 4001))
    time.sleep(.2)
    accepted = next(text.split(' ') for text in log.texts if f' <- 127.0.0.1:{port} ' in text)
    log.line(time.time(), f'connect use TCP {accepted[3]} <- {accepted[5]} 4001 4002 0 child exe=/child auid=unset '
             f'opener=4001 sent=0 read=0 netns={NETNS} {accepted[-1]}')
    log.settle()
    time.sleep(.1)
    err = stop(p)
    wrong = []
    for i, packet in enumerate(read.read(path('uses'))[0]):
        ip = packet.data[14:]
        sender, receiver, _ = read.said(packet)
        server = receiver if int.from_bytes(ip[20:22], 'big') == int(port) else sender
        has_data = int.from_bytes(ip[2:4], 'big') > 20 + ip[32] // 16 * 4
        want = (4002,) if has_data else (4001,) if ip[33] & 2 else (4001, 4002)
        if server not in want:
            wrong.append(f'packet {i + 1}: {server}, not {want} {packet.own}')
    return '\n'.join(wrong) and '\n'.join(wrong) + err


def test_for():
    Log()
    began = time.time()
    done = subprocess.run([tool, 'capture', '-i', 'lo', '--write', path('for'), '-if', path('log'),
                           '--for', '1'], capture_output=True, timeout=30)
    took = time.time() - began
    return '' if done.returncode == 1 and 1 <= took < 8 else f'{done.returncode}, {took} s, {done.stderr}'


def test_filter(*words):
    log = Log()
    p = start('filter', '-if', path('log'), *words)
    talk(log, '127.0.0.1', (1, 2))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.sendto(b'x', ('127.0.0.1', 9))
    log.settle()
    time.sleep(.1)
    err = stop(p)
    packets, _ = read.read(path('filter'))
    return '' if len(packets) == 1 else f'{len(packets)} packets, {err}'


def test_socket():
    """The plugin's stream in place of a log."""
    server = socket.socket(socket.AF_UNIX)
    server.bind(path('stream'))
    server.listen()
    p = subprocess.Popen([tool, 'capture', '-i', 'lo', '--write', path('socket'), '--socket', path('stream')],
                         stderr=subprocess.PIPE)
    log, truth = Log(), {}
    log.out = server.accept()[0].makefile('w')
    deadline = time.time() + 20
    while time.time() < deadline and not (os.path.exists(path('socket')) and os.path.getsize(path('socket'))):
        time.sleep(.02)
    for n in range(3):
        truth[talk(log, '127.0.0.1', (70 + n, 80 + n))] = (70 + n, 80 + n)
    log.settle()
    time.sleep(.2)
    return check('socket', truth, stop(p))


def test_netns():
    """By the name that ip-netns(8) knows, and by a process in it; other namespaces have the
    same loopback addresses."""
    sh('mount -t tmpfs none /run && mkdir -p /run/netns && ip netns add inside && '
       'ip -n inside link set lo up')
    holder = subprocess.Popen(['ip', 'netns', 'exec', 'inside', 'sleep', '60'])
    time.sleep(.2)
    wrong = ''
    for name in ('inside', str(holder.pid)):
        p = start('netns', '--in-netns', name, '-if', path('log'), 'icmp')
        sh(f'ip netns exec inside {sys.executable} -c "import socket; s = socket.socket(2, 2); '
           's.sendto(b\'x\', (\'127.0.0.1\', 9))"')
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            for _ in range(3):
                s.sendto(b'x', ('127.0.0.1', 9))
        err = stop(p)
        n = len(read.read(path('netns'))[0])
        if n != 1:
            wrong += f'{name}: {n} packets, {err}\n'
    holder.kill()
    return wrong


def test_last_packets():
    """SIGINT comes at once after them: the kernel still has them."""
    p = start('last', '-if', path('log'), '--wait', '0.1', 'udp')
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        for _ in range(5):
            s.sendto(b'x', ('127.0.0.1', 9))
    err = stop(p)
    n = len(read.read(path('last'))[0])
    return '' if n == 5 else f'{n} of 5 packets: {err}'


def test_current_log():
    """The log that this host writes now has all until now, also after its last line."""
    sh('mkdir -p /var/log/audit && mount -t tmpfs none /var/log/audit')
    now, said = time.time(), []
    files.write_log(path('log'), [(now - 9, 'listen start UDP 127.0.0.1:9 1 77 0 x exe=/x id=6fb9d1c3-3.1')])
    files.write_pcap(path('in'), [(now - 5, ip4('127.0.0.2', '127.0.0.1', 17, udp(7, 9)))], 101)
    for name in (path('log'), '/var/log/audit/audit.log'):
        if name != path('log'):
            shutil.copy(path('log'), name)
        subprocess.run([tool, 'annotate', path('in'), '-if', name, '--write', path('again')], capture_output=True, timeout=30)
        said += [read.said(p) for p in read.read(path('again'))[0]]
    return '' if said == [(None, None, 'log-ended'), (None, 77, None)] else said


def test_slow_reader():
    """The output's reader stands still: the log is read on, the end comes when it should, and each
    packet is in the output or counted."""
    server = socket.socket(socket.AF_UNIX)
    server.bind(path('stream2'))
    server.listen()
    p = subprocess.Popen([tool, 'capture', '-i', 'lo', '--write', '-', '--socket', path('stream2'), '--wait', '0.2', 'udp'],
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    log = server.accept()[0]
    head = p.stdout.read(28)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        for n in range(20000):
            s.sendto(n.to_bytes(4, 'big') + bytes(1000), ('127.0.0.1', 9))
    time.sleep(.4)
    log.settimeout(5)
    line = b'2026-11-21 05:23:20.000Z netlog start v1\n' * 1000
    try:
        for _ in range(50):
            log.sendall(line)
    except socket.timeout:
        p.kill()
        return 'the log is not read'
    p.send_signal(signal.SIGINT)
    time.sleep(.5)
    with open(path('slow'), 'wb') as f:
        f.write(head + p.stdout.read())
    p.wait(timeout=30)
    err = p.stderr.read().decode()
    count = len(read.read(path('slow'))[0])
    dropped = re.search(r'(\d+) packets were dropped by the kernel', err)
    count += int(dropped[1]) if dropped else 0
    return '' if count == 20000 else f'{count} packets of 20000: {err}'


def test_no_reader():
    """A second signal ends the wait for a reader, and what it did not read is counted."""
    p = subprocess.Popen([tool, 'capture', '-i', 'lo', '--write', '-', '-if', path('log'), '--wait', '0.1', 'udp'],
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    p.stdout.read(28)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        for n in range(2000):
            s.sendto(bytes(1000), ('127.0.0.1', 9))
    for _ in range(2):
        time.sleep(.5)
        p.send_signal(signal.SIGINT)
    try:
        p.wait(timeout=10)
    except subprocess.TimeoutExpired:
        p.kill()
        return 'it does not end'
    err = p.stderr.read().decode()
    return '' if re.search(r'did not read the last \d+ bytes, and [1-9]\d* packets after them', err) else err


def test_errors():
    for words, why in ((('-i', 'nosuch0'), b'nosuch0'), (('-i', 'lo', 'no such filter'), b'filter no such'),
                       (('-i', 'lo', '--in-netns', 'nosuch'), b'nosuch'),
                       (('-i', 'lo', '--socket', path('nosuch')), b'transport = listen'), ((), b'--interface is missing')):
        done = subprocess.run([tool, 'capture', '--write', path('x'), '--for', '1', '-if', path('log'), *words],
                              capture_output=True, timeout=30)
        if done.returncode != 2 or why not in done.stderr:
            return f'{words}: {done.returncode} {done.stderr}'
    done = subprocess.run(['setpriv', '--bounding-set=-net_raw', '--inh-caps=-net_raw', tool, 'capture', '-i', 'lo',
                           '--write', path('x'), '--for', '1', '-if', path('log')], capture_output=True, timeout=30)
    return '' if b'CAP_NET_RAW' in done.stderr else done.stderr.decode()


def extcap(*words):
    return subprocess.run([tool, *words], capture_output=True, timeout=30)


def test_extcap():
    """The calls of Wireshark, one after the other."""
    out = extcap('--extcap-interfaces', '--extcap-version=4.0').stdout.decode()
    if 'interface {value=aunetlog-lo}{display=processes on lo}' not in out:
        return out
    if b'dlt {number=' not in extcap('--extcap-dlts', '--extcap-interface', 'aunetlog-lo').stdout:
        return 'no dlt'
    if b'{call=--wait}' not in extcap('--extcap-config', '--extcap-interface', 'aunetlog-lo').stdout:
        return 'no config'
    for text, want in (('tcp port 80', b''), ('tcp prot 80', b'syntax error')):
        got = extcap('--extcap-interface', 'aunetlog-lo', '--extcap-capture-filter', text).stdout
        if got != want and (not want or want not in got):
            return f'{text}: {got}'
    os.mkfifo(path('fifo'))
    log, truth = Log(), {}
    p = subprocess.Popen([tool, '--capture', '--extcap-interface', 'aunetlog-lo', '--fifo', path('fifo'),
                          '--log', path('log'), '--wait', '2', '--extcap-capture-filter', 'tcp'],
                         stderr=subprocess.PIPE)
    with open(path('fifo'), 'rb') as f, open(path('extcap'), 'wb') as copy:
        copy.write(f.read(28))
        reader = threading.Thread(target=lambda: copy.write(f.read()))
        reader.start()
        time.sleep(.2)
        for n in range(3):
            truth[talk(log, '127.0.0.1', (70 + n, 80 + n))] = (70 + n, 80 + n)
        log.settle()
        time.sleep(.2)
        err = stop(p)
        reader.join()
    return check('extcap', truth, err) or ('' if p.returncode == 0 else err)


def test_reader_gone():
    """Wireshark was killed: the capture ends, though no packet comes."""
    os.mkfifo(path('fifo2'))
    Log().settle()
    p = subprocess.Popen([tool, '--capture', '--extcap-interface', 'aunetlog-lo', '--fifo', path('fifo2'), '--log',
                          path('log'), '--extcap-capture-filter', 'port 1'], stderr=subprocess.DEVNULL)
    with open(path('fifo2'), 'rb') as f:
        f.read(28)
    try:
        return '' if p.wait(timeout=10) == 0 else p.returncode
    except subprocess.TimeoutExpired:
        p.kill()
        return 'it still runs'


def test_annotate_pipe():
    """tcpdump -U -w - | aunetlog annotate -: the log is followed at the same time."""
    log, truth = Log(late=.2), {}
    dump = subprocess.Popen(['tcpdump', '-i', 'lo', '-U', '--immediate-mode', '-s', '200', '-B', '16384',
                             '-w', '-'], stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE)
    with open(path('pipe'), 'wb') as out:
        p = subprocess.Popen([tool, 'annotate', '-', '-if', path('log'), '--write', '-'], stdin=dump.stdout,
                             stdout=out, stderr=subprocess.PIPE)
    dump.stdout.close()
    dump.stderr.readline()
    for n in range(3):
        truth[talk(log, '127.0.0.1', (70 + n, 80 + n))] = (70 + n, 80 + n)
    log.settle()
    # tcpdump may keep the last packets for a moment
    deadline, early = time.time() + 10, 0
    while time.time() < deadline and early < 24:
        time.sleep(.05)
        try:
            early = len(read.read(path('pipe'))[0])
        except read.Bad:
            pass
    dump.send_signal(signal.SIGINT)
    _, err = p.communicate(timeout=30)
    if not early:
        return f'nothing was written while it ran: {err}'
    said = dump.stderr.read().decode()
    return check('pipe', truth, err.decode() + said)


sh('ip link set lo up')
verdict('packets wait for a late log', test_late())
verdict('a port that is used again before the log says so', test_reuse())
verdict('the wait is bounded', test_bounded())
verdict('a use that is logged late', test_uses())
verdict('--for ends it', test_for())
verdict('a filter', test_filter('udp'))
verdict('a filter of several words', test_filter('--', 'udp', 'port', '9'))
verdict('the plugin\'s stream', test_socket())
if shutil.which('tcpdump'):
    verdict('tcpdump | aunetlog annotate -', test_annotate_pipe())
else:
    print('skip - tcpdump is not installed')
verdict('extcap: as Wireshark calls it', test_extcap())
verdict('extcap: the reader is gone', test_reader_gone())
verdict('a namespace by name and by process', test_netns())
verdict('packets right before SIGINT', test_last_packets())
verdict('the log that this host writes now', test_current_log())
verdict('a reader that stands still', test_slow_reader())
verdict('a reader that never reads', test_no_reader())
verdict('errors', test_errors())
finish()
