#!/usr/bin/env python3
"""Many channels: who takes a message, what happens when one is away, what people see and order."""
import os
import re
import signal
import subprocess
import sys
import time

from cloud_standin import Aliyun, Standin
from harness import BUILD, House, phone_of, run, test, wait, warning

SIGN = re.compile("^【示例镇反诈】(重发 )?(.*)$")


class Office(House):
    """Gateways with several modems; texts are unique, so that the network's log can be held against them."""

    def __init__(self, modems=2, script="phone 1*\n  silence\n", more="", channel=""):
        super().__init__(modems, script, more='unsure_wait = "1s"; drop = { dir = ""; };' + more, channel=channel)
        self.texts = {}

    def __exit__(self, *why):
        if why[0] is not None:
            print("".join("# %s\n" % line for line in self.said().splitlines()[-40:]), end="", flush=True)
        super().__exit__(*why)

    def start(self, seconds=10):
        super().start(seconds)
        wait(lambda: all(c.get("state") == "ready" for c in self.channels()), 15)
        return 0

    def channels(self):
        return self.ask("GET", "/v1/channels", role="manager").json["items"]

    def channel(self, name):
        return self.ask("GET", "/v1/channels/" + name, role="manager").json

    def order(self, name, verb, body=None, role="manager"):
        return self.ask("POST", "/v1/channels/%s/%s" % (name, verb), body or {}, role=role)

    def fault(self, modem, *words):
        self.sim.order("modem %d %s" % (modem, " ".join(str(w) for w in words)))

    def say(self, n, urgent=True):
        text = "第%d条" % n
        a = self.ask("POST", "/v1/messages", {"to": "1380013%04d" % (n % 1000), "text": text,
                                               "class": "urgent" if urgent else "normal"})
        assert a.status == 201, a.raw
        self.texts[a.json["id"]] = text
        return a.json["id"]

    def arrivals(self):
        """{text: [marked as a repeat?, ...]} in the order in which the network took them."""
        out = {}
        for _, text in self.sim.texts():
            m = SIGN.match(text)
            if m:
                out.setdefault(m.group(2), []).append(m.group(1) is not None)
        return out

    def repeated(self, phone):
        """Was that member's alert sent again after silence? Then the row says so."""
        return any(m["repeats"] > 0 for m in self.all("messages", "purpose=task") if m["phone"][-4:] == phone[-4:])

    def cli(self, *words):
        r = subprocess.run([os.path.join(BUILD, "quanzu"), "-c", self.config, *words], capture_output=True, text=True,
                           timeout=20, check=False)
        return r.returncode, r.stdout + r.stderr

    def alarm_command(self, line):
        """Its environment is all that the program knows of us; so the folder stands in its text."""
        path = os.path.join(self.dir, "cry")
        with open(path, "w", encoding="utf-8") as f:
            f.write("#!/bin/sh\n" + line.replace("$HOME_OF_TEST", self.dir) + "\n")
        os.chmod(path, 0o755)
        self.write_config(self.text + 'alarm_command = "%s";\n' % path)

    def cries(self):
        """One dict of the environment for each run so far."""
        path = os.path.join(self.dir, "cries")
        if not os.path.exists(path):
            return []
        with open(path, encoding="utf-8") as f:
            runs = f.read().split("\n.\n")[:-1]
        return [dict(line.split("=", 1) for line in run.splitlines() if "=" in line) for run in runs]

    def metric(self, name, **labels):
        for line in self.local("GET", "/metrics").raw.decode().splitlines():
            m = re.match(r"(\w+)(?:\{(.*)\})? (-?\d+)$", line)
            if m and m.group(1) == name and all('%s="%s"' % kv in (m.group(2) or "") for kv in labels.items()):
                return int(m.group(3))
        return None


@test
def a_modem_is_unplugged_in_the_middle_of_a_hundred_tasks():
    """All arrive by the other, once, or the further copies say that they are such."""
    with Office() as h:
        h.start()
        for n in range(1, 101):
            h.say(n)
            if n == 30:
                h.fault(0, "unplug 100000")
        # The reports of the lost modem are lost with it.
        wait(lambda: all(m["state"] in ("sent", "delivered") for m in h.all("messages", "purpose=system")), 30, 0.2)
        copies = h.arrivals()
        for text in h.texts.values():
            assert copies.get(text, []).count(False) <= 1 and copies.get(text), (text, copies.get(text))
        by = {m["channel"] for m in h.all("messages", "purpose=system")}
        assert "sim2" in by, by
        assert h.channel("sim1")["up"] is False


