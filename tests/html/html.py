#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests the page of aunetlog --html with 50,000 connections in headless Chromium: html.py BUILD
[DIRECTORY for screenshots]. Uses mouse and keyboard in light and dark mode, measures response
times, and checks that the page loads nothing from the network."""
import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

RECORDS = 430000    # of which about 55,000 connections come
WAIT = 60           # s that one answer of the browser may take
# The most that a step may take, in ms; a busy machine takes several times what an idle one does.
SLOW = float(os.environ.get('SLOW', '1'))


class Browser:
    """Chromium by the DevTools protocol, over its pipe."""

    def __init__(self, profile):
        there, self.to = os.pipe()
        self.back, here = os.pipe()

        def place():
            # these may be 3 and 4 themselves
            a, b = os.dup(there), os.dup(here)
            os.dup2(a, 3)
            os.dup2(b, 4)

        self.process = subprocess.Popen(
            ['chromium', '--headless=new', '--no-sandbox', '--disable-gpu', '--remote-debugging-pipe',
             '--user-data-dir=' + profile, '--window-size=1400,900', 'about:blank'],
            preexec_fn=place, close_fds=False, stderr=subprocess.DEVNULL)
        os.close(there)
        os.close(here)
        self.number = 0
        self.buffer = b''
        self.events = []
        targets = self.call('Target.getTargets')['targetInfos']
        page = [t for t in targets if t['type'] == 'page'][0]
        self.session = None
        self.session = self.call('Target.attachToTarget', targetId=page['targetId'],
                                 flatten=True)['sessionId']
        for domain in ('Page', 'Runtime', 'Network', 'Log'):
            self.call(domain + '.enable')

    def read(self):
        while b'\0' not in self.buffer:
            data = os.read(self.back, 1 << 20)
            if not data:
                raise EOFError('chromium ended')
            self.buffer += data
        text, self.buffer = self.buffer.split(b'\0', 1)
        return json.loads(text)

    def call(self, method, **params):
        self.number += 1
        message = {'id': self.number, 'method': method, 'params': params}
        if getattr(self, 'session', None):
            message['sessionId'] = self.session
        os.write(self.to, json.dumps(message).encode() + b'\0')
        end = time.time() + WAIT
        while time.time() < end:
            answer = self.read()
            if answer.get('id') != self.number:
                self.events.append(answer)
                continue
            if 'error' in answer:
                raise RuntimeError('%s: %s' % (method, answer['error']))
            return answer['result']
        raise TimeoutError(method)

    def js(self, code):
        result = self.call('Runtime.evaluate', expression=code, awaitPromise=True, returnByValue=True)
        if 'exceptionDetails' in result:
            raise RuntimeError(result['exceptionDetails'])
        return result['result'].get('value')

    def open(self, url):
        self.call('Page.navigate', url=url)
        self.until('document.readyState === "complete" && typeof rows !== "undefined"')

    def until(self, condition):
        end = time.time() + WAIT
        while not self.js('Boolean(%s)' % condition):
            if time.time() > end:
                raise TimeoutError(condition)
            time.sleep(0.05)

    def key(self, key, code=None, text=None, number=0):
        for kind in ('keyDown', 'keyUp'):
            extra = {'text': text} if text and kind == 'keyDown' else {}
            self.call('Input.dispatchKeyEvent', type=kind, key=key, code=code or key,
                      windowsVirtualKeyCode=number, **extra)

    def mouse(self, kind, x, y, **more):
        self.call('Input.dispatchMouseEvent', type=kind, x=x, y=y, **more)

    def shot(self, path):
        with open(path, 'wb') as f:
            f.write(base64.b64decode(self.call('Page.captureScreenshot', format='png')['data']))

    def close(self):
        try:
            self.call('Browser.close')
        except (EOFError, TimeoutError, RuntimeError, OSError):
            pass
        self.process.wait(20)


failed = passed = 0


def verdict(name, good, note=''):
    global failed, passed
    if good:
        passed += 1
    else:
        failed += 1
    print('%sok - %s%s' % ('' if good else 'not ', name, ' (%s)' % note if note else ''), flush=True)


def timed(b, name, code, most):
    """Runs it, waits for the next frame, and returns how long that took."""
    ms = b.js('(async () => { const t = performance.now(); %s; await new Promise(r => '
              'requestAnimationFrame(() => setTimeout(r))); return performance.now() - t; })()' % code)
    verdict('%s: at most %d ms' % (name, most), ms <= most * SLOW, '%d ms' % ms)


CONTRAST = '''(() => {
  const css = getComputedStyle(document.documentElement);
  const light = name => {
    let h = css.getPropertyValue(name).trim().slice(1);
    if (h.length === 3) h = [...h].map(x => x + x).join("");
    const [r, g, b] = [0, 2, 4].map(i => parseInt(h.slice(i, i + 2), 16) / 255)
      .map(x => x <= .04045 ? x / 12.92 : ((x + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b;
  };
  const worst = [];
  for (const f of ["--fg", "--dim", "--bad", "--open"])
    for (const g of ["--bg", "--sel"]) {
      const [a, b] = [light(f), light(g)].sort((x, y) => y - x);
      worst.push((a + .05) / (b + .05));
    }
  return Math.min(...worst);
})()'''


def make_page(build, tmp):
    with open(tmp + '/log', 'wb') as log:
        subprocess.run([build + '/tests/bench/generate', '--no-eoe', '--pace', '20', '--records',
                        str(RECORDS)], stdout=log, stderr=subprocess.DEVNULL, check=True)
    began = time.time()
    subprocess.run([build + '/aunetlog', '--no-index', '-if', tmp + '/log', '--html', tmp + '/page.html'],
                   stderr=subprocess.DEVNULL, check=True)
    print('# the page was written in %.1f s, %.1f MB' %
          (time.time() - began, os.path.getsize(tmp + '/page.html') / 1e6))


def test_load(b, url):
    began = time.time()
    b.open(url)
    b.until('document.querySelectorAll(".row").length > 10')
    verdict('the page opens in at most 5 s', time.time() - began < 5 * SLOW, '%.1f s' % (time.time() - began))
    count = b.js('rows.length')
    verdict('at least 50,000 connections', count >= 50000, str(count))
    verdict('the table has the rows that are seen alone', b.js('document.querySelectorAll(".row").length') < 100)
    verdict('memory of the page below 300 MB', b.js('performance.memory.usedJSHeapSize') < 300e6,
            '%d MB' % (b.js('performance.memory.usedJSHeapSize') / 1e6))


def test_speed(b):
    timed(b, 'filter by a word', '$("filter").value = "curl"; save()', 500)
    timed(b, 'filter by two columns', '$("filter").value = "process:curl outcome:closed"; save()', 500)
    timed(b, 'no filter', '$("clear").click()', 800)
    for column in ('process', 'remote', 'sent'):
        timed(b, 'sort by ' + column,
              'document.querySelector("#heads button:nth-child(%d)").click()' %
              (b.js('names.indexOf("%s")' % column) + 1), 1500)
    timed(b, 'scroll to the end', '$("table").scrollTop = 1e9; $("table").dispatchEvent(new Event("scroll"))', 200)
    b.until('[...document.querySelectorAll(".row")].pop().offsetTop === (shown.length - 1) * height')
    verdict('the last row is there', True)
    b.js('order = 0; down = false; save()')


def test_keyboard(b, url):
    b.open(url + '#')
    b.key('/', 'Slash', '/', 191)
    verdict('/ goes to the filter', b.js('document.activeElement.id') == 'filter')
    b.call('Input.insertText', text='process:wget')
    b.until('location.hash.includes("wget")')
    verdict('typing filters', b.js('shown.length > 0 && shown.every(r => r[5].startsWith("wget"))'))
    verdict('and the address bar has it', b.js('location.hash') == '#q=process%3Awget', b.js('location.hash'))
    b.key('Escape', number=27)
    verdict('Escape clears it, and goes to the table',
            b.js('$("filter").value === "" && shown.length === rows.length && document.activeElement.id') == 'table')
    b.key('PageDown', number=34)
    b.until('$("table").scrollTop > 100')
    verdict('Page Down scrolls the table', True)
    b.js('$("filter").focus()')
    seen = []
    for _ in range(60):
        b.key('Tab', number=9)
        seen.append(b.js('(e => e.id || e.dataset.c || e.tagName)(document.activeElement)'))
    wanted = ['clear', 'timeline', 'text', 'table'] + [str(n) for n in range(11)]
    missing = [w for w in wanted if w not in seen]
    verdict('Tab reaches buttons, timeline, graph, heads and table', not missing, ' '.join(missing))
    b.js('document.querySelector("#heads button:nth-child(6)").focus()')
    b.key('Enter', 'Enter', '\r', 13)
    verdict('Enter on a head sorts', b.js('document.querySelector("#heads button:nth-child(6)").getAttribute("aria-sort")') == 'ascending')
    b.js('document.querySelector("#graph text").focus()')
    b.key('Enter', 'Enter', '\r', 13)
    verdict('Enter on a name in the graph filters', b.js('$("filter").value.startsWith("process:") && shown.length < rows.length'))
    b.js('$("clear").click(); $("timeline").focus()')
    b.key('ArrowRight', number=39)
    verdict('arrows choose a time on the timeline', b.js('range !== null && shown.length < rows.length'))
    b.key('Escape', number=27)
    verdict('the focus is seen', b.js('getComputedStyle($("filter"), ":focus-visible") && '
                                      '[...document.styleSheets[0].cssRules].some(r => r.selectorText === ":focus-visible")'))


def test_mouse(b):
    box = b.js('(r => [r.left, r.top, r.width, r.height])($("timeline").getBoundingClientRect())')
    x, y = box[0] + box[2] * .25, box[1] + box[3] / 2
    b.mouse('mousePressed', x, y, button='left', clickCount=1)
    b.mouse('mouseMoved', x + box[2] * .25, y, button='left')
    b.mouse('mouseReleased', x + box[2] * .25, y, button='left', clickCount=1)
    verdict('a drag over the timeline chooses a time',
            b.js('range && Math.abs((range[1] - range[0]) / (last - first) - .25) < .02 && shown.length < rows.length'))
    verdict('and the address bar has it', '&t=' in b.js('location.hash') or '#t=' in b.js('location.hash'))


def test_looks(b, shots):
    for scheme in ('light', 'dark'):
        b.call('Emulation.setEmulatedMedia', features=[{'name': 'prefers-color-scheme', 'value': scheme}])
        ratio = b.js(CONTRAST)
        verdict('%s: contrast of text at least 4.5' % scheme, ratio >= 4.5, '%.1f' % ratio)
        back = b.js('getComputedStyle(document.body).backgroundColor')
        verdict('%s: its background' % scheme, (sum(map(int, back[4:-1].split(','))) > 600) == (scheme == 'light'), back)
        if shots:
            b.shot('%s/html-%s.png' % (shots, scheme))
    b.call('Emulation.setEmulatedMedia', features=[])
    for width in (700, 400):
        b.call('Emulation.setDeviceMetricsOverride', width=width, height=800, deviceScaleFactor=1, mobile=False)
        b.js('dispatchEvent(new Event("resize"))')
        verdict('%d pixels: nothing is wider' % width,
                b.js('document.documentElement.scrollWidth <= innerWidth && '
                     '$("table").scrollWidth <= $("table").clientWidth'))
        verdict('%d pixels: process, remote end and outcome can be read' % width,
                b.js('[6, 10, 11].every(n => document.querySelector(".row > :nth-child(" + n + ")").clientWidth >= 85)'))
        verdict('%d pixels: heads are above their columns' % width,
                b.js('[6, 10, 11].every(n => Math.abs(document.querySelector("#heads > :nth-child(" + n + ")").offsetLeft - '
                     'document.querySelector(".row > :nth-child(" + n + ")").offsetLeft) <= 1)'))
        if shots:
            b.shot('%s/html-%d.png' % (shots, width))
    b.call('Emulation.clearDeviceMetricsOverride')


def test_quiet(b, url):
    asked = [e['params']['request']['url'] for e in b.events if e.get('method') == 'Network.requestWillBeSent']
    verdict('nothing is loaded but the page', all(u.startswith(url) or u.startswith('data:') for u in asked),
            ' '.join(sorted(set(u for u in asked if not u.startswith(url)))[:3]))
    bad = [e for e in b.events if e.get('method') == 'Runtime.exceptionThrown' or
           (e.get('method') == 'Log.entryAdded' and e['params']['entry']['level'] == 'error')]
    verdict('no error in the console', not bad, str(bad[:1]) if bad else '')


def main():
    if not shutil.which('chromium'):
        print('skip - the page in a browser: chromium is not installed')
        return 77
    build, shots = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None
    if shots:
        os.makedirs(shots, exist_ok=True)
    tmp = tempfile.mkdtemp()
    b = None
    try:
        make_page(build, tmp)
        url = 'file://' + tmp + '/page.html'
        b = Browser(tmp + '/profile')
        test_load(b, url)
        test_speed(b)
        test_keyboard(b, url)
        test_mouse(b)
        test_looks(b, shots)
        test_quiet(b, url)
    finally:
        if b:
            b.close()
        shutil.rmtree(tmp, ignore_errors=True)
    print('%d passed, %d failed' % (passed, failed))
    return failed > 0


sys.exit(main())
