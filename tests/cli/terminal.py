#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Rows on a real terminal: a pty that is the plugin's controlling terminal. Their width is the
terminal's, follows it when that changes (SIGWINCH), and counts no colour.
terminal.py [BUILD-DIR]"""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time

BUILD = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else 'build')
CONFIG = '''[log]
file =
[kernel]
source = none
[sockdiag]
use = no
[output]
syslog = no
[output rows]
transport = stdout
format = rows:{width}{color}
'''
COLOR = re.compile(r'\x1b\[[0-9;]*m')
failed = False


def check(text, good, shown=''):
    global failed
    failed |= not good
    print(('ok - ' if good else 'not ok - ') + text)
    if not good:
        print('\n'.join('  ' + line for line in str(shown).split('\n')[:20]))


def connect(number, second):
    """A connect of one process by rules, and its end; comm is longer than its column."""
    head = f'msg=audit({1795241000 + second}.{number % 1000:03d}:'
    rest = 'ppid=1 pid={0} auid=1000 uid=1000 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 ' \
           'tty=pts0 ses=3 comm="a-rather-long-nm" exe="/usr/bin/a" key="netlog"'.format(4000 + number)
    return ''.join((
        f'type=SYSCALL {head}{10 * number + 1}): arch=c000003e syscall=41 success=yes exit=3 a0=2 a1=1 a2=0 a3=0 items=0 {rest}\n',
        f'type=EOE {head}{10 * number + 1}): \n',
        f'type=SYSCALL {head}{10 * number + 2}): arch=c000003e syscall=42 success=yes exit=0 a0=3 a1=7 a2=10 a3=0 items=0 {rest}\n',
        f'type=SOCKADDR {head}{10 * number + 2}): saddr=020001BBC0000207{"0" * 16}\n',
        f'type=EOE {head}{10 * number + 2}): \n',
        f'type=SYSCALL {head}{10 * number + 3}): arch=c000003e syscall=231 a0=0 items=0 {rest}\n',
        f'type=EOE {head}{10 * number + 3}): \n'))


class Terminal:
    def __init__(self, config, columns):
        self.text = ''
        into, self.input = os.pipe()
        pid, self.fd = pty.fork()
        if not pid:
            os.dup2(into, 0)
            os.close(self.input)
            # the terminal has its size before the program asks for it
            fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack('HHHH', 24, columns, 0, 0))
            os.execv(f'{BUILD}/audisp-netlog', ['audisp-netlog', '-c', config])
        os.close(into)
        self.pid = pid

    def resize(self, columns):
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack('HHHH', 24, columns, 0, 0))

        # the program reads the signal before the records that come later
        end = time.monotonic() + 10
        while time.monotonic() < end and self.pending() >> (signal.SIGWINCH - 1) & 1:
            time.sleep(0.02)

    def pending(self):
        with open(f'/proc/{self.pid}/status') as f:
            return int(re.search(r'^ShdPnd:\s*(\S+)', f.read(), re.M).group(1), 16)

    def write(self, records):
        os.write(self.input, records.encode())

    def wait_for(self, pattern, seconds=10):
        """Returns the lines since the last call that match, once there is one."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if select.select([self.fd], [], [], 0.1)[0]:
                try:
                    self.text += os.read(self.fd, 65536).decode()
                except OSError:
                    break
            lines = [l for l in self.text.split('\r\n')[:-1] if re.search(pattern, COLOR.sub('', l))]
            if len(lines) >= 2:    # the start and the end
                self.text = ''
                return lines
        return [l for l in self.text.split('\r\n') if l]

    def close(self):
        os.close(self.input)
        try:
            while os.read(self.fd, 65536):
                pass
        except OSError:
            pass
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def widths(lines):
    return [len(COLOR.sub('', l)) for l in lines]


def run(work, color):
    config = f'{work}/conf'
    name = 'in colour' if color else 'plain'
    with open(config, 'w') as f:
        f.write(CONFIG.format(width=120, color=',color' if color else ''))
    t = Terminal(config, 120)
    t.write(connect(1, 1))
    rows = t.wait_for(r'\[4001\]')
    check(f'{name}: a row for each end, at most 120 columns', len(rows) == 2 and max(widths(rows)) <= 120, rows)
    check(f'{name}: the peer is whole, the name is cut, the pid is not',
          all('192.0.2.7:443' in r and '[4001]' in r for r in rows), rows)
    check(f'{name}: {"each row has" if color else "there is no"} colour, and it ends',
          all((r.count('\x1b[0m') == len(COLOR.findall(r)) / 2 > 0) if color else '\x1b' not in r for r in rows), rows)
    for number, columns in ((2, 64), (3, 200)):
        t.resize(columns)
        t.write(connect(number, number))
        rows = t.wait_for(rf'\[400{number}\]')
        check(f'{name}: after a change to {columns} columns, rows are as wide',
              len(rows) == 2 and max(widths(rows)) <= columns and all('192.0.2.7:443' in r for r in rows), rows)
        if columns == 64:
            narrow = max(widths(rows))
        else:
            check(f'{name}: a wider terminal has more in a row', max(widths(rows)) > narrow, rows)
    check(f'{name}: exit status 0', t.close() == 0)


with tempfile.TemporaryDirectory() as work:
    for with_color in (False, True):
        run(work, with_color)
sys.exit(failed)