@test
def a_cloud_takes_over_when_the_modem_goes_in_the_middle_of_a_hundred_tasks():
    """Each of a hundred members gets the alert once, by card or by cloud, or a copy that says that it is one."""
    with Standin(Aliyun()) as s, Office(modems=1, channel="prefer = 1; ") as h:
        h.write_config(h.text.replace("channels = (", 'channels = ( { name = "cloud"; %s timeout = 2; cost = 5; },' %
                                      s.provider.config(s.url, h.dir)))
        super(Office, h).start()
        h.settle(100, 1)
        wait(lambda: h.channel("sim1").get("state") == "ready", 15)
        for n in range(1, 101):
            a = h.ask("POST", "/v1/warnings", warning(n, n))
            assert a.status == 201, a.raw
            if n == 40:
                h.fault(0, "unplug 100000")

        def all_there():
            return all(m["state"] in ("sent", "delivered") for m in h.all("messages", "purpose=task"))

        wait(all_there, 30, 0.2)
        for n in range(1, 101):
            phone = phone_of(n, 0)
            by_card = [m.group(1) is not None for m in (SIGN.match(t) for to, t in h.sim.texts() if to == phone) if m]
            by_cloud = [m for m in s.sent if m["to"][-11:] == phone]
            assert by_card or by_cloud, phone
            assert by_card.count(False) + len(by_cloud) <= 1 or h.repeated(phone), (phone, by_card, len(by_cloud))
        assert {m["channel"] for m in h.all("messages", "purpose=task")} == {"sim1", "cloud"}
        assert not s.wrong, s.wrong


@test
def urgent_ones_leave_by_the_other_within_two_seconds():
    with Office() as h:
        h.start()
        h.fault(0, "on cmgs 1 unplug 100000")
        began = time.monotonic()
        for n in range(4):
            h.say(n)
        wait(lambda: len(h.sim.texts()) >= 4, 10)
        assert time.monotonic() - began < 2, time.monotonic() - began


@test
def sixteen_modems_at_full_speed():
    with Office(modems=16) as h:
        h.start()
        for n in range(400):
            h.say(n, urgent=False)
        wait(lambda: h.metric("quanzu_messages_day", state="delivered", **{"class": "normal"}) == 400, 40, 0.2)
        assert all(v == [False] for v in h.arrivals().values())
        sent = [h.metric("quanzu_channel_messages_total", channel="sim%d" % i, result="sent") or 0 for i in range(1, 17)]
        assert sum(sent) == 400 and min(sent) >= 5, sent


@test
def pause_survives_a_restart_and_is_in_the_books():
    with Office() as h:
        h.start()
        assert h.order("sim1", "pause", role="police").status == 403
        assert h.order("sim9", "pause").status == 404
        assert h.order("sim1", "pause").status == 200
        h.stop()
        h.start()
        c = h.channel("sim1")
        assert c["paused"] and c["paused_by"] == "key:manager", c
        for n in range(10):
            h.say(n)
        wait(lambda: len(h.sim.texts()) == 10)
        assert {x["modem"] for x in h.sim.lines("submit")} == {1}
        assert h.order("sim1", "resume").status == 200
        assert h.channel("sim1")["paused"] is False
        kinds = [(e["kind"], e["actor"]) for e in h.all("events")]
        assert ("channel.paused", "key:manager") in kinds and ("channel.resumed", "key:manager") in kinds


@test
def a_test_goes_by_its_channel_and_counts_nowhere():
    with Office() as h:
        h.start()
        assert h.order("sim2", "pause").status == 200
        a = h.order("sim2", "test", {"to": "13800138000"})
        assert a.status == 202, a.raw
        wait(lambda: len(h.sim.texts()) == 1)
        assert "测试" in h.sim.texts()[0][1] and h.sim.lines("submit")[0]["modem"] == 1
        wait(lambda: h.ask("GET", "/v1/messages/%d" % a.json["id"]).json["state"] == "delivered")
        assert h.metric("quanzu_messages_day", state="delivered") is None
        assert h.order("sim2", "test", {"to": "12"}).status == 422
        assert h.order("sim2", "test", {"to": "13800138000", "voice": True}).status == 409


