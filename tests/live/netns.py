# SPDX-License-Identifier: GPL-2.0-or-later
"""Sockets on loopback, opened and closed as standard input says: for netns.sh.

Orders, one a line: listen PORT, dial PORT [FROM], refuse, short COUNT PORT [MS], close,
forge, end. Answers each with a line: done, and the local ports that were used;
of forge, how many of its messages were taken, by whom, and by the groups.
"""
import os
import socket
import struct
import sys
import threading
import time

HOST = '127.0.0.1'
connections = []


def serve(listener):
    """Closes what the other side has closed."""
    while True:
        c, _ = listener.accept()
        threading.Thread(target=lambda c=c: (c.recv(1), c.close()), daemon=True).start()


def listen(port):
    listener = socket.create_server((HOST, port), backlog=4096)
    threading.Thread(target=serve, args=(listener,), daemon=True).start()
    return [listener.getsockname()[1]]


def dial(port, own=0):
    c = socket.socket()
    c.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if own:
        c.bind((HOST, own))
    c.connect((HOST, port))
    connections.append(c)
    return [c.getsockname()[1]]


def refuse():
    """A non-blocking connect without an answer, closed before it can be looked up."""
    c = socket.socket()
    c.setblocking(False)
    c.connect_ex((HOST, 9))
    c.close()
    return []


def short(count, port, pause=0):
    ports = []
    for _ in range(count):
        ports += dial(port)
        connections.pop().close()
        time.sleep(pause / 1000)
    return ports


def close():
    for c in connections:
        c.close()
    connections.clear()
    return []


NETLINK_SOCK_DIAG, SO_COOKIE = 4, 57
BY_FAMILY, ESTABLISHED, CLOSED = 20, 1, 7


def message(state, seq, cookie, ino, length=None):
    """One socket to 9.9.9.9:443, as the kernel reports it; length: the length in its header."""
    diag = struct.pack('=BBBBHH16s16sIQIIIII', socket.AF_INET, state, 0, 0,
                       socket.htons(6666), socket.htons(443), socket.inet_aton('6.6.6.6'),
                       socket.inet_aton('9.9.9.9'), 0, cookie, 0, 0, 0, 0, ino)
    protocol = struct.pack('=HHB3x', 5, 10, socket.IPPROTO_TCP)
    body = diag + protocol
    return struct.pack('=IHHII', length or 16 + len(body), BY_FAMILY, 2, seq, 0) + body


def forge():
    """Messages that the owner of a namespace can send to others' netlink sockets in it: that the
    last connection is another one, and that it was destroyed."""
    cookie = struct.unpack('Q', connections[-1].getsockopt(socket.SOL_SOCKET, SO_COOKIE, 8))[0]
    ino = os.fstat(connections[-1].fileno()).st_ino
    nl = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_SOCK_DIAG)
    nl.bind((0, 0))
    with open('/proc/self/net/netlink', encoding='ascii') as table:
        ports = {int(l.split()[2]) for l in table.readlines()[1:]
                 if int(l.split()[1]) == NETLINK_SOCK_DIAG}
    taken = announced = 0
    for port in ports - {0, nl.getsockname()[0]}:
        for seq in range(64):
            for length in (None, 0xffffffff):
                try:
                    nl.sendto(message(ESTABLISHED, seq, cookie, ino, length), (port, 0))
                    taken += 1
                except OSError:
                    pass
    for group in range(4):
        for length in (None, 0xffffffff):
            try:
                nl.sendto(message(CLOSED, 0, cookie, ino, length), (0, 1 << group))
                announced += 1
            except OSError:
                pass
    return [len(ports), taken, announced]


print('ready', os.getpid(), flush=True)
for line in sys.stdin:
    name, *args = line.split()
    if name == 'end':
        break
    ports = {'listen': listen, 'dial': dial, 'refuse': refuse, 'short': short,
             'close': close, 'forge': forge}[name](*map(int, args))
    print('done', *ports, flush=True)
