# SPDX-License-Identifier: GPL-2.0-or-later
"""Lines of the batch that rsyslogd has handed over and the server has not stored yet. If load is
killed inside a batch, rsyslogd gives its successor only the current line and later ones
(8.2302): the earlier ones are in this file. What is stored twice counts once."""
import fcntl
import os

PROCESSES_MAX = 1000


class Spool:
    """The file path.N, with the lowest N that no other process has. Raises OSError."""

    def __init__(self, path):
        for number in range(PROCESSES_MAX):
            self.file = os.open(f"{path}.{number}", os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                os.close(self.file)
        raise OSError(f"{path}: more than {PROCESSES_MAX} processes")

    def left(self):
        """Lines of a process that was killed. An incomplete last one was not answered: rsyslogd
        still has it."""
        with open(self.file, "rb", closefd=False) as file:
            return file.read().split(b"\n")[:-1]

    def keep(self, line):
        data = line + b"\n"
        while data:
            data = data[os.write(self.file, data):]

    def clear(self):
        os.ftruncate(self.file, 0)
