#!/usr/bin/env python3
"""kill -9 under load: what was acknowledged is there, every alert arrives, a repeat says that it is one.

The oracle holds what HTTP acknowledged and what the simulated network took; it knows the daemon only
by its API and by SMS. TORTURE=long for many kills, TORTURE_SEED=n to have the same pauses again.
"""
import contextlib
import http.client
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time

from harness import LONG, House, area_of, phone_of, run, test, wait, warning

SEED = int(os.environ.get("TORTURE_SEED", time.time_ns() % 1000000))
KILLS = int(os.environ.get("TORTURE_KILLS", 100 if LONG else 8))
VILLAGES, MEMBERS, PUSHERS = 60, 3, 4
MARK = "重发 "

# Every third village answers. The second modem is slow: a message is often on the air when the daemon dies.
PHONES = "".join("phone %s\n  answer after 200ms \"{code}1\"\n" % phone_of(v, m)
                 for v in range(1, VILLAGES + 1, 3) for m in range(MEMBERS)) + "modem 1 delay 150\n"
ALERT = re.compile(r"^【[^】]+】(重发 )?(\d+)号·")


class Oracle:
    def __init__(self, house):
        self.house, self.lock = house, threading.Lock()
        self.acked, self.unknown, self.refused, self.next = {}, {}, [], 0
        self.stop = threading.Event()

    def push(self, conn, body):
        a = self.house.ask("POST", "/v1/warnings", body, conn=conn)
        with self.lock:
            if a.status in (200, 201):
                self.acked[body["warn_no"]] = a.json
                self.unknown.pop(body["warn_no"], None)
            elif a.status != 503:
                self.refused.append((a.status, a.raw))

    def one_more(self):
        with self.lock:
            self.next += 1
            body = warning(self.next, self.next % VILLAGES + 1)
            self.unknown[body["warn_no"]] = body
            return body

    def pusher(self):
        conn = None
        while not self.stop.is_set():
            try:
                conn = conn or self.house.connect()
                self.push(conn, self.one_more())
            except (OSError, http.client.HTTPException):
                if conn:
                    conn.close()
                conn = None
                time.sleep(0.02)
            time.sleep(0.03)

    def try_once(self, body):
        """Who hears nothing in time gives up for now; settle_unknown() sends it again."""
        with contextlib.suppress(OSError, http.client.HTTPException):
            self.push(None, body)

    def settle_unknown(self):
        """A sender that heard nothing sends again, and is told what became of it."""
        for body in list(self.unknown.values()):
            self.push(None, body)
        assert not self.unknown, "still unknown: %s" % list(self.unknown)[:5]


def alerts(house):
    """{(phone, code): [is it marked, in order of arrival]}"""
    out = {}
    for phone, text in house.sim.texts():
        m = ALERT.match(text)
        if m:
            out.setdefault((phone, m.group(2)), []).append(m.group(1) is not None)
    return out


def tasks(house):
    """{(phone, code): task}; a code on a phone is given once while a test lasts."""
    by_tail = {phone_of(v, m)[-4:]: phone_of(v, m) for v in range(1, VILLAGES + 1) for m in range(MEMBERS)}
    by_tail["9999"] = "13800009999"
    return {(by_tail[t["member_phone"][-4:]], t["code"]): t for t in house.all("tasks") if t["kind"] == "dissuade"}


def check(o, house):
    """Everything that is promised, after the last start."""
    assert not o.refused, o.refused[:3]
    o.settle_unknown()
    known = {w["warn_no"]: w for w in house.all("warnings")}
    lost = [no for no, a in o.acked.items() if no not in known or known[no]["id"] != a["id"]]
    assert not lost, "acknowledged and gone: %s" % lost[:5]
    assert len(known) == o.next, (len(known), o.next)
    assert all(a["tasks"] for a in o.acked.values())

    expected = tasks(house)
    missing = lambda: set(expected) - set(alerts(house))
    try:
        wait(lambda: not missing(), 90, 0.2)
    except AssertionError:
        raise AssertionError("no alert for %d tasks: %s" % (len(missing()), sorted(missing())[:5])) from None
    promised = {t for a in o.acked.values() for t in a["tasks"]}
    assert promised <= {t["id"] for t in expected.values()}
    # Nothing may be under way any more: then the doubles are final.
    wait(lambda: not any(house.all("messages", "state=" + s) for s in ("queued", "held", "sending", "unsure")), 60, 0.3)
    doubled = [(who, marks) for who, marks in alerts(house).items() if marks.count(False) > 1 or marks[0] and len(marks) > 1
               and not all(marks)]
    assert not doubled, "twice without the mark: %s" % doubled[:5]
    audit = house.ask("GET", "/v1/audit", role="auditor").json
    assert audit["ok"] and audit["bad_seq"] == 0, audit


