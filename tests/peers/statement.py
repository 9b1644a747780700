# SPDX-License-Identifier: GPL-2.0-or-later
"""What an adapter makes of a tool's output: lines of the form of the log, where what
the tool does not say is "-", the direction too; a name that the tool cut ends in "*".
"""
import ipaddress

PLAIN = set(range(0x21, 0x7f)) - set(b'"\'\\')


def escape(raw, cut=None):
    """bytes -> text, as the log has it; a name that is blank cannot be seen; one of
    the length at which the tool cuts ends in "*"."""
    if not raw.strip():
        return '-'
    if raw == b'-':
        return r'\x2D'
    return ''.join(chr(b) if b in PLAIN else f'\\x{b:02X}' for b in raw) + \
        ('*' if len(raw) == cut else '')


def end(address, port):
    ip = ipaddress.ip_address(address)
    ip = getattr(ip, 'ipv4_mapped', None) or ip
    return f'[{ip}]:{port}' if ip.version == 6 else f'{ip}:{port}'


def line(what, local='-', remote='-', way='-', proto='TCP', pid='-', uid='-', comm='-',
         errno=None, ev=None):
    """ev joins the values of one line."""
    ends = f'{local} {way} {remote}' if what.startswith('connect') else local
    return f'{what} {proto} {ends} - {pid} {uid} {comm}' + \
        (f' errno={errno}' if errno else '') + (f' ev={ev}' if ev else '')


def rows(pattern, path):
    """Matches of a line; a name with a newline in it makes two lines of one."""
    before = b''
    with open(path, 'rb') as f:
        for text in f.read().split(b'\n'):
            m = pattern.match(text) or (before and pattern.match(before + b'\n' + text))
            before = b'' if m else text
            if m:
                yield m
