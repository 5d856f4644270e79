#!/usr/bin/env python3
"""Figures of the whole gateway, each beside the limit that it is measured against.

The daemon, the simulated modems and the load run on this machine at the same time, as they would in
a township office; limits of SQLite and of the bare transaction are measured in the same run.

    B=build tests/bench.py [NAME...]      NAME: post rows match import latency sms failover cloud calls processor idle
    BENCH=full                            1,000,000 residents instead of 200,000
    BENCH_DIR=/path                       a folder on the disk to be measured (default /tmp)
"""
import csv
import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "e2e"))
from harness import BUILD, House, area_of, name_of, wait, warning  # noqa: E402

FULL = os.environ.get("BENCH") == "full"
RESIDENTS = 1000000 if FULL else 200000
FOLDER = os.environ.get("BENCH_DIR", "/tmp")
SWITCHED_OFF = "pace = 0; part_pace = 0; per_minute = 0; per_hour = 0; per_day = 0;"
# A phone knows about a hundred open tasks: with fewer people a bench soon measures how the last code is looked for.
VILLAGES, MEMBERS = 400, 10
BENCHES, missed = [], []


def bench(fn):
    BENCHES.append(fn)
    return fn


def show(what, figure, unit, goal="", ok=None):
    """One line of the table; a goal that is missed is counted."""
    figure = "%.0f" % figure if abs(figure) >= 100 else "%.3g" % figure
    mark = "" if ok is None else "ok" if ok else "MISSED"
    if ok is False:
        missed.append(what)
    print("%-58s %10s %-7s %-34s %s" % (what, figure, unit, goal, mark), flush=True)


def at_least(what, figure, unit, goal, limit=""):
    show(what, figure, unit, "goal >= %g%s" % (goal, " " + limit if limit else ""), figure >= goal)


def at_most(what, figure, unit, goal, limit=""):
    show(what, figure, unit, "goal <= %g%s" % (goal, " " + limit if limit else ""), figure <= goal)


def tool(name, *args, **env):
    r = subprocess.run([os.path.join(BUILD, name), *map(str, args)], capture_output=True, text=True, check=False,
                       env=dict(os.environ, BENCH_DIR=FOLDER, **env))
    assert r.returncode == 0, (name, r.returncode, r.stderr[-2000:])
    return r.stdout


def office(**how):
    how.setdefault("http", "connections = 400; per_address = 400; queue = 8192; body_max = \"64M\"; request_timeout = \"10min\";")
    return House(folder=FOLDER, more='drop = { dir = ""; };', **how)