def check_replies(house):
    """Each SMS that a modem stored is in the inbox, once."""
    stored = [x["from"][-4:] + ":" + x["text"] for x in house.sim.lines("deliver") if x["how"] == "stored"]

    def taken():
        inbox = [i["phone"][-4:] + ":" + i["text"] for i in house.all("inbox")]
        assert len(inbox) <= len(stored), "more replies than were written"
        return sorted(inbox) == sorted(stored)

    wait(taken, 30, 0.3)
    return len(stored)


def first_after(house, began):
    """When the first SMS was asked for after that moment."""
    return min((x["t_cmd"] / 1e6 for x in house.sim.lines("submit")[-500:] if x["t_cmd"] / 1e6 > began), default=None)


@test
def nothing_is_lost_or_silently_doubled_by_kill_nine():
    dice = random.Random(SEED)
    print("# TORTURE_SEED=%d kills=%d" % (SEED, KILLS), flush=True)
    with House(modems=2, script=PHONES, more='unsure_wait = "2s"; drop = { dir = ""; };') as h:
        ready, first_send = [h.start()], []
        h.settle(VILLAGES, MEMBERS)
        h.key("auditor"), h.key("police")
        o = Oracle(h)
        threads = [threading.Thread(target=o.pusher) for _ in range(PUSHERS)]
        for t in threads:
            t.start()
        for _ in range(KILLS):
            time.sleep(dice.uniform(0.05, 1.5))
            h.stop(signal.SIGKILL)
            began = time.monotonic()
            ready.append(h.start())
            if dice.random() < 0.4:
                first_send.append(wait(lambda: first_after(h, began), 5) - began)
        time.sleep(0.5)
        o.stop.set()
        for t in threads:
            t.join()
        check(o, h)
        replies = check_replies(h)
        marked = sum(any(m) for m in alerts(h).values())
        print("# %d warnings acknowledged, %d alerts, %d of them repeated with the mark, %d replies; ready after %.2f s at most, "
              "first SMS after %.2f s at most" % (len(o.acked), len(alerts(h)), marked, replies, max(ready),
                                                  max(first_send, default=0)))
        assert marked <= 2 * KILLS  # at most one repeat for each modem and kill
        assert max(ready) < 2 and max(first_send, default=0) < 2
        assert h.stop() == 0


@test
def a_modem_that_dies_and_comes_back_loses_nothing():
    """The simulator is killed in the middle of the flow; its network starts anew, its log goes on."""
    with House(modems=2, script=PHONES, more='unsure_wait = "2s";') as h:
        h.start()
        h.settle(VILLAGES, MEMBERS)
        o = Oracle(h)
        for i in range(3):
            for _ in range(40):
                o.push(None, o.one_more())
            h.sim.stop(signal.SIGKILL)
            time.sleep(0.3 * i)
            h.sim.start()
        check(o, h)


@test
def an_unplugged_modem_loses_nothing():
    with House(modems=1, script=PHONES.replace("modem 1", "modem 0").replace("150", "40"), more='unsure_wait = "2s";') as h:
        h.start()
        h.settle(VILLAGES, MEMBERS)
        o = Oracle(h)
        for fault in ("unplug 500", "on sent 1 unplug 500", "on data 1 unplug 300", "reset"):
            h.sim.order("modem 0 " + fault)
            for _ in range(15):
                o.push(None, o.one_more())
            time.sleep(0.5)
        check(o, h)


@contextlib.contextmanager
def frozen(pid, seconds):
    """A process that stands still for so long, as on a host that is busy with something else."""
    os.kill(pid, signal.SIGSTOP)
    thaw = threading.Timer(seconds, os.kill, (pid, signal.SIGCONT))
    thaw.start()
    try:
        yield
    finally:
        thaw.join()


@test
def a_gateway_that_freezes_loses_and_doubles_nothing():
    """Senders wait, or hear nothing and send again; no alert goes twice without the mark."""
    with House(modems=2, script=PHONES, more='unsure_wait = "2s";') as h:
        h.start()
        h.settle(VILLAGES, MEMBERS)
        h.key("auditor"), h.key("police")
        o = Oracle(h)
        for seconds in (0.5, 3, 12, 45) if LONG else (0.5, 2):
            pushers = [threading.Thread(target=o.try_once, args=(o.one_more(),)) for _ in range(12)]
            with frozen(h.proc.pid, seconds):
                for t in pushers:
                    t.start()
            for t in pushers:
                t.join()
        check(o, h)
        assert not any(any(m) for m in alerts(h).values()), "the modem answered in time: nothing was unsure"
        assert h.stop() == 0


@test
def a_modem_that_freezes_loses_and_doubles_nothing():
    """It stands still for a while, in the middle of whatever it was doing, and goes on as if nothing had been."""
    with House(modems=2, script=PHONES, more='unsure_wait = "2s";') as h:
        h.start()
        h.settle(VILLAGES, MEMBERS)
        o = Oracle(h)
        for seconds in (0.5, 6, 20, 90) if LONG else (0.3, 2.5):
            with frozen(h.sim.proc.pid, seconds):
                for _ in range(25):
                    o.push(None, o.one_more())
            time.sleep(0.3)
        check(o, h)


