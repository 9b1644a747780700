# SPDX-License-Identifier: GPL-2.0-or-later
"""laurel: each audit event as one JSON object, here under 30-netlog.rules."""
import errno
import json
import re

from statement import end, escape, line

WORDS = '''Reports each system call of 30-netlog.rules: process (pid, uid, comm), call, result and the
address argument. That covers connect with its errno, accept with its peer, bind of UDP, and
listen. Each event stands alone: the socket's protocol and its other end are in other events or
in none, so every record is partial. EINPROGRESS leaves the outcome unknown. A connect on
another kind of socket, or of UDP to port 0, is reported like any other call and is not counted
as wrong. Not claimed: stops, the call during which a signal ended the task, sendto.'''
OUTCOME = True
CALLS = True        # it also reports connects that make no connection
PROTO = '-'
ANY = ('0.0.0.0', '::')     # connects to it reach this host


def claims(expected, machine):
    if expected.verb == 'stop' or expected.get('hidden'):
        return False
    # the bind of a datagram socket cannot be distinguished from any other bind
    return expected.kind == 'connect' or expected.get('proto') == 'TCP'


def address(event):
    words = dict(w.split('=', 1) for w in event['SOCKADDR'][0]['SADDR'].strip('{}').split()
                 if '=' in w) if 'SOCKADDR' in event else {}
    if words.get('saddr_fam') not in ('inet', 'inet6'):
        return None
    ip = words['laddr'].partition('%')[0]
    if ip in ANY:
        return f'-:{words["lport"]}'
    return end(ip, words['lport'])


def read(path):
    with open(path, encoding='utf-8', errors='replace') as f:
        for text in f:
            try:
                event = json.loads(text)
                yield from reported(event)
            except (ValueError, KeyError):
                continue


def comm_of(call):
    """Laurel writes bytes that are not text as %XX."""
    raw = bytearray()
    text = call['comm'].encode()
    while text:
        if text[:1] == b'%' and len(text) >= 3:
            raw.append(int(text[1:3], 16))
            text = text[3:]
        else:
            raw.append(text[0])
            text = text[1:]
    return escape(bytes(raw))


def reported(event):
    call = event['SYSCALL']
    name, result = call['SYSCALL'], call.get('exit', 0)
    name = re.sub(r'^socketcall\((.*)\)$', r'\1', name)     # of i386
    who = {'pid': call['pid'], 'uid': call['uid'], 'comm': comm_of(call), 'proto': PROTO}
    peer = address(event)
    if name == 'connect' and peer:
        outcome = {}
        what = 'connect start'
        if result == -errno.EINPROGRESS:
            outcome = {'errno': 'EINPROGRESS'}
        elif result < 0:
            what, outcome = 'connect fail', {'errno': errno.errorcode[-result]}
        yield line(what, remote=peer, way='->', **who, **outcome)
    elif name in ('accept', 'accept4') and result >= 0:
        yield line('connect start', remote=peer or '-', way='<-', **who)
    elif name == 'listen' and result == 0:
        yield line('listen start', **who)
