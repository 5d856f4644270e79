#!/usr/bin/env python3
"""Whatever a modem does, an SMS reaches the network once, or each repeat says that it is one.

Every test has a gateway and simulated modems of its own; several run at the same time, since most of
them only wait. The network is the simulator's log, the other side is GET /v1/messages and /v1/inbox.
"""
import concurrent.futures
import datetime
import re
import signal
import sys
import threading
import time

from harness import LONG, House, run, test, wait

LANES = 6
SIGN = re.compile("^【示例镇反诈】(重发 )?")
making = threading.Lock()
futures = {}


class Line(House):
    """A gateway with modems; texts are unique, so that the network's log can be held against them."""

    def __init__(self, modems=1, script="", more="", channel=""):
        with making:
            super().__init__(modems, script or "phone 1*\n  silence\n", more='unsure_wait = "1s"; drop = { dir = ""; };' + more,
                             channel=channel)
        self.ids, self.texts = [], {}

    def start(self, seconds=10):
        super().start(seconds)
        wait(lambda: all(c["state"] == "ready" for c in self.channels()), 15)
        return 0

    def __exit__(self, *why):
        if why[0] is not None:
            print("".join("# %s\n" % line for line in self.said().splitlines()[-30:]), end="", flush=True)
        super().__exit__(*why)

    def channels(self):
        return self.ask("GET", "/v1/channels").json["items"]

    def fault(self, *words):
        self.sim.order("modem " + " ".join(str(w) for w in words))

    def next(self, when, fault):
        """The fault at the next message that modem 0 is given."""
        done = self.sim.order("stats")["modems"][0]["cmgs"]
        self.fault(0, "on", when, done + 1, fault)

    def say(self, to="13800138001", text=None, urgent=True):
        text = text or "第%d条%s" % (len(self.ids) + 1, "急" if urgent else "")
        a = self.ask("POST", "/v1/messages", {"to": to, "text": text, "class": "urgent" if urgent else "normal"})
        assert a.status in (200, 201), a.raw
        self.ids.append(a.json["id"])
        self.texts[a.json["id"]] = text
        return a.json["id"]

    def message(self, number):
        return self.ask("GET", "/v1/messages/%d" % number).json

    def until(self, number, *states, seconds=20):
        last = []

        def there():
            last[:] = [self.message(number)]
            return last[0]["state"] in states

        try:
            wait(there, seconds, 0.05)
        except AssertionError:
            raise AssertionError("%s is not %s\n%s" % (last[0], states, self.said()[-1500:])) from None
        return last[0]

    def network(self, number):
        """For each arrival of that message: was it marked as a repeat?"""
        out = []
        for _, text in self.sim.texts():
            m = SIGN.match(text)
            if m and text[m.end():] == self.texts[number]:
                out.append(m.group(1) is not None)
        return out

    def arrived_once(self, seconds=20, states=("delivered", )):
        """Every message that was sent is at the network exactly once, unmarked."""
        for i in self.ids:
            m = self.until(i, *states, seconds=seconds)
            assert self.network(i) == [False], (m, self.network(i))
            assert m["repeats"] == 0 and m["parts_sent"] == m["parts"], m

    def arrived(self, seconds=20):
        """Every message is there; at most one of its copies has no mark."""
        for i in self.ids:
            m = self.until(i, "delivered", seconds=seconds)
            copies = self.network(i)
            assert copies and copies.count(False) <= 1, (m, copies)
            assert (m["repeats"] == 0) == (True not in copies), (m, copies)

    def inbox(self, phone=""):
        return [i for i in self.all("inbox") if i["phone"].endswith(phone[-4:])]


def modem_test(fn):
    """Begun with its fellows, told in its turn."""
    def told():
        futures[fn].result()

    told.__name__ = fn.__name__
    futures[fn] = None
    return test(told)


# -- on the way out -----------------------------------------------------------------------------------------


@modem_test
def without_a_prompt_it_is_broken_off_and_sent_anew():
    with Line() as l:
        l.start()
        l.fault(0, "no_prompt 1")
        l.say(), l.say()
        l.arrived_once()
        assert l.channels()[0]["state"] == "ready"


@modem_test
def silence_after_the_text_is_unsure_and_urgent_ones_go_again_marked():
    with Line(script="phone 1*\n  report none\n") as l:
        l.start()
        l.fault(0, "no_reply 1")
        urgent = l.say()
        wait(lambda: l.network(urgent) == [False])
        assert l.message(urgent)["state"] == "sending"
        l.stop(signal.SIGKILL)
        l.start()
        m = l.until(urgent, "sent")
        assert l.network(urgent) == [False, True] and m["repeats"] == 1, (m, l.network(urgent))


