#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The walk of one connect() in CONTRIBUTING, compared with the source.

Its lists name functions in the order of their calls. The caller of a function is the
function before it, or one of that one's callers: it calls it by name, below the calls that
the list had before, or it calls a pointer, and some file takes the function's address.
The roots have no caller in the list.
Usage: walk.py [CONTRIBUTING]
"""
import glob
import re
import sys

# Called by the event loop, by the kernel, and by the system's threads.
ROOTS = {'take_input', 'kernel_source_work', 'handle_tcp_connect', 'handle_state', 'on_tcp_connect',
         'on_state', 'writer_run'}
# ring_buffer__consume(): libbpf calls back.
POINTER = re.compile(r'(?:->|\.)\w+\(|\bring_buffer__consume\(')


def code(path):
    """The text of a source file without comments and strings, as long as before."""
    with open(path, encoding='utf-8') as f:
        text = f.read()
    blank = lambda m: re.sub(r'[^\n]', ' ', m.group())
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"', blank, text, flags=re.S)


def body(text, name):
    """What is between the braces of a function, or None."""
    m = re.search(r'^(?:\w[\w \t]*[ \t*]|SEC\([^\n]*\n[^\n]*?)%s\([^;{]*?\)[^;{]*?\n?\{(.*?)^\}' % name, text, re.S | re.M)
    if not m:	# a macro of BPF or of the kernel defines it: int BPF_PROG(name, …), TWICE(section, name)
        m = re.search(r'^[^\n]*\w+\((?:[^;{()]*,\s*)?%s\b[^;{]*?\)\s*\{(.*?)^\}' % name, text, re.S | re.M)
    return m.group(1) if m else None


def walks(path):
    """Lists of (file, function)."""
    with open(path, encoding='utf-8') as f:
        section = f.read().split('## The path of one connect()')[1].split('\n### ')[0]
    for block in re.findall(r'```\n(.*?)```', section, re.S):
        yield [(line.split()[0], name) for line in block.splitlines() for name in line.split()[1:]]


class Source:
    def __init__(self):
        self.texts = {}
        self.all = {p: code(p) for pattern in ('parser/*.c', 'parser/*/*.c', 'plugin/*.c', 'plugin/*/*.c')
                    for p in glob.glob(pattern)}

    def body(self, path, name):
        if path not in self.texts:
            self.texts[path] = code(path)
        return body(self.texts[path], name)

    def is_pointed_at(self, name):
        use = re.compile(r'(?<![\w])%s(?=\s*[,;)}])' % name)
        return any(use.search(text) for text in self.all.values())


class Step:
    def __init__(self, name, text):
        self.name, self.text, self.at = name, text, 0

    def calls(self, name):
        """Calls it, behind what it called before."""
        m = re.compile(r'(?<![\w.>])%s\(' % name).search(self.text, self.at)
        if m:
            self.at = m.end()
        return bool(m)

    def calls_by_pointer(self):
        m = POINTER.search(self.text, self.at)
        if m:
            self.at = m.end()
        return bool(m)


def faults(walk, source):
    stack = []
    for path, name in walk:
        text = source.body(path, name)
        if text is None:
            yield f'{path} has no {name}()'
            continue
        step = Step(name, text)
        if name in ROOTS:
            stack = [step]
            continue
        caller = next((s for s in reversed(stack) if s.calls(name)), None)
        if not caller and source.is_pointed_at(name):
            caller = next((s for s in reversed(stack) if s.calls_by_pointer()), None)
        if not caller:
            yield f'{name}() is not called by {", ".join(s.name + "()" for s in reversed(stack))} at its place'
            continue
        stack = stack[:stack.index(caller) + 1] + [step]


def main():
    path = sys.argv[1] if len(sys.argv) > 1 else 'CONTRIBUTING.md'
    source = Source()
    failed = 0
    for number, walk in enumerate(walks(path), 1):
        found = list(faults(walk, source))
        failed |= bool(found)
        print(f"{'not ok' if found else 'ok'} - walk {number}: {len(walk)} functions call each other in this order")
        for fault in found:
            print(f'  {fault}')
    sys.exit(failed)


main()