# -- the end on purpose, and a new configuration ------------------------------------------------------


@test
def sigterm_lets_the_message_on_the_air_arrive_and_says_zero():
    with House(modems=1, script="modem 0 delay 700\n") as h:
        h.start()
        h.settle(3, 2)
        o = Oracle(h)
        for _ in range(3):
            o.push(None, o.one_more() | {"area": area_of(1)})
        wait(lambda: h.all("messages", "state=sending"))
        began = time.monotonic()
        assert h.stop() == 0
        took = time.monotonic() - began
        print("# ended after %.2f s" % took)
        assert took < 2
        sent = len(h.sim.texts())
        assert sent >= 1
        assert "handles left open" not in h.said()
        h.start()
        assert not h.all("messages", "state=unsure"), "nothing was unsure: the answer was waited for"
        wait(lambda: len(h.sim.texts()) >= 3, 20, 0.1)
        assert not any(any(m) for m in alerts(h).values())


@test
def a_reload_takes_a_good_file_and_keeps_the_old_one_from_a_bad_one():
    with House(modems=1, more="drill = false;") as h:
        h.start()
        h.settle(3, 2)

        def alert(n):
            before = len(h.sim.texts())
            assert h.ask("POST", "/v1/warnings", warning(n, 1)).status == 201
            wait(lambda: len(h.sim.texts()) > before)
            return h.sim.texts()[before][1]

        def reload(text, says):
            before = len(h.said())
            h.write_config(text)
            h.proc.send_signal(signal.SIGHUP)
            wait(lambda: says in h.said()[before:])
            return h.said()[before:]

        assert "演练" not in alert(1)
        reload(h.text.replace("drill = false", "drill = true"), "configuration reloaded")
        assert "演练" in alert(2)
        said = reload(h.text + "\nnonsense = 5;\n", "reload refused")
        assert "line=" in said and "nonsense" in said
        assert "演练" in alert(3)
        said = reload(h.text.replace("q.sock", "other.sock"), "configuration reloaded")
        assert "http.socket" in said
        assert "演练" not in alert(4)
        for _ in range(30):
            h.proc.send_signal(signal.SIGHUP)
            time.sleep(0.005)
        assert "演练" not in alert(5)
        assert h.stop() == 0


# -- an I/O error ----------------------------------------------------------------------------------------

# The n-th fdatasync fails from the moment that the file exists; the count stands in it.
SHIM = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
static int fail(void) { const char *p = getenv("QZ_FAIL"); return p != NULL && access(p, F_OK) == 0; }
int fdatasync(int fd) { static int (*r)(int); if (!r) *(void **)&r = dlsym(RTLD_NEXT, "fdatasync");
	if (fail()) { errno = EIO; return -1; } return r(fd); }
int fsync(int fd) { static int (*r)(int); if (!r) *(void **)&r = dlsym(RTLD_NEXT, "fsync");
	if (fail()) { errno = EIO; return -1; } return r(fd); }
"""


@test
def after_a_failed_sync_nothing_is_acknowledged_and_the_daemon_ends():
    with tempfile.TemporaryDirectory() as folder:
        source, lib, flag = (os.path.join(folder, n) for n in ("shim.c", "shim.so", "fail"))
        with open(source, "w", encoding="ascii") as f:
            f.write(SHIM)
        subprocess.run(["cc", "-shared", "-fPIC", "-o", lib, source, "-ldl"], check=True)
        preload = lib if "asan" not in os.environ.get("B", "") else subprocess.run(
            ["cc", "-print-file-name=libasan.so"], capture_output=True, text=True, check=True).stdout.strip() + ":" + lib
        with House(modems=0, env={"LD_PRELOAD": preload, "QZ_FAIL": flag}) as h:
            h.start()
            h.settle(3, 2)
            o = Oracle(h)
            for _ in range(20):
                o.push(None, o.one_more())
            assert len(o.acked) == 20
            with open(flag, "w", encoding="ascii"):
                pass
            a = h.ask("POST", "/v1/warnings", warning(1000, 1))
            assert a.status >= 500 and a.status != 507, a.raw
            assert h.proc.wait(5) == 74
            os.unlink(flag)
            h.proc = None
            h.start()
            known = {w["warn_no"] for w in h.all("warnings")}
            assert set(o.acked) <= known
            # Neither yes nor no was said: the sender asks again, and hears which.
            assert h.ask("POST", "/v1/warnings", warning(1000, 1)).status in (200, 201)
            assert h.ask("GET", "/v1/audit", role="auditor").json["ok"]


if __name__ == "__main__":
    sys.exit(run())
