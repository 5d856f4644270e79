#!/usr/bin/env python3
"""The care of a modem and its card, end to end with the simulator."""
import os
import re
import socket
import subprocess
import sys
import tempfile
import time

from harness import LONG, SIM, House, run, test, wait

OWN = 'own_number = "13900139000"; '
CREDIT = 'credit = { query = "%s"; low = "10元"; }; '


class Card(House):
    def __init__(self, channel="", modems=1, script="", more=""):
        super().__init__(modems, script, more='drop = { dir = ""; };' + more, channel=channel)

    def ready(self):
        self.start()
        wait(lambda: all(c["state"] == "ready" for c in self.channels()), 15)
        return self

    def channels(self):
        return self.ask("GET", "/v1/channels").json["items"]

    def channel(self):
        return self.channels()[0]

    def order(self, what, name="sim1"):
        return self.ask("POST", "/v1/channels/%s/order" % name, {"what": what}, role="admin")

    def alarms(self):
        return {a["subject"]: a["text"] for a in self.all("alarms") if not a.get("cleared_at")}


@test
def health_tells_what_a_person_wants_to_know_and_masks_the_rest():
    with Card(script="modem 0 temperature 41\nmodem 0 model \"SIMCOM_SIM7600CE\"\nmodem 0 maker \"SIMCOM INCORPORATED\"\n"
                     "modem 0 imei 866000000000011\nmodem 0 imsi 460000000013800\n") as h:
        h.ready()
        c = wait(lambda: h.channel()["operator"] and h.channel()["temperature"] and h.channel(), 10)
        assert c["registration"] == "home" and c["technology"] == "4G", c
        assert c["temperature"] == 41 and c["profile"] == "simcom", c
        assert c["signal_mean"] == c["signal"] and c["dbm"] == 2 * c["signal"] - 113, c
        assert c["imei"] == "****0011" and c["imsi"] == "****3800" and re.fullmatch(r"\*{4}\d{4}", c["iccid"]), c
        assert c["store_total"] == 50 and c["smsc"].startswith("+86"), c
        assert c["suspect"] is False and c["alarms"] == [], c


def credit_row(form, text, yuan):
    def credit_by_ussd():
        with Card('credit = { query = "ussd:*100#"; pattern = "(余额|Balance)[^0-9]*([0-9.]+)"; low = "10元"; };',
                  script='modem 0 ussd "*100#" "%s"\nmodem 0 ussd_form %s\n' % (text, form)) as h:
            h.ready()
            a = h.order("credit")
            assert a.status == 202, a.raw
            c = wait(lambda: h.channel()["credit"]["at"] and h.channel(), 10)
            assert c["credit"]["yuan"] == yuan, c["credit"]
            low = any(s.endswith(":credit_low") for s in h.alarms())
            assert low == (float(yuan) < 10), h.alarms()

    credit_by_ussd.__name__ = "credit_by_ussd_in_" + form
    test(credit_by_ussd)


credit_row("ucs2", "您好，您的话费余额为50.00元。", "50")
credit_row("plain", "Balance: 8.50 yuan", "8.50")
credit_row("packed", "Balance 12.30", "12.30")


@test
def an_answer_that_nobody_can_read_is_kept_for_people():
    with Card(CREDIT % "ussd:*100#", script='modem 0 ussd "*100#" "请发送短信查询"\n') as h:
        h.ready()
        h.order("credit")
        c = wait(lambda: h.channel()["credit"]["at"] and h.channel(), 10)
        assert c["credit"]["yuan"] is None and c["credit"]["unread"] == "请发送短信查询", c
        h.stop(), h.ready()
        assert h.channel()["credit"]["unread"] == "请发送短信查询", h.channel()


@test
def credit_by_sms_in_two_parts_and_the_alarm_when_it_is_low():
    answer = "尊敬的客户您好，" + "欢迎使用短信营业厅，" * 6 + "您的话费余额为3.20元，请及时充值。"
    with Card(CREDIT % "sms:10086:YE", script='phone 10086\n  when /YE/ answer "%s"\n' % answer) as h:
        h.ready()
        h.order("credit")
        c = wait(lambda: h.channel()["credit"]["yuan"] and h.channel(), 10)
        assert c["credit"]["yuan"] == "3.20" and "credit_low" in c["alarms"], c
        assert "3.20" in wait(lambda: h.alarms().get("sim1:credit_low")), h.alarms()
        assert h.sim.texts() == [("10086", "YE")], h.sim.texts()
        assert h.all("messages") == []  # no message of the office


@test
def the_loop_test_goes_round_and_nobody_sees_it():
    with Card(OWN) as h:
        h.ready()
        assert h.order("loop").status == 202
        c = wait(lambda: h.channel()["loop"]["result"] == "good" and h.channel(), 10)
        assert c["sent_today"] == 1 and c["loop"]["took_s"] < 10, c
        (to, text), = h.sim.texts()
        assert to.endswith("13900139000") and re.fullmatch("劝阻网关自检[A-Z2-9]{8}", text), (to, text)
        wait(lambda: h.sim.order("stats")["modems"][0]["stored"] == 0, 5)
        assert h.all("inbox") == [] and h.all("messages") == [] and h.alarms() == {}