@modem_test
def silence_after_the_text_of_a_normal_message_is_not_repeated():
    with Line(script="phone 1*\n  report none\n") as l:
        l.start()
        l.fault(0, "no_reply 1")
        normal = l.say(urgent=False)
        wait(lambda: l.network(normal) == [False])
        l.stop(signal.SIGKILL)
        l.start()
        m = l.until(normal, "expired")
        assert l.network(normal) == [False] and "unsure" in m["error"], m


@modem_test
def what_was_lost_in_silence_arrives_with_the_mark():
    with Line() as l:
        l.start()
        l.fault(0, "no_reply_lost 1")
        lost = l.say()
        wait(lambda: l.sim.lines("lost"))
        l.fault(0, "unplug 300")
        m = l.until(lost, "delivered")
        assert l.network(lost) == [True] and m["repeats"] == 1, (m, l.network(lost))


@modem_test
def a_late_answer_is_waited_for():
    with Line() as l:
        l.start()
        l.fault(0, "late_reply 3000 1")
        l.say(), l.say()
        l.arrived_once()


@modem_test
def a_modem_that_hangs_for_a_while_loses_and_doubles_nothing():
    with Line() as l:
        l.start()
        l.fault(0, "on data 1 hang 2500")
        l.fault(0, "on cmgs 3 hang 2500")
        for _ in range(4):
            l.say()
        l.arrived_once()


@modem_test
def an_unplugged_modem_comes_back_and_repeats_are_marked():
    with Line() as l:
        l.start()
        for when in ("cmgs", "prompt", "data", "sent"):
            l.next(when, "unplug 200")
            l.say()
            l.say()
            l.arrived()
        kinds = [f["name"] for f in l.sim.lines("fault")]
        assert kinds == ["unplug"] * 4, kinds


@modem_test
def a_reset_in_the_middle_is_noticed_and_set_right():
    with Line() as l:
        l.start()
        for when in ("cmgs", "prompt", "data", "sent"):
            l.next(when, "reset")
            l.say()
            l.say()
            l.arrived(seconds=30)
        l.fault(0, "reset")
        time.sleep(0.5)
        l.say()
        l.arrived()
        l.sim.order('inject 0 13800138002 "回来了"')
        wait(lambda: [i for i in l.inbox() if i["text"] == "回来了"], 15)


@modem_test
def echo_noise_and_split_bytes_change_nothing():
    with Line() as l:
        l.start()
        for fault in ("echo_on", "urc_noise", "split"):
            l.fault(0, fault)
            for _ in range(3):
                l.say()
            l.sim.order('inject 0 13800138002 "回复%s"' % fault)
            l.arrived_once(seconds=30)
            wait(lambda: [i for i in l.inbox() if i["text"] == "回复" + fault], 20)
        l.fault(0, "urc_noise off")
        l.fault(0, "split off")
        l.say()
        l.arrived_once()


REFUSALS = [  # code of +CMS ERROR, state afterwards, seconds that it is held
    (1, "failed", 0), (96, "failed", 0),
    (8, "held", 30), (28, "held", 30), (38, "held", 30), (41, "held", 30), (42, "held", 30), (47, "held", 30), (500, "held", 30),
]


@modem_test
def a_refusal_is_final_or_passing_by_its_code():
    script = "".join("phone 1390000%04d\n  refuse %d\n" % (code, code) for code, _, _ in REFUSALS) + "phone 1*\n  silence\n"
    with Line(script=script) as l:
        l.start()
        by_code = {code: l.say("1390000%04d" % code) for code, _, _ in REFUSALS}
        after = l.say()
        assert l.until(after, "delivered")["state"] == "delivered"
        for code, state, held in REFUSALS:
            m = l.until(by_code[code], "failed", "held", "expired")
            assert m["state"] == state, (code, m)
            assert l.network(by_code[code]) == [], "a refused message is at the network"
            if held:
                left = datetime.datetime.fromisoformat(m["held_until"]).timestamp() - time.time()
                assert held - 15 < left <= held and m["held_why"] and m["attempts"] == (0 if code in (8, 28) else 1), (code, m)
            else:
                assert str(code) in m["error"], m
        assert l.channels()[0]["state"] == "ready"


@modem_test
def a_passing_refusal_of_the_modem_is_tried_again_soon():
    with Line() as l:
        l.start()
        l.fault(0, "cms 302 1")
        first = l.say()
        m = l.until(first, "delivered", seconds=20)
        assert l.network(first) == [False], (m, l.network(first))


