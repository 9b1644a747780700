#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Compares the arguments in Hone's process blocks with those that programs were started with.
Usage: judge_arguments.py FILE ARGUMENTS
ARGUMENTS has lines of PID and arguments, separated by tabs; a newline in one is \\n. The log has
128 bytes of them. The program's name is not compared: a wrapper may start the program."""
import struct
import sys

sys.dont_write_bytecode = True
import read  # noqa: E402

LOGGED = 128
blocks = {}
for kind, body, order, _ in read.blocks(open(sys.argv[1], 'rb').read()):
    what = dict(read.options(body[12:], order)) if kind == 0x101 else {2: b''}
    if 2 not in what:       # an exec, or a process at its first packet
        blocks.setdefault(struct.unpack_from(order + 'I', body)[0], []).append(what)
right, wrong = 0, []
for line in open(sys.argv[2]):
    pid, *words = line.rstrip('\n').replace('\\n', '\n').split('\t')
    got = blocks.get(int(pid), [{}])[-1].get(4)
    name = (got or b'').split(b'\0')[0]
    want = b'\0'.join([name] + [w.encode() for w in words[1:]]) + b'\0'
    if got and (got == want or (len(want) > LOGGED and got == want[:LOGGED].rstrip(b'\0') + b'\0')):
        right += 1
    else:
        wrong.append(f'{pid}: {got}, not {want}')
name = sys.argv[1].rsplit('/', 1)[-1]
print(f'{"not " if wrong or not right else ""}ok - {name}: arguments of {right} processes in Hone\'s blocks, {len(wrong)} wrong')
for line in wrong[:10]:
    print(f'# {line}')
sys.exit(bool(wrong or not right))