@test
def the_route_says_why():
    with Office(channel='prefer = 7; carriers = ["移动"]; ') as h:
        h.start()
        r = h.ask("GET", "/v1/channels/route?to=18900138000&purpose=task", role="manager").json
        assert [p["when"] for p in r["order"]] == ["never", "never"] and "运营商" in r["order"][0]["why"], r
        r = h.ask("GET", "/v1/channels/route?to=13800138000&purpose=publicity", role="manager").json
        assert [p["why"] for p in r["order"]] == ["宣传短信不走手机卡"] * 2, r
        assert h.ask("GET", "/v1/channels/route?to=abc", role="manager").status == 400
        assert h.ask("GET", "/v1/channels/route?to=13800138000&purpose=x", role="manager").status == 400
        code, said = h.cli("channel", "route", "--to", "13800138000", "--purpose", "task", "--level", "CRITICAL")
        assert code == 0 and said.startswith("1. sim1：可用") and "2. sim2：" in said, said
        code, said = h.cli("channel", "route", "--to", "13800138000", "--voice")
        assert code == 0 and "不打电话" in said, said
        code, said = h.cli("channel", "show", "sim1")
        assert code == 0 and "状态：通" in said and "熔断：正常" in said, said
        code, said = h.cli("channel", "log", "sim1")
        assert code == 0 and "AT" in said, said
        code, said = h.cli("channel", "list")
        assert code == 0 and "sim2" in said, said


@test
def all_channels_down_is_said_within_a_minute():
    with Office(modems=1) as h:
        h.alarm_command("env >> $HOME_OF_TEST/cries; echo . >> $HOME_OF_TEST/cries; exit 3")
        h.start()
        h.fault(0, "unplug 45000")
        began = time.monotonic()
        ready = wait(lambda: (lambda a: a.json if a.json["status"] == "degraded" else None)(h.local("GET", "/readyz")), 60, 0.5)
        assert time.monotonic() - began < 60
        assert h.local("GET", "/readyz").status == 200 and ready["checks"]["sending"]["ok"] is False, ready
        assert "no_way" in [a["kind"] for a in h.all("alarms", "open=1")]
        code, said = h.cli("status")
        assert code == 1 and "没有能发紧急短信的通道" in said, said
        a = h.ask("POST", "/v1/warnings", {"source": "96110", "warn_no": "A1", "level": "高危", "name": "王小明",
                                             "phones": ["13900139001"]})
        assert a.status == 201, a.raw
        cries = wait(lambda: [c for c in h.cries() if c["QUANZU_ALARM_KIND"] == "no_way"])
        assert cries[0]["QUANZU_ALARM_STATE"] == "on" and "紧急短信" in cries[0]["QUANZU_ALARM_TEXT"], cries
        assert set(cries[0]) <= {"PATH", "LANG", "PWD", "SHLVL", "_", "OLDPWD"} | {k for k in cries[0] if k.startswith("QUANZU_ALARM_")}
        wait(lambda: [c for c in h.cries() if c["QUANZU_ALARM_KIND"] == "no_way" and c["QUANZU_ALARM_STATE"] == "off"], 40, 0.5)
        assert h.local("GET", "/readyz").json["status"] == "ready"
        assert "the alarm command failed status=3" in h.said()


@test
def an_alarm_command_that_hangs_is_killed_and_never_runs_in_crowds():
    with Office(modems=1) as h:
        h.alarm_command("env >> $HOME_OF_TEST/cries; echo . >> $HOME_OF_TEST/cries; exec sleep 100")
        h.start()
        for n in range(3):
            a = h.ask("POST", "/v1/warnings", {"source": "96110", "warn_no": "G%d" % n, "level": "高危", "name": "王小%s" % "明红兰"[n],
                                                 "phones": ["1390013900%d" % n]})
            assert a.status == 201, a.raw
        wait(h.cries)
        time.sleep(2)
        kinds = [(c["QUANZU_ALARM_KIND"], c["QUANZU_ALARM_STATE"]) for c in h.cries()]
        assert len(kinds) == len(set(kinds)), kinds
        wait(lambda: "the alarm command failed status=0 signal=9" in h.said(), 40, 0.5)
        assert h.stop() == 0


@test
def a_limit_holds_and_says_until_when():
    with Office(modems=1, channel="per_minute = 5; ") as h:
        h.start()
        for n in range(8):
            h.say(n, urgent=False)
        held = wait(lambda: h.all("messages", "state=held"))
        assert len(wait(lambda: (lambda x: x if len(x) == 4 else None)(h.all("messages", "state=held")))) == 4
        assert re.match(r"达到每分钟发送上限,\d\d:\d\d 再发$", held[0]["held_why"]) and held[0]["held_until"], held[0]
        h.stop(signal.SIGKILL)
        h.start()
        h.say(100, urgent=False)
        time.sleep(1)
        assert len(h.sim.texts()) == 4
        h.say(101)
        wait(lambda: len(h.sim.texts()) == 5)
        assert h.channel("sim1")["limits"]["minute"] == {"used": 5, "limit": 5}


if __name__ == "__main__":
    sys.exit(run())
