#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A TLS 1.3 collector that refuses clients without a certificate, each SECONDS after the client
has completed its handshake. Prints "sent" once a client has sent records meanwhile.

late_tls.py PORT DIRECTORY SECONDS     (server.pem, server.key, ca.pem in the directory)
"""
import socket
import ssl
import sys
import time


def serve(connection, context, seconds):
    into, out = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context.wrap_bio(into, out, server_side=True)
    into.write(connection.recv(65536))
    try:
        tls.do_handshake()
    except ssl.SSLWantReadError:
        pass
    connection.sendall(out.read())
    connection.settimeout(seconds)
    end, early = time.monotonic() + seconds, b''
    while time.monotonic() < end:
        try:
            early += connection.recv(65536)
        except TimeoutError:
            break
    if len(early) > 4096:
        print('sent', flush=True)
    into.write(early)
    try:
        tls.do_handshake()
    except ssl.SSLError as error:
        print(error, flush=True)
    connection.sendall(out.read())


def main():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(f'{sys.argv[2]}/server.pem', f'{sys.argv[2]}/server.key')
    context.load_verify_locations(f'{sys.argv[2]}/ca.pem')
    context.verify_mode = ssl.CERT_REQUIRED
    listener = socket.create_server(('127.0.0.1', int(sys.argv[1])))
    while True:
        connection, _ = listener.accept()
        with connection:
            serve(connection, context, float(sys.argv[3]))


main()