@modem_test
def a_long_chinese_text_goes_in_parts_with_one_reference():
    with Line() as l:
        l.start()
        text = "".join("第%d句，请您马上核实。" % i for i in range(14))
        first = l.say(text=text)
        m = l.until(first, "delivered")
        parts = l.sim.lines("submit")
        assert m["parts"] == len(parts) > 1 and len({p["ref"] for p in parts}) == 1, (m, parts)
        assert [p["part"] for p in parts] == list(range(1, len(parts) + 1)) and all(len(p["text"]) <= 67 for p in parts)
        assert l.network(first) == [False]


@modem_test
def a_long_text_that_is_cut_off_between_its_parts_is_whole_in_the_end():
    with Line() as l:
        l.start()
        l.fault(0, "on data 2 unplug 200")
        text = "".join("第%d句，请您马上核实。" % i for i in range(14))
        first = l.say(text=text)
        m = l.until(first, "delivered", seconds=30)
        whole = [t for _, t in l.sim.texts()]
        assert [SIGN.sub("", t) for t in whole] == [text], (m, whole)


# -- reports -----------------------------------------------------------------------------------------------------


@modem_test
def reports_decide_between_sent_delivered_and_failed():
    script = ("phone 13800138001\n  report delivered after 2s\nphone 13800138002\n  report failed\nphone 13800138003\n  report none\n"
              "phone 13800138004\n  report pending after 200ms then delivered after 1s\n")
    with Line(script=script) as l:
        l.start()
        late, failed, none, pending = (l.say("1380013800%d" % i) for i in range(1, 5))
        began = time.monotonic()
        assert l.until(late, "sent")["sent_at"]
        assert l.until(failed, "failed")["error"]
        assert l.until(late, "delivered")["ended_at"] and time.monotonic() - began > 1
        l.until(pending, "delivered")
        m = l.message(none)
        assert m["state"] == "sent" and m["ended_at"] is None, m
        assert all(l.network(i) == [False] for i in l.ids)


@modem_test
def a_report_that_comes_before_the_answer_counts():
    with Line(script="phone 1*\n  report delivered after 50ms\n") as l:
        l.start()
        l.fault(0, "late_reply 1500 1")
        l.say()
        l.arrived_once()


# -- in ----------------------------------------------------------------------------------------------------------------


@modem_test
def a_long_text_in_parts_arrives_once_in_any_order():
    with Line() as l:
        l.start()
        text = "我已经到他家门口了，他不开门，" * 12
        for i, how in enumerate(("parts reverse", "parts 2,3,1 ref16", "parts reverse twice gap 50ms", "parts 1,1,2,3,2")):
            said = "%d%s" % (i, text)
            l.sim.order('inject 0 13800138002 "%s" %s' % (said, how))
        wait(lambda: len(l.inbox()) >= 4, 20)
        time.sleep(1)
        got = sorted(i["text"] for i in l.inbox())
        assert got == ["%d%s" % (i, text) for i in range(4)], [t[:20] for t in got]
        assert all(i["complete"] for i in l.inbox())


@modem_test
def the_same_message_twice_is_one():
    with Line() as l:
        l.start()
        l.sim.order('inject 0 13800138002 "收到" twice gap 100ms')
        l.sim.order('inject 0 13800138003 "收到" times 4')
        l.sim.order('inject 0 13800138002 "再说一次"')
        wait(lambda: len(l.inbox()) >= 3, 15)
        time.sleep(1.5)
        assert sorted(i["text"] for i in l.inbox()) == ["再说一次", "收到", "收到"], l.inbox()
        assert len([x for x in l.sim.lines("deliver")]) == 7


@modem_test
def a_full_card_is_swept_and_nothing_on_it_is_lost():
    with Line() as l:
        l.fault(0, "full_storage")
        l.sim.order('inject 0 13800138002 "卡满了也要收到"')
        assert l.sim.order("stats")["modems"][0]["stored"] == 50
        l.start()
        if LONG:  # it also fills up while it runs; the fill is asked for once a minute
            wait(lambda: l.sim.order("stats")["modems"][0]["stored"] == 0, 30, 0.2)
            l.fault(0, "full_storage")
        wait(lambda: [i for i in l.inbox() if i["text"] == "卡满了也要收到"], 100 if LONG else 30, 0.2)
        l.say()
        l.arrived_once()
        wait(lambda: l.sim.order("stats")["modems"][0]["stored"] == 0, 20, 0.2)
        old = [i for i in l.all("inbox") if i["phone"] != "138****8002"]
        assert old, "the old message of the card (fifty times the same) is gone without a trace"


