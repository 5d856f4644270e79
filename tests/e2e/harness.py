"""What the end-to-end tests share: quanzu-modemsim and quanzud on a temporary folder and free ports.

    with House(modems=2, script="phone 138*\\n  answer \\"{code}1\\"\\n") as h:
        h.start()
        h.ask("POST", "/v1/warnings", {...}).json

A test is a function under @test; run(__doc__) prints TAP and gives the exit code. The programs are
those of $B (build by default). Nothing is shared with the daemon's own code.
"""
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.join(ROOT, os.environ.get("B", "build"))
DAEMON = os.path.join(BUILD, "quanzud")
SIM = os.path.join(BUILD, "quanzu-modemsim")
LONG = os.environ.get("TORTURE") == "long"
TESTS = []

CONFIG = """
centre = "示例镇反诈分中心"; signature = "示例镇反诈"; centre_phone = "021-55550000"; area = "310118110000";
data_dir = "data"; store = "sqlite:quanzu.db"; log_level = "info";
http = { listen = ["127.0.0.1:%(port)d"]; socket = "../q.sock"; %(http)s };
channels = ( %(channels)s );
%(more)s
"""


def ports_from(base):
    while True:
        yield base
        base = base + 1 if base < 32000 else 20000


# Below the range that the system gives to outgoing connections; each process begins elsewhere.
NEXT_PORT = ports_from(20000 + os.getpid() * 61 % 12000)


def is_free(port):
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            s.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def free_ports(n):
    """The first of n ports in a row that nobody listens on now; never the same twice."""
    while True:
        row = [next(NEXT_PORT) for _ in range(n)]
        if row[-1] - row[0] == n - 1 and all(is_free(p) for p in row):
            return row[0]


def wait(what, seconds=10, step=0.02):
    """The first true answer of what(); AssertionError when none comes in time."""
    limit = time.monotonic() + seconds
    while True:
        got = what()
        if got:
            return got
        assert time.monotonic() < limit, "waited %g s for %s" % (seconds, getattr(what, "__name__", what))
        time.sleep(step)


class LocalConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=20)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(20)
        self.sock.connect(self.path)


class Answer:
    def __init__(self, response):
        self.status, self.headers = response.status, response.headers
        self.raw = response.read()

    @property
    def json(self):
        return json.loads(self.raw)


class Sim:
    """The simulated network; its ports and its log outlive a kill."""

    def __init__(self, folder, modems, script):
        self.folder, self.modems = folder, modems
        self.port = free_ports(modems)
        self.log = os.path.join(folder, "sim.log")
        self.control = os.path.join(folder, "sim.sock")
        self.script = os.path.join(folder, "phones")
        with open(self.script, "w", encoding="utf-8") as f:
            f.write(script)
        self.proc, self.read_to, self.seen = None, 0, []

    def start(self):
        self.proc = subprocess.Popen([SIM, "-n", str(self.modems), "--listen", "127.0.0.1:%d" % self.port, "--script",
                                      self.script, "--log", self.log, "--control", self.control],
                                     stdout=subprocess.PIPE, text=True)
        for _ in range(self.modems):
            assert self.proc.stdout.readline().startswith("modem "), "the simulator did not start"

    def stop(self, how=signal.SIGTERM):
        if self.proc is not None and self.proc.poll() is None:
            self.proc.send_signal(how)
        if self.proc is not None:
            self.proc.wait(10)
            self.proc.stdout.close()
        self.proc = None

    def lines(self, kind=None):
        """All that has happened so far, oldest first; a line that is being written is left for later."""
        if os.path.exists(self.log):
            with open(self.log, "rb") as f:
                f.seek(self.read_to)
                whole = f.read()
            whole = whole[:whole.rfind(b"\n") + 1]
            self.read_to += len(whole)
            self.seen += [json.loads(line) for line in whole.splitlines()]
        return self.seen if kind is None else [x for x in self.seen if x["ev"] == kind]

    def order(self, command):
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(10)
            s.connect(self.control)
            s.sendall(command.encode() + b"\n")
            out = b""
            while not out.endswith(b"\n"):
                out += s.recv(65536)
        answer = json.loads(out)
        assert answer["ok"], answer
        return answer

    def texts(self):
        """[(phone, text)] of whole messages that the network took, joined from their parts, in order."""
        open_, out = {}, []
        for x in self.lines("submit"):
            if x.get("parts", 1) <= 1:
                out.append((x["to"], x["text"]))
                continue
            key = (x["modem"], x["to"], x["ref"], x["parts"])
            parts = open_.setdefault(key, {})
            parts[x["part"]] = x["text"]
            if len(parts) == x["parts"]:
                out.append((x["to"], "".join(parts[i] for i in sorted(parts))))
                del open_[key]
        return out