def median(values):
    return sorted(values)[len(values) // 2]


# -- HTTP -----------------------------------------------------------------------------------------------


@bench
def post():
    """One warning a request, durable before its 201; beside it the same transaction without HTTP."""
    groups = (1, 16, 64, 256)
    with office() as h:
        h.start()
        h.settle(VILLAGES, MEMBERS)
        key, first, posts = h.key(), 1, {}
        for n in groups:
            posts[n] = json.loads(tool("bench_post", h.port, key, n, 2, first))
            assert posts[n]["bad"] == 0, posts[n]
            first += posts[n]["posts"]
        assert h.ask("GET", "/v1/audit", role="auditor").json["ok"]
        h.stop()
    bare = {g["group"]: g for g in map(json.loads, tool("bench_accept", 1.2, *groups).splitlines())}
    for n in groups:
        rate = posts[n]["posts"] / posts[n]["seconds"]
        show("durable POSTs, %d connection%s" % (n, "s" * (n > 1)), rate, "/s",
             "p50 %.1f ms, p99 %.1f ms" % (posts[n]["p50_us"] / 1e3, posts[n]["p99_us"] / 1e3))
        ratio = rate / bare[n]["accepts"]
        if n == 64:
            at_least("  share of the bare accept, %d to a commit" % n, ratio, "", 0.7, "(%.0f/s)" % bare[n]["accepts"])
        else:
            show("  share of the bare accept, %d to a commit" % n, ratio, "", "(%.0f/s)" % bare[n]["accepts"])
    at_most("accept beside three bare indexed rows, 64 to a commit", bare[64]["rows"] / bare[64]["accepts"], "times", 3,
            "(%.0f/s)" % bare[64]["rows"])
    show("  processor: accept %.0f us, three bare rows %.0f us" % (bare[64]["cpu_us"], bare[64]["rows_cpu_us"]),
         bare[64]["cpu_us"] / bare[64]["rows_cpu_us"], "times")


@bench
def rows():
    """NDJSON: many records in one request."""
    n = 4000
    with office() as h:
        h.start()
        h.settle(VILLAGES, MEMBERS)
        body = "\n".join(json.dumps(warning(i, i % VILLAGES + 1), ensure_ascii=False) for i in range(n))
        h.key()
        began = time.monotonic()
        a = h.ask("POST", "/v1/warnings", body, {"Content-Type": "application/x-ndjson"}).json
        took = time.monotonic() - began
        assert a["accepted"] == n, a["rejected"]
        show("NDJSON rows, one request of %d" % n, n / took, "/s", "all durable, a result for each")


# -- people -----------------------------------------------------------------------------------------------


@bench
def match():
    """Whom does a warning mean, beside bare SQLite that reads the same rows with the key at hand."""
    out = tool("bench_match", BENCH_ROWS=str(RESIDENTS))
    for m in re.finditer(r"^(\w+) +us +([\d.]+) bare_sqlite_us +([\d.]+) ratio ([\d.]+)$", out, re.M):
        at_most("%s of %d residents: %s us" % (m.group(1), RESIDENTS, m.group(2)), float(m.group(4)), "times", 2,
                "(bare %s us)" % m.group(3))


def people_file(n):
    """A list as an office has it, CSV."""
    out = io.StringIO()
    w = csv.writer(out)
    w.writerow(["姓名", "手机号", "村居", "住址", "风险等级"])
    for i in range(n):
        v = i % VILLAGES + 1
        name = name_of(i)[0] + chr(0x4E00 + i * 7919 % 2003 * 7) + chr(0x4E00 + i // 2003 * 31 % 1500)
        w.writerow([name, "137%08d" % i, "第%d村" % v, "第%d村%d组%d号" % (v, i // 40 // 50 + 1, i // 40 % 50 + 1), "高"])
    return out.getvalue()


def worst_live(house, stop, out):
    """One warning every 10 ms while something big runs; the longest that a sender waited, in ms."""
    conn, n = house.connect(), 0
    while not stop.is_set():
        n += 1
        began = time.monotonic()
        a = house.ask("POST", "/v1/warnings", warning(5000000 + n, n % VILLAGES + 1), conn=conn)
        out.append(1e3 * (time.monotonic() - began))
        assert a.status == 201, a.raw
        time.sleep(0.01)


@bench
def imports():
    """Residents into the desk in slices, and how long a live warning has to wait meanwhile."""
    out = tool("bench_import", BENCH_ROWS=str(RESIDENTS))
    m = re.search(r"import_rows_per_s (\d+) rows (\d+) seconds ([\d.]+)", out)
    rate = float(m.group(1))
    at_most("import of 1,000,000 residents%s" % ("" if FULL else " (by %s)" % m.group(2)), 1e6 / rate, "s", 60,
            "(%d rows/s)" % rate)
    m = re.search(r"^bare_sqlite_rows_per_s (\d+) .*ratio ([\d.]+)", out, re.M)
    at_most("  beside bare SQLite", float(m.group(2)), "times", 3, "(%s rows/s)" % m.group(1))
    n = 100000
    with office() as h:
        h.start()
        h.settle(VILLAGES, MEMBERS)
        text, late, stop = people_file(n), [], threading.Event()
        h.key(), h.key("manager")
        t = threading.Thread(target=worst_live, args=(h, stop, late))
        t.start()
        time.sleep(0.3)
        quiet = len(late)
        conn = h.connect()
        conn.timeout = 300
        began = time.monotonic()
        a = h.ask("POST", "/v1/residents", text.encode(), {"Content-Type": "text/csv"}, role="manager", conn=conn)
        took = time.monotonic() - began
        stop.set()
        t.join()
        a = a.json
        assert a["created"] == n, {k: a[k] for k in ("created", "rejected", "unchanged")}
        show("resident rows over HTTP, one CSV of %d" % n, n / took, "/s", "a result for each")
        at_most("longest live warning meanwhile (median %.1f ms)" % median(late[quiet:]), max(late[quiet:]), "ms", 50)
        h.stop()
        h.start()
        for i in range(200):
            h.ask("POST", "/v1/warnings", warning(6000000 + i, i % VILLAGES + 1, phones=["137%08d" % (i * 431)]))
        at_most("resident memory with %d residents" % n, h.memory(), "MiB", 24)


# -- SMS ----------------------------------------------------------------------------------------------------


@bench
def latency():
    """From the last byte of a POST to the first byte of AT+CMGS, the modem being idle."""
    with office(modems=1, channel=SWITCHED_OFF) as h:
        h.start()
        h.settle(VILLAGES, MEMBERS)
        h.ask("POST", "/v1/warnings", warning(0, 1))
        wait(lambda: h.sim.lines("submit"))
        took = []
        with socket.create_connection(("127.0.0.1", h.port)) as s:
            s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for i in range(1, 41):
                body = json.dumps(warning(i, i % VILLAGES + 1)).encode()
                head = ("POST /v1/warnings HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: "
                        "application/json\r\nContent-Length: %d\r\n\r\n" % (h.key(), len(body))).encode()
                before = len(h.sim.lines("submit"))
                sent = time.monotonic()
                s.sendall(head + body)
                assert s.recv(65536).startswith(b"HTTP/1.1 201")
                wait(lambda: len(h.sim.lines("submit")) > before, step=0.005)
                took.append(h.sim.lines("submit")[before]["t_cmd"] / 1e3 - sent * 1e3)
                time.sleep(0.06)
        at_most("POST to AT+CMGS, median of %d (worst %.1f ms)" % (len(took), max(took)), median(took), "ms", 5)


def flow(modems, n, script=""):
    """n alerts that wait for the modems: (SMS a second, CPU seconds for 1,000, [submit lines])."""
    with office(modems=modems, channel=SWITCHED_OFF, script=script) as h:
        h.sim.stop(signal.SIGKILL)
        h.start()
        h.settle(VILLAGES, MEMBERS)
        body = "\n".join(json.dumps(warning(i, i % VILLAGES + 1)) for i in range(n))
        assert h.ask("POST", "/v1/warnings", body, {"Content-Type": "application/x-ndjson"}).json["accepted"] == n
        cpu = h.cpu()
        h.sim.start()
        wait(lambda: len(h.sim.lines("submit")) >= n, 120, 0.1)
        wait(lambda: len(h.sim.lines("report")) >= n, 20, 0.1)
        time.sleep(0.2)
        cpu = h.cpu() - cpu
        lines = h.sim.lines("submit")
        assert len(lines) == n
        span = (lines[-1]["t"] - lines[0]["t_cmd"]) / 1e6
        return n / span, cpu * 1000 / n, lines


@bench
def sms():
    """Queued alerts, claimed and committed one by one before they leave, with delivery reports."""
    rate, cpu, _ = flow(1, 3000)
    at_least("SMS through one modem without delay", rate, "/s", 1000)
    at_most("  processor for 1,000 SMS with their reports", cpu, "s", 0.15)
    rate, _, _ = flow(4, 3000)
    show("SMS through four modems without delay", rate, "/s")
    _, _, lines = flow(1, 10, "modem 0 delay 1000\n")
    used = len(lines) * 1.0 / ((lines[-1]["t"] - lines[0]["t_cmd"]) / 1e6)
    at_least("share of a modem's time that is used, 1 s an SMS", used, "", 0.98)


@bench
def failover():
    """From the loss of a modem in the middle of an urgent message to the first message by another channel."""
    for name, when in (("before its text", "cmgs"), ("after its text, unsure", "sent")):
        took = []
        for _ in range(3):
            with office(modems=2, channel=SWITCHED_OFF) as h:
                h.start()
                wait(lambda: all(c.get("state") == "ready" for c in h.ask("GET", "/v1/channels").json["items"]), 20)
                h.sim.order("modem 0 on %s 1 unplug 60000" % when)
                for n in range(6):
                    h.ask("POST", "/v1/messages", {"to": "1380013800%d" % n, "text": "第%d条" % n, "class": "urgent"})
                lost = wait(lambda: [x for x in h.sim.lines("fault") if x["name"] == "unplug"])[0]["t"]
                wait(lambda: [x for x in h.sim.lines("submit") if x["modem"] == 1 and x["t"] > lost])
                took.append(min(x["t"] for x in h.sim.lines("submit") if x["modem"] == 1 and x["t"] > lost) - lost)
        at_most("modem lost %s: first message by another" % name, max(took) / 1e3, "ms", 2000)


@bench
def cloud():
    """Alerts through one cloud channel to a provider that answers at once; beside it the same requests unsigned."""
    for parallel in (1, 16, 64):
        out = {x["what"]: x for x in map(json.loads, tool("bench_cloud", 2, parallel).splitlines())}
        channel, client = out["channel"], out["client"]
        assert channel["bad"] == client["bad"] == 0, out
        what = "cloud messages, %d transfer%s at once" % (parallel, "s" * (parallel > 1))
        if parallel < 64:
            show(what, channel["per_s"], "/s", "(bare requests %.0f/s)" % client["per_s"])
            continue
        at_least(what, channel["per_s"], "/s", 3000, "(bare requests %.0f/s)" % client["per_s"])
        at_most("  processor for a cloud message", channel["cpu_us"], "us", 75, "(bare request %.0f us)" % client["cpu_us"])


RINGING = """levels = ( { code = "HIGH"; window = "always"; ack = "1h"; calls = 1; call_after = "0s"; call_every = "1h";
rungs = ( { after = "0s"; who = ["members"]; ask = true; } ); } );"""
# How fast the simulated modem speaks; how long a second key may come (1 and then 0); what is left between two calls.
A_CHARACTER_S, DECIDE_S, PAUSE_S = 0.2, 5.0, 3.0


def ring(n):
    """n people who pick up after 0.4 s and press 1 at once: ([call lines], CPU seconds)."""
    phones = "modem 0 family a7670\nphone 13*\n  call answer after 400ms key 1\n"
    with House(modems=1, folder=FOLDER, script=phones, channel="voice = true; " + SWITCHED_OFF, more=RINGING) as h:
        h.start()
        h.settle(n, 1)
        wait(lambda: h.ask("GET", "/v1/channels").json["items"][0].get("state") == "ready", 20)
        cpu = h.cpu()
        for i in range(n):
            h.ask("POST", "/v1/warnings", warning(i, i + 1))
        wait(lambda: len([x for x in h.sim.lines("call") if x["what"] == "hangup"]) == n, 60 * n, 0.1)
        cpu = h.cpu() - cpu
        wait(lambda: [m["state"] for m in h.all("messages") if m["kind"] == "call"] == ["delivered"] * n)
        return h.sim.lines("call"), cpu


def least(lines):
    """What one dialogue takes by itself: ringing, speech until the key, what is said back, time for a second key, the pause."""
    at = {}
    for x in lines:
        at.setdefault(x["what"], []).append(x)
    dial, key, up = at["dial"][0]["t"], at["key"][0]["t"], at["hangup"][0]["t"]
    said = sum(len(x["text"]) for x in at["spoke"] if key < x["t"] < up)
    return (key - dial) / 1e6 + said * A_CHARACTER_S + DECIDE_S + PAUSE_S


@bench
def calls():
    """Calls one after another through one modem, beside the length of the dialogue itself."""
    n = 6
    lines, _ = ring(n)
    dials = [x["t"] for x in lines if x["what"] == "dial"]
    each, alone = (dials[-1] - dials[0]) / 1e6 / (n - 1), least(lines)
    show("calls through one modem, a key at once", 60 / each, "/min", "%.2f s each" % each)
    at_most("  beside the dialogue alone (ring, speech, 5 s, pause)", each / alone, "times", 1.05, "(%.2f s)" % alone)


@bench
def processor():
    """What one message costs us by its kind."""
    _, cpu, _ = flow(1, 2000)
    show("processor: SMS by modem, with its report", cpu * 1e3, "us")
    out = {x["what"]: x for x in map(json.loads, tool("bench_cloud", 2, 64).splitlines())}
    show("processor: SMS by cloud (the channel)", out["channel"]["cpu_us"], "us")
    n = 4
    _, used = ring(n)
    show("processor: call by modem, with its warning and two SMS", used * 1e6 / n, "us", "%d calls" % n)


@bench
def idle():
    """Nothing to do, one modem connected."""
    with office(modems=1, channel=SWITCHED_OFF) as h:
        h.start()
        h.settle(VILLAGES, MEMBERS)
        time.sleep(2)
        cpu, began = h.cpu(), time.monotonic()
        time.sleep(30)
        at_most("processor while idle", 100 * (h.cpu() - cpu) / (time.monotonic() - began), "%", 0.1)
        show("resident memory, a new gateway", h.memory(), "MiB")


def main():
    names = {"import": "imports"}
    wanted = [names.get(a, a) for a in sys.argv[1:]] or [b.__name__ for b in BENCHES]
    began = time.monotonic()
    load = os.getloadavg()[0]
    print("%d processors, load %.1f before the start%s; data in %s" % (
        os.cpu_count(), load, "" if load < 0.5 else " (OTHERS ARE WORKING: only the processor figures can be trusted)", FOLDER))
    for b in BENCHES:
        if b.__name__ in wanted:
            b()
    print("%.0f s; %s" % (time.monotonic() - began, "all goals met" if not missed else "goals missed: " + "; ".join(
        x.strip() for x in missed)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
