# SPDX-License-Identifier: GPL-2.0-or-later
"""fleet/store: the ClickHouse server that the fleet's programs use.

NETLOG_STORE names it: http://HOST:PORT (or https, with the user in NETLOG_STORE_USER and
the password in NETLOG_STORE_PASSWORD), or a clickhouse-client command, which reads user and
password from its own configuration. Default: clickhouse-client. Values never become SQL
text: they are rows of an external table, which both kinds of connection send with the query.
"""
import os
import re
import shlex
import subprocess
import urllib.error
import urllib.parse
import urllib.request
import uuid

import macros

DATABASE = os.environ.get("NETLOG_STORE_DATABASE", "netlog")
TIMEOUT = int(os.environ.get("NETLOG_STORE_TIMEOUT", "300"))

if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", DATABASE):
    raise SystemExit(f"fleet: NETLOG_STORE_DATABASE={DATABASE!r} is not a name of letters, digits and _")


class StoreError(Exception):
    """The server's answer and its error code; 0: the server was not reached."""

    def __init__(self, text):
        super().__init__(text.strip()[:1000] or "no answer")
        found = re.search(r"Code: (\d+)", text)
        self.code = int(found.group(1)) if found else 0


def tsv(value):
    """One value of a TabSeparated row."""
    text = value if isinstance(value, str) else str(value)
    return (text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")
            .replace("\r", "\\r").replace("\0", "\\0"))


class HttpStore:
    def __init__(self, url):
        self.url = url.rstrip("/") + "/"
        self.headers = {}
        if "NETLOG_STORE_USER" in os.environ:
            self.headers["X-ClickHouse-User"] = os.environ["NETLOG_STORE_USER"]
        if "NETLOG_STORE_PASSWORD" in os.environ:
            self.headers["X-ClickHouse-Key"] = os.environ["NETLOG_STORE_PASSWORD"]

    def _post(self, parameters, body, headers):
        request = urllib.request.Request(self.url + "?" + urllib.parse.urlencode(parameters),
                                         data=body, headers={**self.headers, **headers})
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
                return answer.read()
        except urllib.error.HTTPError as error:
            raise StoreError(error.read().decode(errors="replace")) from None
        except OSError as error:
            raise StoreError(f"{self.url}: {error}") from None

    def insert(self, table, rows):
        self._post({"database": DATABASE, "query": f"INSERT INTO {table} FORMAT JSONEachRow"},
                   rows, {"Content-Type": "application/octet-stream"})

    def query(self, sql, args=None, form="TabSeparated", database=DATABASE, settings=None):
        parameters = {"default_format": form, **(settings or {})}
        if database:
            parameters["database"] = database
        if not args:
            return self._post(parameters, sql.encode(), {})
        parameters["arg_structure"] = structure(args)
        parameters["query"] = sql
        mark = uuid.uuid4().hex
        body = (f'--{mark}\r\nContent-Disposition: form-data; name="arg"; filename="arg"\r\n'
                f"Content-Type: application/octet-stream\r\n\r\n").encode()
        body += row(args) + f"\r\n--{mark}--\r\n".encode()
        return self._post(parameters, body, {"Content-Type": f"multipart/form-data; boundary={mark}"})


class ClientStore:
    def __init__(self, command):
        self.command = shlex.split(command)

    def _run(self, arguments, body):
        try:
            done = subprocess.run(self.command + arguments, input=body, timeout=TIMEOUT,
                                  capture_output=True, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise StoreError(str(error)) from None
        if done.returncode:
            raise StoreError(done.stderr.decode(errors="replace"))
        return done.stdout

    def insert(self, table, rows):
        self._run(["--database", DATABASE, "--query", f"INSERT INTO {table} FORMAT JSONEachRow"], rows)

    def query(self, sql, args=None, form="TabSeparated", database=DATABASE, settings=None):
        arguments = ["--query", sql, "--format", form]
        if database:
            arguments += ["--database", database]
        for name, value in (settings or {}).items():
            arguments.append(f"--{name}={value}")
        if args:
            arguments += ["--external", "--file=-", "--name=arg", f"--structure={structure(args)}"]
        return self._run(arguments, row(args) if args else b"")


def structure(args):
    """{name: (type, value)} as the columns of the external table."""
    return ", ".join(f"{name} {kind}" for name, (kind, _) in args.items())


def row(args):
    return "\t".join(tsv(value) for _, value in args.values()).encode() + b"\n"


def where():
    return os.environ.get("NETLOG_STORE", "clickhouse-client")


def connect():
    return HttpStore(where()) if re.match(r"https?://", where()) else ClientStore(where())


def version(store):
    """(major, minor) of the server."""
    text = store.query("SELECT version()", database=None).decode()
    return tuple(int(n) for n in re.findall(r"\d+", text)[:2])


def adapt(sql, server):
    """The SQL of this project for a server before 20, which has neither codecs nor table
    TTLs nor skipping indices nor bitmaps, and LowCardinality only on request."""
    sql = macros.expand(sql)
    if server >= (20, 0):
        return sql
    sql = sql.replace("groupBitmap", "uniqExact")
    sql = re.sub(r"LowCardinality\((\w+)\)", r"\1", sql)
    sql = re.sub(r" CODEC\((?:[^()]|\([^()]*\))*\)", "", sql)
    sql = re.sub(r"(,\s*INDEX [^\n]*)+\n\) ENGINE", "\n) ENGINE", sql)
    return re.sub(r"^TTL [^\n]*\n", "", sql, flags=re.M)


def statements(sql):
    """Statements of a file: each ends with a semicolon at the end of a line."""
    for statement in re.split(r";[ \t]*(?:\n|$)", sql):
        if re.sub(r"--[^\n]*", "", statement).strip():
            yield statement.strip()