class House:
    """One gateway, and the simulated network when it has modems. Gone at the end of the with block."""

    def __init__(self, modems=0, script="", http="", more="", channel="", preexec=None, env=None, folder=None):
        self.dir = tempfile.mkdtemp(prefix="qz-e2e-", dir=folder)
        self.port = free_ports(1)
        self.config = os.path.join(self.dir, "q.conf")
        self.sim = Sim(self.dir, modems, script) if modems else None
        self.preexec, self.env = preexec, env
        self.proc, self.keys = None, {}
        channels = ", ".join('{ name = "sim%d"; kind = "modem"; device = "tcp:127.0.0.1:%d"; %s }' %
                             (i + 1, self.sim.port + i, channel) for i in range(modems))
        self.text = CONFIG % {"port": self.port, "http": http, "channels": channels, "more": more}
        self.write_config(self.text)

    def write_config(self, text):
        with open(self.config, "w", encoding="utf-8") as f:
            f.write(text)

    def __enter__(self):
        if self.sim:
            self.sim.start()
        return self

    def __exit__(self, *why):
        self.stop(signal.SIGKILL)
        if self.sim:
            self.sim.stop(signal.SIGKILL)
        shutil.rmtree(self.dir)

    # -- the daemon ---------------------------------------------------------------------------

    def start(self, seconds=10):
        """Returns when it answers; gives the seconds that took."""
        began = time.monotonic()
        with open(os.path.join(self.dir, "log"), "ab") as log:
            env = dict(os.environ, **self.env) if self.env else None
            self.proc = subprocess.Popen([DAEMON, "-c", self.config], stderr=log, preexec_fn=self.preexec, env=env)
        while True:
            try:
                if self.local("GET", "/healthz").status == 200:
                    return time.monotonic() - began
            except (OSError, http.client.HTTPException):
                pass
            assert self.proc.poll() is None, self.said()[-2000:]
            assert time.monotonic() - began < seconds, "not ready: " + self.said()[-2000:]
            time.sleep(0.005)

    def run(self, *options, seconds=10):
        """The daemon in the foreground, for starts that must fail: (exit code, what it said)."""
        r = subprocess.run([DAEMON, "-c", self.config, *options], capture_output=True, text=True, timeout=seconds,
                           check=False, preexec_fn=self.preexec)
        return r.returncode, r.stderr + r.stdout

    def stop(self, how=signal.SIGTERM, seconds=20):
        """The exit code; -9 after a kill."""
        if self.proc is None:
            return None
        if self.proc.poll() is None:
            self.proc.send_signal(how)
        code = self.proc.wait(seconds)
        self.proc = None
        return code

    def said(self):
        with open(os.path.join(self.dir, "log"), encoding="utf-8", errors="replace") as f:
            return f.read()

    def cpu(self):
        """Seconds of processor time so far, of all threads, to the nanosecond."""
        folder, total = "/proc/%d/task" % self.proc.pid, 0
        for thread in os.listdir(folder):
            with open("%s/%s/schedstat" % (folder, thread), encoding="ascii") as f:
                total += int(f.read().split()[0])
        return total / 1e9

    def memory(self):
        """Resident MiB."""
        with open("/proc/%d/status" % self.proc.pid, encoding="ascii") as f:
            return int(re.search(r"VmRSS:\s+(\d+)", f.read()).group(1)) / 1024

    # -- HTTP ----------------------------------------------------------------------------------

    def send(self, conn, method, path, body=None, headers=None):
        headers = dict(headers or {})
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
            headers.setdefault("Content-Type", "application/json")
        conn.request(method, path, body.encode() if isinstance(body, str) else body, headers)
        return Answer(conn.getresponse())

    def local(self, method, path, body=None, headers=None):
        """Over the unix socket, where the system's own user needs no key."""
        conn = LocalConnection(os.path.join(self.dir, "q.sock"))
        try:
            return self.send(conn, method, path, body, headers)
        finally:
            conn.close()

    def key(self, role="police"):
        if role not in self.keys:
            a = self.local("POST", "/v1/keys", {"name": role, "role": role, "area": ""})
            assert a.status == 201, a.raw
            self.keys[role] = a.json["key"]
        return self.keys[role]

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)

    def ask(self, method, path, body=None, headers=None, role="police", conn=None):
        """Over TCP with a key of that role."""
        own = conn or self.connect()
        try:
            headers = dict(headers or {}, Authorization="Bearer " + self.key(role))
            return self.send(own, method, path, body, headers)
        finally:
            if conn is None:
                own.close()

    def all(self, noun, query="", role="auditor"):
        """Every row of a list, page by page."""
        rows, after = [], None
        while True:
            page = self.ask("GET", "/v1/%s?limit=500%s%s" % (noun, "&" + query if query else "",
                                                            "&after=" + after if after else ""), role=role).json
            rows += page["items"]
            after = page["next"]
            if not after:
                return rows

    # -- a township ----------------------------------------------------------------------------

    def settle(self, villages, members):
        """Areas, teams and people: village v (from 1) has area_of(v), member m of it phone_of(v, m)."""
        table = {"Content-Type": "text/csv"}
        areas = "代码,名称,类型,上级\n310118110000,示例镇,镇,\n" + "".join(
            "%s,第%d村,村,310118110000\n" % (area_of(v), v) for v in range(1, villages + 1))
        people = "队伍,姓名,手机号,职务,村居\n中心值班组,周值班,13800009999,值班员,310118110000\n" + "".join(
            "第%d村劝导队,%s,%s,队员,%s\n" % (v, name_of(v * members + m), phone_of(v, m), area_of(v))
            for v in range(1, villages + 1) for m in range(members))
        for noun, text, rows in (("areas", areas, villages + 1), ("members", people, villages * members + 1)):
            a = self.ask("POST", "/v1/" + noun, text, table, role="manager")
            assert a.status == 200 and a.json["created"] + a.json["updated"] == rows, a.raw[:600]


