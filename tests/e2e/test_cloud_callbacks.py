#!/usr/bin/env python3
"""Every provider and every form in which its receipts and replies come: late, twice, too early, of nobody, forged.

By callback, or read from the provider where it is asked (Unicom). China Telecom tells nothing, so nothing is listened to.
"""
import time

from cloud_office import SECRET, Office, each
from cloud_others import AliyunToo, Generic, Huawei, Mas, Telecom, Tencent, Twilio, Unicom
from harness import run, wait

TELLERS = [AliyunToo, Tencent, Huawei, Mas, Unicom, Twilio, Generic]
PUSHERS = [p for p in TELLERS if p.told == "callback"]
KEYS = 'timeout = 30; hook_allow = "127.0.0.1/32";'


class Desk(Office):
    def __init__(self, s, keys=KEYS, **how):
        super().__init__(s, keys=keys if s.provider.told == "callback" else "timeout = 30;", **how)

    def tell(self, what, m, *args):
        """One receipt or reply; returns when it is in the books."""
        counter = {"receipt": "reports", "inbound": "received"}[what]
        before = self.count(counter)
        told = self.standin.provider.receipt(m, *args) if what == "receipt" else self.standin.provider.reply(m, *args)
        if told is not None:
            a = self.callback(what, told)
            assert a.status == 200, (a.status, a.raw)
        wait(lambda: self.count(counter) > before, 20, 0.05)

    def sent(self):
        """Somebody's alert that has left: his phone, and the message as the provider has it."""
        phone = self.alert()
        self.becomes(phone, "sent")
        m, = self.sent_to(phone)
        return phone, m


@each(TELLERS)
def receipts(s):
    with Desk(s).open() as h:
        # Twice, and then one that contradicts: what the handset has said stays.
        twice, m = h.sent()
        for good in (True, True, False):
            h.tell("receipt", m, good)
            h.becomes(twice, "delivered")
        # The bad one first: not delivered, until it is after all.
        bad, m = h.sent()
        h.tell("receipt", m, False)
        h.becomes(bad, "failed")
        h.tell("receipt", m)
        h.becomes(bad, "delivered")
        # Of a message that is not ours: taken, and nothing comes of it.
        open_, m = h.sent()
        # (Others may be on their way meanwhile: the one that failed is the centre's business now.)
        states = [h.message(p)["state"] for p in (twice, bad, open_)]
        h.tell("receipt", dict(m, id="99999999999999999999", ref="99999999999999990000"), False)
        assert [h.message(p)["state"] for p in (twice, bad, open_)] == states == ["delivered", "delivered", "sent"]
        # Quicker than the answer of its own send.
        early = h.alert_that("held")
        h.tell("receipt", h.sent_to(early)[0])
        s.release.set()
        h.becomes(early, "delivered")
        # Late: the gateway has been stopped and started in between.
        assert h.stop() == 0
        h.start()
        h.tell("receipt", m)
        h.becomes(open_, "delivered")
        assert all(len(h.sent_to(p)) == 1 for p in (twice, bad, open_, early)), "a receipt sends nothing"
        assert h.ask("GET", "/v1/audit", role="auditor").json["ok"]


@each([p for p in TELLERS if p.gives_back])
def receipts_settle_a_lost_answer(s):
    """Those that give our own reference back are understood though their answer never came."""
    with Desk(s, keys="timeout = 1;").open() as h:
        phone = h.alert_that("silent")
        h.tell("receipt", h.sent_to(phone)[0])
        h.becomes(phone, "delivered")
        assert len(h.sent_to(phone)) == 1


