#!/usr/bin/env python3
"""A modem that is not our simulator: at_peer.py, written from the standards alone, stands in over TCP.

With each of its manners a task goes out, is answered, and the delivery report is matched; nothing of the gateway
knows that it is not quanzu-modemsim.
"""
import re
import sys
import time

from at_peer import Habits, Peer
from harness import House, area_of, name_of, phone_of, run, test, wait, warning

START = 60  # seconds to be ready: a peer that answers in figures is silent at first


class Line(House):
    def __init__(self, peer):
        super().__init__(more='drop = { dir = ""; }; unsure_wait = "2s";')
        self.peer = peer
        modem = ('channels = ( { name = "other"; kind = "modem"; device = "tcp:127.0.0.1:%d"; roaming = true; } );' % peer.port)
        self.text, n = re.subn(r"channels = \(\s*\);", modem, self.text)
        assert n == 1
        self.write_config(self.text)

    def start(self, seconds=10):
        super().start(seconds)
        wait(lambda: self.channel()["state"] == "ready", START, 0.05)
        return 0

    def channel(self):
        return self.ask("GET", "/v1/channels").json["items"][0]

    def message(self, to, text):
        a = self.ask("POST", "/v1/messages", {"to": to, "text": text, "class": "urgent"})
        assert a.status in (200, 201), a.raw
        return a.json["id"]

    def until(self, number, state, seconds=20):
        def there():
            return self.ask("GET", "/v1/messages/%d" % number).json["state"] == state
        try:
            wait(there, seconds, 0.05)
        except AssertionError:
            raise AssertionError("%s\n%s\n%s\n%s" % (self.ask("GET", "/v1/messages/%d" % number).json, self.peer.faults,
                                                     self.peer.commands[-20:], self.said()[-1500:])) from None

    def inbox(self):
        return [m["text"] for m in self.all("inbox")]


def texts_to(peer, number):
    return [text for to, text in peer.texts if to.endswith(number)]


def ends_well(house):
    """What was written to it was what the standards allow, and nothing of ours was left behind."""
    assert not house.peer.faults, house.peer.faults
    wait(lambda: not house.peer.store and house.peer.unacknowledged is None, 20)
    assert house.stop() == 0


def road(habits):
    """A warning, its task, the answer, the outcome; then texts of each length and alphabet, with their reports."""
    with Peer(habits) as peer, Line(peer) as h:
        h.start()
        h.settle(1, 1)
        assert h.ask("POST", "/v1/warnings", warning(1, 1)).status == 201
        task = wait(lambda: texts_to(peer, phone_of(1, 0)), 20)[0]
        code = re.search(r"回复?(\d+)1|(\d\d+)1", task)
        number = next(t["code"] for t in h.all("tasks") if t["member_phone"].endswith(phone_of(1, 0)[-4:]))
        assert code and str(number) in task, (task, number)
        wait(lambda: [m for m in h.all("messages") if m["state"] == "delivered"], 20)
        peer.say("+86" + phone_of(1, 0), "%s1" % number)
        wait(lambda: [t for t in h.all("tasks") if t["state"] == "accepted"], 20)
        wait(lambda: len(texts_to(peer, phone_of(1, 0))) > 1, 20)  # what the gateway says to it
        long_text = "请立即上门劝阻并核实转账情况。" * 12 + "😀结束"
        plain = "Code [{7}] ~ 12 EUR = 12€ ^ \\ | done"
        first, second = h.message("13900139001", long_text), h.message("13900139002", plain)
        h.until(first, "delivered")
        h.until(second, "delivered")
        assert texts_to(peer, "13900139001")[0].endswith(long_text), peer.texts
        assert plain in texts_to(peer, "13900139002")[0], peer.texts
        assert max(s.parts for s in peer.submits) >= 3
        reply = "群众已见面，情绪稳定，资金没有转出，" * 8
        peer.say("13900139009", reply, parts=3, backwards=True)
        wait(lambda: reply in h.inbox(), 20)
        assert h.channel()["registration"] == "roaming", h.channel()
        ends_well(h)


@test
def a_modem_with_plain_manners():
    road(Habits())


@test
def a_modem_that_answers_in_figures_until_it_is_told():
    road(Habits(verbose=False, end="\r\r\n", seed=2))


@test
def a_modem_that_ends_its_lines_with_a_line_feed():
    road(Habits(end="\n", gcap=True, seed=3))


@test
def a_modem_that_stores_and_lists():
    road(Habits(direct=False, places=3, seed=4))


@test
def a_modem_whose_messages_want_an_acknowledgement():
    with Peer(Habits(service=1, seed=5)) as peer, Line(peer) as h:
        h.start()
        for i in range(5):
            peer.say("13900139009", "第%d条" % i)
        wait(lambda: sorted(h.inbox()) == ["第%d条" % i for i in range(5)], 30)
        h.until(h.message("13900139001", "请回电"), "delivered")
        wait(lambda: peer.acks >= 6, 20)
        ends_well(h)


@test
def what_came_while_nobody_listened_is_read_place_by_place():
    """It has no list (AT+CMGL) and announces nothing of it."""
    with Peer(Habits(seed=6)) as peer, Line(peer) as h:
        peer.say("13900139009", "夜里来的")
        assert len(peer.store) == 1
        h.start()
        wait(lambda: h.inbox() == ["夜里来的"], 20)
        ends_well(h)


@test
def a_report_of_failure_is_one():
    with Peer(Habits(seed=7)) as peer, Line(peer) as h:
        h.start()
        peer.reports = False
        number = h.message("13900139001", "请回电")
        h.until(number, "sent")
        peer.report(peer.mr, "13900139001", 0x20)  # still trying
        time.sleep(0.5)
        assert h.ask("GET", "/v1/messages/%d" % number).json["state"] == "sent"
        peer.report(peer.mr, "13900139001", 0x46)  # its validity is over
        h.until(number, "failed")
        ends_well(h)


@test
def a_line_that_breaks_at_the_prompt_sends_it_once():
    with Peer(Habits(seed=8)) as peer, Line(peer) as h:
        h.start()
        peer.drop_at = "prompt"
        h.until(h.message("13900139001", "请回电"), "delivered", START)
        assert len(texts_to(peer, "13900139001")) == 1 and "重发" not in peer.texts[0][1], peer.texts
        ends_well(h)


if __name__ == "__main__":
    sys.exit(run())
