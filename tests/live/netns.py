# SPDX-License-Identifier: GPL-2.0-or-later
"""Sockets on loopback, opened and closed as standard input says: for netns.sh.

Orders, one a line: listen PORT, dial PORT [FROM], refuse, short COUNT PORT [MS], close, end.
Answers each with a line: done, and the local ports that were used.
"""
import os
import socket
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
    """A non-blocking connect that nobody takes, closed before anybody can look."""
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


print('ready', os.getpid(), flush=True)
for line in sys.stdin:
    name, *args = line.split()
    if name == 'end':
        break
    ports = {'listen': listen, 'dial': dial, 'refuse': refuse, 'short': short,
             'close': close}[name](*map(int, args))
    print('done', *ports, flush=True)
