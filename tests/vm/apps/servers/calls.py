#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""calls.py PORT COUNT [TOGETHER] [TEXT]: so many connections, so many at once; each sends
TEXT and reads until the other end closes, or something came."""
import socket
import sys

port, count, together = map(int, (sys.argv[1:] + ['1'])[:3])
text = (sys.argv[4] if len(sys.argv) > 4 else 'hello\\n').encode().decode('unicode_escape').encode()
while count > 0:
    open_ones = [socket.create_connection(('127.0.0.1', port), 20)
                 for _ in range(min(count, together))]
    for s in open_ones:
        s.sendall(text)
    for s in open_ones:
        s.recv(4096)
        s.close()
    count -= len(open_ones)