@test
def the_loop_test_may_go_to_another_card():
    with Card('loop_to = "13900139001";', modems=2) as h:
        h.ready()
        assert h.order("loop").status == 202
        wait(lambda: h.channel()["loop"]["result"] == "good", 10)
        assert h.all("inbox") == [], h.all("inbox")


@test
def a_refused_loop_test_makes_the_card_suspect_over_a_restart_until_a_person_says_it_is_well():
    with Card(OWN) as h:
        h.ready()
        h.sim.order("modem 0 cms 38")
        h.order("loop")
        c = wait(lambda: h.channel()["suspect"] and h.channel(), 10)
        assert c["suspect_why"] == "loop" and c["loop"]["result"] == "not_sent", c
        wait(lambda: {"sim1:loop", "sim1:suspect"} <= set(h.alarms()), 5)
        h.stop(), h.ready()
        wait(lambda: h.channel()["suspect"], 5)
        assert h.order("trust").status == 202
        wait(lambda: not h.channel()["suspect"] and "sim1:suspect" not in h.alarms(), 5)


@test
def the_command_line_orders_shows_and_reads_the_dialogue():
    with Card(OWN + CREDIT % "ussd:*100#", script="modem 0 temperature 41\nmodem 0 model SIMCOM_SIM7600\nmodem 0 maker SIMCOM\n") as h:
        h.ready()

        def cli(*words):
            r = subprocess.run([os.path.join(os.path.dirname(SIM), "quanzu"), "--socket", os.path.join(h.dir, "q.sock"), *words],
                               capture_output=True, text=True, timeout=20, check=False)
            assert r.returncode == 0, r.stderr + r.stdout
            return r.stdout

        cli("channel", "order", "sim1", "loop")
        wait(lambda: h.channel()["loop"]["result"] == "good", 10)
        cli("channel", "order", "sim1", "credit")
        wait(lambda: h.channel()["credit"]["yuan"], 10)
        said = wait(lambda: "温度" in cli("channel", "show", "sim1") and cli("channel", "show", "sim1"))
        for words in ("自检：正常", "余额：50元", "温度：41度", "信号："):
            assert words in said, said
        log = cli("channel", "log", "sim1")
        assert "AT+CMGS=" in log and "hex]" in log and "13900139000" not in log, log[-1500:]


@test
def orders_that_cannot_be_done_say_why():
    with Card() as h:
        h.ready()
        for what, word in (("loop", "own_number"), ("credit", "credit"), ("dance", "trust")):
            a = h.order(what)
            assert a.status == 409 and word in a.raw.decode(), a.raw
        assert h.order("loop", "nobody").status in (404, 409)


@test
def a_notice_of_the_operator_is_an_alarm_with_its_words_and_is_never_answered():
    with Card() as h:
        h.ready()
        h.sim.order('inject 10086 "您的号码13900139000因涉嫌违规已被暂停短信功能"')
        text = wait(lambda: h.alarms().get("sim1"), 10)
        assert "涉嫌违规已被暂停短信" in text and "13900139000" not in text, text
        wait(lambda: h.channel()["suspect"], 5)
        assert h.channel()["suspect_why"] == "notice"
        assert not any(to == "10086" for to, _ in h.sim.texts())


NOTICE = 'inject 0 10086 "您的号码因涉嫌违规已被暂停短信功能"'


def write(h, to, kind):
    a = h.ask("POST", "/v1/messages", {"to": to, "text": kind, "class": kind})
    assert a.status in (200, 201), a.raw
    return a.json["id"]


@test
def a_suspect_card_that_is_the_only_way_carries_what_cannot_wait():
    with Card() as h:
        h.ready()
        h.sim.order(NOTICE)
        wait(lambda: h.channel()["suspect"], 10)
        time.sleep(11)  # the router looks every ten seconds
        idle, urgent = write(h, "13800138001", "normal"), write(h, "13800138002", "urgent")

        def state(number):
            return h.ask("GET", "/v1/messages/%d" % number).json["state"]
        wait(lambda: state(urgent) == "delivered", 15)
        assert h.channel()["suspect"]  # it is no trial: those come every half hour
        assert state(idle) == "queued" and not [x for x in h.sim.lines("submit") if x["to"].endswith("8001")]
        said = h.ask("GET", "/v1/channels/route?to=13800138001&purpose=system", role="admin").json["order"][0]
        assert said["when"] == "later" and "只发任务和紧急短信" in said["why"], said
        said = h.ask("GET", "/v1/channels/route?to=13800138001&purpose=task", role="admin").json["order"][0]
        assert said["when"] == "now" and "没有别的路,仍发" in said["why"], said
        assert h.order("trust").status == 202
        wait(lambda: state(idle) == "delivered", 30)


