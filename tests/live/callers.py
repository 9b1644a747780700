# SPDX-License-Identifier: GPL-2.0-or-later
"""Connections of processes outside the scenarios, as the kernel recorded them.

Another test on the same machine may connect to a scenario's address. Its line is right, not
stray, if the record of its own system call names the same process and the same address.
"""
import ipaddress
import re
import socket
import struct

SYSCALL = re.compile(r'type=(?:SYSCALL|1300) msg=audit\((\d+\.\d+:\d+)\):.* pid=(\d+) ')
SOCKADDR = re.compile(r'type=(?:SOCKADDR|1306) msg=audit\((\d+\.\d+:\d+)\): saddr=([0-9A-F]+)')


def address(text):
    """Returns a sockaddr in hexadecimal as a line has it; None for other families."""
    raw = bytes.fromhex(text)
    family = struct.unpack('=H', raw[:2])[0] if len(raw) >= 8 else None
    port = int.from_bytes(raw[2:4], 'big')
    if family == socket.AF_INET:
        return f'{ipaddress.IPv4Address(raw[4:8])}:{port}'
    if family == socket.AF_INET6 and len(raw) >= 24:
        return f'[{ipaddress.IPv6Address(raw[8:24])}]:{port}'
    return None


def read(path):
    """Returns {(event, pid, address)} of the system calls in an audit log."""
    pids, addresses = {}, {}
    with open(path, encoding='latin-1') as f:
        for line in f:
            if m := SYSCALL.search(line):
                pids[m[1]] = m[2]
            elif m := SOCKADDR.search(line):
                addresses[m[1]] = address(m[2])
    return {(event, pids[event], at) for event, at in addresses.items() if at and event in pids}