@modem_test
def what_arrives_while_the_modem_is_away_comes_later():
    with Line() as l:
        l.start()
        l.fault(0, "unplug 1500")
        l.sim.order('inject 0 13800138002 "我在路上"')
        wait(lambda: [i for i in l.inbox() if i["text"] == "我在路上"], 20)
        l.stop()
        l.sim.order('inject 0 13800138003 "停机时发的"')
        l.start()
        wait(lambda: [i for i in l.inbox() if i["text"] == "停机时发的"], 20)
        assert len(l.inbox()) == 2


# -- two modems -------------------------------------------------------------------------------------------------------------


@modem_test
def two_modems_work_at_the_same_time():
    with Line(modems=2, script="phone 1*\n  silence\nmodem * delay 300\n") as l:
        l.start()
        began = time.monotonic()
        for i in range(16):
            l.say("138001380%02d" % (i % 10))
        for i in l.ids:
            l.until(i, "sent", "delivered")
        took = time.monotonic() - began
        l.arrived_once()
        by_modem = [x["modem"] for x in l.sim.lines("submit")]
        assert min(by_modem.count(0), by_modem.count(1)) >= 5, by_modem
        assert took < 16 * 0.3 - 0.5, "%.1f s: one after the other" % took


@modem_test
def one_modem_is_lost_and_the_other_carries_on():
    with Line(modems=2) as l:
        l.start()
        l.fault(0, "delay 300")  # or the first modem might do all of it before the second has its turn
        l.fault(1, "on prompt 1 unplug 20000")
        for i in range(10):
            l.say("138001380%02d" % i)
        l.arrived()
        lost = [c for c in l.channels() if c["name"] == "sim2"][0]
        assert lost["state"] != "ready", lost
        assert all(x["modem"] == 0 for x in l.sim.lines("submit")[2:])
        wait(lambda: all(c["state"] == "ready" for c in l.channels()), 40, 0.2)
        before = len(l.sim.lines("submit"))
        l.fault(0, "unplug 60000")
        l.say()
        l.arrived()
        assert {x["modem"] for x in l.sim.lines("submit")[before:]} == {1}


@modem_test
def a_silent_modem_does_not_hold_up_the_other():
    with Line(modems=2) as l:
        l.start()
        l.fault(0, "no_reply 1")
        l.fault(1, "delay 50")
        for i in range(6):
            l.say("138001380%02d" % i)
        wait(lambda: sum(l.message(i)["state"] == "delivered" for i in l.ids) == 5, 20, 0.1)
        stuck = [i for i in l.ids if l.message(i)["state"] == "sending"]
        assert len(stuck) == 1 and l.network(stuck[0]) == [False]


# -- the whole way: an alert, an answer -----------------------------------------------------------------------------------------


@modem_test
def an_answer_to_an_alert_counts_once_however_the_modem_behaves():
    script = 'phone 13800000020\n  answer "{code}1" twice gap 50ms\n  when /电话/ answer after 200ms "{code}4 3万5 %s" parts reverse cut 10\nphone 1*\n  silence\n' % (
        "对方叫他别告诉家里人" * 3)
    with Line(script=script) as l:
        l.start()
        l.settle(1, 1)
        l.fault(0, "urc_noise")
        l.fault(0, "on data 1 hang 1500")
        a = l.ask("POST", "/v1/warnings", {"source": "s", "warn_no": "m1", "level": "高危", "name": "王小明", "phones": ["13900139001"],
                                          "area": "310118110201", "fraud_type": "冒充客服"}).json

        def case():
            return l.ask("GET", "/v1/cases/%d" % a["case"]).json

        wait(lambda: case()["state"] != "open", 25, 0.1)
        time.sleep(1)
        tasks = l.all("tasks", "case=%d&kind=dissuade" % a["case"])
        assert [t["state"] for t in tasks] == ["reported"], tasks
        assert len([i for i in l.inbox() if i["case"] == a["case"]]) == 2, l.inbox()
        assert len(case()["outcomes"]) == 1 and case()["lost"] == 3500000, case()
        assert len(l.all("handovers")) == 1


if __name__ == "__main__":
    with concurrent.futures.ThreadPoolExecutor(LANES) as pool:
        for fn in list(futures):
            if len(sys.argv) < 2 or fn.__name__ in sys.argv[1:]:
                futures[fn] = pool.submit(fn)
        code = run()
    sys.exit(code)