@test
def the_other_card_takes_over_from_a_suspect_one():
    with Card(modems=2) as h:
        h.ready()
        h.sim.order(NOTICE)
        wait(lambda: h.channel()["suspect"], 10)
        time.sleep(11)
        ids = [write(h, "1380013800%d" % i, kind) for i in range(1, 4) for kind in ("normal", "urgent")]
        wait(lambda: all(h.ask("GET", "/v1/messages/%d" % i).json["state"] == "delivered" for i in ids), 20)
        assert {x["modem"] for x in h.sim.lines("submit") if x["to"].endswith(tuple("1234"))} == {1}


@test
def a_mute_modem_has_its_power_cut_in_the_end():
    if not LONG:
        return
    with tempfile.TemporaryDirectory() as d:
        flag = os.path.join(d, "cut")
        with Card('power_command = ["/bin/cp", "/etc/hostname", "%s"]; ' % flag) as h:
            h.sim.order("modem 0 hang 1000000")
            h.start()
            wait(lambda: os.path.exists(flag), 180, 1)
            assert "sim1:restarted" in h.alarms() and "cure=power" in h.said(), h.said()[-2000:]


@test
def another_card_than_configured_sends_nothing():
    with Card('iccid = "898600000000000999";') as h:
        h.start()
        wait(lambda: "sim1:other_sim" in h.alarms(), 10)
        h.ask("POST", "/v1/messages", {"to": "13800138001", "text": "1", "class": "urgent"})
        wait(lambda: h.channel()["state"] == "stopped", 5)
        assert h.sim.texts() == []


@test
def a_reset_by_hand():
    with Card() as h:
        h.ready()
        h.order("reset")
        wait(lambda: h.channel()["count"]["resets"] >= 1, 5)
        wait(lambda: h.channel()["state"] == "ready", 20)


class Sticks:
    """Two simulated modems on pseudo-terminals whose links stand in a folder, as udev makes them."""

    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="qz-sticks-")
        self.links = os.path.join(self.dir, "by-id")
        os.mkdir(self.links)
        script = os.path.join(self.dir, "script")
        with open(script, "w", encoding="utf-8") as f:
            f.write("modem 0 imei 866000000000011\nmodem 1 imei 866000000000029\n")
        self.control = os.path.join(self.dir, "control")
        self.proc = subprocess.Popen([SIM, "-n", "2", "--pty", os.path.join(self.dir, "tty"), "--script", script,
                                      "--control", self.control], stdout=subprocess.PIPE, text=True)
        for _ in range(2):
            assert self.proc.stdout.readline().startswith("modem ")

    def plug(self, modem, name):
        os.symlink(os.path.realpath(os.path.join(self.dir, "tty%d" % modem)), os.path.join(self.links, name))

    def unplug(self, modem, name):
        """Out of its socket; true when it is in another one, where it is another device."""
        old = os.path.realpath(os.path.join(self.dir, "tty%d" % modem))
        os.unlink(os.path.join(self.links, name))
        with socket.socket(socket.AF_UNIX) as c:
            c.connect(self.control)
            c.sendall(b"modem %d unplug 1000\n" % modem)
            assert b'"ok":true' in c.recv(1000)
        wait(lambda: not os.path.lexists(os.path.join(self.dir, "tty%d" % modem)), 5)
        wait(lambda: os.path.exists(os.path.join(self.dir, "tty%d" % modem)), 5)
        return old != os.path.realpath(os.path.join(self.dir, "tty%d" % modem))

    def __enter__(self):
        return self

    def __exit__(self, *why):
        self.proc.kill()
        self.proc.wait()
        self.proc.stdout.close()
        subprocess.run(["rm", "-rf", self.dir], check=True)


@test
def two_sticks_without_serial_numbers_are_told_apart_by_their_imei():
    with Sticks() as s:
        h = House(more="""drop = { dir = ""; }; channels = (
            { name = "a"; kind = "modem"; device = "%(d)s"; imei = "866000000000029"; },
            { name = "b"; kind = "modem"; device = "%(d)s"; imei = "866000000000011"; });""" % {"d": s.links})
        h.text = re.sub(r"channels = \(\s*\);", "", h.text)
        h.write_config(h.text)
        with h:
            s.plug(0, "usb-x-if02"), s.plug(1, "usb-y-if02")
            h.start()
            got = wait(lambda: [c["imei"] for c in h.ask("GET", "/v1/channels").json["items"] if c["state"] == "ready"]
                       == ["****0029", "****0011"], 20)
            assert got
            # It is pulled out while it runs and comes back in another socket, under another name.
            s.unplug(1, "usb-y-if02")
            wait(lambda: "ready" != h.ask("GET", "/v1/channels").json["items"][0]["state"], 10)
            s.plug(1, "usb-z-if00")
            wait(lambda: all(c["state"] == "ready" for c in h.ask("GET", "/v1/channels").json["items"]), 30)
            assert h.ask("GET", "/v1/channels").json["items"][0]["imei"] == "****0029"


if __name__ == "__main__":
    sys.exit(run())