@each([Huawei])
def receipts_of_parts(s):
    """Huawei tells of each part. Half an SMS is none: delivered is it when every part is, and one that fails
    fails it at once, so that the person is asked another way; if that part arrives after all, it is delivered."""
    with Desk(s).open() as h:
        whole, m = h.sent()
        h.tell("receipt", m, True, 2, 3)
        h.tell("receipt", m, True, 2, 3)  # twice the same is one part
        h.tell("receipt", m, True, 1, 3)
        assert h.message(whole)["state"] == "sent", "one is missing"
        h.tell("receipt", m, True, 3, 3)
        assert h.becomes(whole, "delivered")["parts"] == 3
        half, m = h.sent()
        h.tell("receipt", m, True, 1, 2)
        h.tell("receipt", m, False, 2, 2)
        assert "UNDELIV" in h.becomes(half, "failed")["error"]
        h.tell("receipt", m, True, 1, 2)
        assert h.message(half)["state"] == "failed", "the other part is still missing"
        h.tell("receipt", m, True, 2, 2)
        h.becomes(half, "delivered")
        early = h.alert_that("held")  # the first part is quicker than the answer
        m, = h.sent_to(early)
        h.tell("receipt", m, True, 1, 2)
        s.release.set()
        h.becomes(early, "sent")
        h.tell("receipt", m, True, 2, 2)
        h.becomes(early, "delivered")


@each([Huawei])
def a_receipt_that_people_must_mend(s):
    """The carrier does not know the signature: not delivered, an alarm; the channel sends on, others may know it."""
    with Desk(s).open() as h:
        phone, m = h.sent()
        h.tell("receipt", m, "SC:0018")
        h.becomes(phone, "failed")
        alarm, = [a["text"] for a in h.all("alarms") if a["subject"] == "cloud:receipt" and not a["cleared_at"]]
        assert "SC:0018" in alarm and h.channel["alarms"] == ["receipt"] and h.channel["state"] == "ready"
        other, m = h.sent()
        h.tell("receipt", m)
        h.becomes(other, "delivered")
        wait(lambda: h.channel["alarms"] == [])


@each(TELLERS)
def replies(s):
    with Desk(s).open() as h:
        phone, _ = h.sent()
        for _ in range(2):
            h.tell("inbound", phone, "在外地")
        row, = h.all("inbox")
        assert (row["kind"], row["text"], row["channel"]) == ("sms", "在外地", "cloud"), row
        h.tell("inbound", "13900001234", "你是谁")  # a stranger: kept, answered by nobody
        assert len(h.all("inbox")) == 2 and not h.sent_to("13900001234")


@each(PUSHERS)
def strangers(s):
    """Wrong secret, wrong address, wrong channel: no such path; forged: refused; what cannot be read is not taken for anything."""
    with Desk(s).open() as h:
        phone, m = h.sent()
        told, states = s.provider.receipt(m), h.all("messages")
        for how in ({"secret": SECRET[:-1] + "x"}, {"secret": SECRET + "x"}, {"secret": ""}, {"channel": "sim1"},
                    {"source": "127.0.0.2"}):
            assert h.callback("receipt", told, **how).status == 404, how
        assert h.callback("nothing", told).status == 404
        assert h.callback("receipt", told, method="PUT").status in (404, 405)
        assert h.callback("receipt", (told[0], b"x" * 300000, told[2])).status == 413
        if s.provider.signs:
            s.provider.signed = False
            assert h.callback("receipt", s.provider.receipt(m)).status == 403
            assert h.callback("receipt", (told[0], told[1], {})).status == 403
            other = (told[0], told[1].replace(b"delivered", b"undelivered"), told[2])
            assert h.callback("receipt", other).status == 403, "the signature is of other words"
            assert h.count("forged") == 3
            s.provider.signed = True
        for body in (b"", b"\xff\xfe", b"{", b"[]x"):
            assert h.callback("receipt", (told[0], body, told[2])).status in (400, 403), body
        assert h.all("messages") == states and h.all("inbox") == []
        assert SECRET not in h.said() and phone not in h.said()
        h.tell("receipt", m)
        h.becomes(phone, "delivered")


@each([Telecom, Unicom])
def nothing_is_listened_to(s):
    """No form of a callback is known (Telecom), or it is asked instead (Unicom)."""
    with Desk(s).open() as h:
        phone, _ = h.sent()
        for what in ("receipt", "inbound", "voice"):
            assert h.hook(what, '[{"any": "thing"}]').status == 404, what
        time.sleep(0.2)
        assert h.message(phone)["state"] == "sent"


if __name__ == "__main__":
    raise SystemExit(run())