def area_of(village):
    return "310118110%03d" % (200 + village)


def phone_of(village, member):
    """The last four digits are its own: masked numbers tell people apart."""
    return "1380000%04d" % (village * 20 + member)


def name_of(n):
    return "赵钱孙李周吴郑王冯陈"[n % 10] + ("建国", "秀英", "志强", "桂兰", "小明", "丽华", "海燕")[n // 10 % 7]


def warning(n, village, level="高危", **more):
    """Somebody not on the list, in a village of settle()."""
    return dict({"source": "96110", "warn_no": "K%s" % n, "level": level, "fraud_type": "冒充客服", "name": name_of(n),
                 "phones": ["139%08d" % n], "area": area_of(village), "address": "第%d村%d组" % (village, n % 30 + 1)}, **more)


# -- TAP -----------------------------------------------------------------------------------------


def test(fn):
    TESTS.append(fn)
    return fn


def run():
    failed = 0
    names = sys.argv[1:]
    tests = [t for t in TESTS if not names or t.__name__ in names]
    print("1..%d" % len(tests))
    for i, fn in enumerate(tests, 1):
        try:
            fn()
            print("ok %d - %s" % (i, fn.__name__), flush=True)
        except Exception:  # a test that breaks is a test that fails
            failed += 1
            print("not ok %d - %s" % (i, fn.__name__))
            print("".join("# %s\n" % line for line in traceback.format_exc().splitlines()), end="", flush=True)
    return 1 if failed else 0
