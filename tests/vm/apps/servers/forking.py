#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""forking.py PORT: a process for each connection, which makes no socket call."""
import socketserver
import sys
import time


class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        for line in self.rfile:
            self.wfile.write(line)
        time.sleep(1)


class Server(socketserver.ForkingTCPServer):
    allow_reuse_address = True


Server(('127.0.0.1', int(sys.argv[1])), Handler).serve_forever()
