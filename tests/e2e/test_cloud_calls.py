#!/usr/bin/env python3
"""Calls by a cloud on the whole road: rung up, a key by callback takes the task, everything else takes nothing."""
import json
import time

import cloud_office
from cloud_calls import CALLS, ENDS, AliyunCalls, HuaweiCalls, Switchboard, TencentCalls, TwilioCalls
from cloud_office import SECRET, each
from harness import phone_of, run, test, wait, warning

# Short times; the ladder itself is as slow as it is. One call each, unless a test wants more.
LEVELS = """levels = (
  { code = "CRITICAL"; window = "always"; ack = "60s"; calls = 2; call_after = "1s"; call_every = "1min";
    rungs = ( { after = "0s"; who = ["duty"]; ask = true; }, { after = "6s"; who = ["members"]; ask = true; } ); },
  { code = "HIGH"; window = "always"; ack = "1h"; calls = 1; call_after = "0s"; call_every = "1min";
    rungs = ( { after = "0s"; who = ["duty"]; ask = true; } ); } );
"""


class Office(cloud_office.Office):
    """Villages of two members, and one channel for SMS and calls: `cloud`."""

    def __init__(self, standin, more=""):
        super().__init__(standin, keys="timeout = 1;", more=more, levels=LEVELS)

    def open(self, villages=20, members=2):
        return super().open(villages, members)

    def alert(self, village=1, level="高危"):
        """Somebody there is warned of; the phones of the one who is asked first and of the other."""
        a = self.ask("POST", "/v1/warnings", warning(village, village, level=level))
        assert a.status == 201, a.raw
        return phone_of(village, 0), phone_of(village, 1)

    def placed(self, phone, nth=1, seconds=15):
        """The nth call to that phone, as the provider has it."""
        def those():
            return [m for m in self.standin.sent if m.get("call") and m["to"][-11:] == phone]
        try:
            return wait(lambda: len(those()) >= nth and those()[nth - 1], seconds)
        except AssertionError as e:
            raise AssertionError("no call: %s %s" % (self.standin.wrong, self.said()[-1500:])) from e

    def ends(self, call, how, key="1"):
        """The provider tells how it ended; every callback is answered as the provider wants it."""
        for told in self.standin.provider.ended(call, how, key):
            a = self.callback("voice", told)
            assert a.status == 200 and self.standin.provider.content(a), (a.status, a.raw)

    def sms_to(self, phone):
        return [m for m in self.standin.sent if not m.get("call") and m["to"][-11:] == phone]

    def calls(self):
        return {m["phone"][-4:]: m["state"] for m in self.all("messages") if m["kind"] == "call"}

    def call_is(self, phone, state, seconds=10):
        try:
            wait(lambda: self.calls().get(phone[-4:]) == state, seconds, 0.05)
        except AssertionError as e:
            raise AssertionError("%s, not %s: %s" % (self.calls(), state, self.said()[-800:])) from e

    def tasks(self):
        return {t["member_phone"][-4:]: t["state"] for t in self.all("tasks") if t["kind"] == "dissuade"}

    def task_is(self, phone, state, seconds=10):
        try:
            wait(lambda: self.tasks().get(phone[-4:]) == state, seconds, 0.05)
        except AssertionError as e:
            raise AssertionError("%s, not %s: %s" % (self.tasks(), state, self.said()[-800:])) from e


# -- a key -----------------------------------------------------------------------------------------------


@each(CALLS, Switchboard)
def a_key_takes_the_task_once(s):
    with Office(s).open() as h:
        first, second = h.alert(level="特高危")
        call = h.placed(first)
        h.call_is(first, "sent")
        assert h.tasks() == {first[-4:]: "offered"}, "ringing is no acceptance"
        asked = len(h.sms_to(first))
        h.ends(call, "key")
        h.task_is(first, "accepted")
        h.call_is(first, "delivered")
        row, = h.all("inbox")
        assert (row["kind"], row["state"], row["channel"]) == ("key", "applied", "cloud"), row
        wait(lambda: len(h.sms_to(first)) == asked + 1)  # who it is and where, once
        for _ in range(3):  # providers tell twice
            h.ends(call, "key")
        time.sleep(7)  # the next rung would be over by now
        assert len(h.all("inbox")) == 1 and h.tasks() == {first[-4:]: "accepted"}, (h.all("inbox"), h.tasks())
        assert len(h.sms_to(first)) == asked + 1 and not h.sms_to(second), "told twice, or the next one woken"
        assert len([m for m in s.sent if m.get("call")]) == 1
        assert h.ask("GET", "/v1/audit", role="auditor").json["ok"]
        assert SECRET not in h.said() and s.provider.secret not in h.said()


@each(CALLS, Switchboard)
def who_cannot_go_presses_0(s):
    with Office(s).open() as h:
        first, second = h.alert(2, "特高危")
        h.ends(h.placed(first), "key", "0")
        h.task_is(first, "declined")
        wait(lambda: h.sms_to(second), 10)


@each(CALLS, Switchboard)
def a_late_key_changes_nothing(s):
    """Somebody else has the case when the key of the first call is told: neither task moves, the holder is told nothing."""
    with Office(s).open() as h:
        first, second = h.alert(3, "特高危")
        call = h.placed(first)
        wait(lambda: h.sms_to(second), 15)  # silent: the next one is asked
        h.ends(h.placed(second), "key")
        h.task_is(second, "accepted")
        h.task_is(first, "withdrawn")
        told = len(h.sms_to(second))
        h.ends(call, "key")
        wait(lambda: len(h.all("inbox")) == 2)
        time.sleep(1)
        assert h.tasks() == {first[-4:]: "withdrawn", second[-4:]: "accepted"}, h.tasks()
        assert len(h.sms_to(second)) == told
        assert h.ask("GET", "/v1/audit", role="auditor").json["ok"]


@each(CALLS, Switchboard)
def the_same_person_presses_in_both_calls_and_takes_it_once(s):
    """The level rises, so he is rung again: taken in the second call, then the first one's key is told (callbacks overtake)."""
    with Office(s).open() as h:
        first, _ = h.alert(4, "高危")
        early = h.placed(first)
        again = h.ask("POST", "/v1/warnings", warning(4, 4, level="特高危", warn_no="K4-2"))
        assert again.status == 201, again.raw
        late = h.placed(first, 2, 30)
        h.ends(late, "key")
        h.task_is(first, "accepted")
        told = wait(lambda: len(h.sms_to(first)) > 1 and len(h.sms_to(first)))
        h.ends(early, "key")
        wait(lambda: len(h.all("inbox")) == 2)
        assert sorted(i["state"] for i in h.all("inbox")) == ["applied", "ignored"], h.all("inbox")
        assert h.tasks()[first[-4:]] == "accepted" and len(h.sms_to(first)) == told, (h.tasks(), h.sms_to(first))
        assert h.ask("GET", "/v1/audit", role="auditor").json["ok"]


@each(CALLS, Switchboard)
def a_key_belongs_to_a_call_whose_answer_was_lost(s):
    """The provider rang, its answer never came: the key of that call counts."""
    with Office(s).open() as h:
        wait(lambda: h.ask("GET", "/v1/channels").json["items"][0]["state"] == "ready")
        s.call_script = ["silent"]
        first, _ = h.alert(4)
        call = h.placed(first)
        h.call_is(first, "unsure")
        h.ends(call, "key")
        h.task_is(first, "accepted")
        h.call_is(first, "delivered")
        assert len([m for m in s.sent if m.get("call")]) == 1, "rung up twice"


@each(CALLS, Switchboard)
def what_is_told_before_the_answer_of_the_request_counts(s):
    with Office(s).open() as h:
        s.before_answer = lambda call: h.ends(call, "key" if call["to"][-11:] == phone_of(11, 0) else "busy")
        taken, _ = h.alert(11)
        busy, _ = h.alert(12)
        h.task_is(taken, "accepted")
        h.call_is(taken, "delivered")
        h.call_is(busy, "failed")
        assert h.tasks()[busy[-4:]] == "offered", h.tasks()
        s.answer_first()  # the gateway is stopped next: nothing may be on its way to it


@each(CALLS, Switchboard)
def a_key_of_no_call_of_ours_takes_nothing(s):
    """Of an unknown call, though the number is right; and by a path that is wrong."""
    with Office(s).open() as h:
        first, _ = h.alert()
        call = h.placed(first)
        h.call_is(first, "sent")
        for told in s.provider.ended(call, "key"):
            assert h.callback("voice", told, secret=SECRET[::-1]).status == 404
            assert h.callback("voice", told, channel="other").status == 404
        h.ends(dict(call, id="99999^9", ref="99999999999999990000"), "key")
        assert h.tasks() == {first[-4:]: "offered"} and h.all("inbox") == [], h.tasks()
        h.call_is(first, "sent")
        h.ends(call, "key")
        h.task_is(first, "accepted")


# -- no key ----------------------------------------------------------------------------------------------


@each(CALLS, Switchboard)
def a_call_that_reaches_nobody_ends_and_the_ladder_goes_on(s):
    with Office(s).open() as h:
        people = {how: h.alert(5 + i, "特高危") for i, how in enumerate(ENDS)}
        for how, (first, _) in people.items():
            h.ends(h.placed(first), how)
            h.call_is(first, "failed")
        for how, (first, second) in people.items():
            assert h.tasks()[first[-4:]] == "offered", (how, h.tasks())
            wait(lambda p=second: h.sms_to(p), 15)
            h.placed(second)
        assert h.all("inbox") == []
        assert h.ask("GET", "/v1/channels").json["items"][0]["state"] == "ready"


@each(CALLS, Switchboard)
def picked_up_without_a_key_is_no_acceptance(s):
    with Office(s).open() as h:
        first, second = h.alert(10, "特高危")
        h.ends(h.placed(first), "heard")
        h.call_is(first, "delivered")
        wait(lambda: h.sms_to(second), 15)
        assert h.tasks()[first[-4:]] == "offered" and h.all("inbox") == [], h.tasks()


# -- no end ----------------------------------------------------------------------------------------------


@each(CALLS, Switchboard)
def a_call_that_nobody_tells_of_is_asked_about_and_then_not_known(s):
    """Aliyun and Twilio can be asked; the others cannot, and some know nothing. The task never waits for it."""
    over = getattr(s.provider, "asked_over", None)
    with Office(s, more='call_end_wait = "3s";').open() as h:
        first, second = h.alert(1, "特高危")
        call = h.placed(first)
        other, _ = h.alert(2)
        asked = h.placed(other)
        if over:
            s.call_states[asked["id"]] = over
            h.call_is(other, "failed", 30)
        else:
            h.call_is(other, "expired", 30)
            assert s.asked == []
        h.call_is(first, "expired", 30)
        assert (call["id"] in s.asked) == bool(over), s.asked
        assert h.tasks()[first[-4:]] == "offered", h.tasks()
        wait(lambda: h.sms_to(second), 15)  # the ladder goes on as for nobody there
        case, = [c for c in h.all("cases") if c["level"] == "CRITICAL"]
        lines = [e["line"] for e in h.ask("GET", "/v1/cases/%d" % case["id"], role="auditor").json["timeline"]]
        assert any("始终没有人告知" in line and "电话" in line for line in lines), lines
        for told in s.provider.ended(call, "busy"):  # after all
            assert h.callback("voice", told).status == 200
        h.call_is(first, "failed")


@each(CALLS, Switchboard)
def the_wait_for_an_end_outlives_a_restart(s):
    with Office(s, more='call_end_wait = "3s";').open() as h:
        first, _ = h.alert(1)
        other, _ = h.alert(2)
        told = h.placed(other)
        h.placed(first)
        for phone in (first, other):
            h.call_is(phone, "sent")
        assert h.stop() == 0
        h.start()
        h.ends(told, "key")
        h.call_is(other, "delivered")
        h.call_is(first, "expired", 30)
        assert len([m for m in s.sent if m.get("call")]) == 2, "rung up twice"
        assert h.calls()[other[-4:]] == "delivered" and h.tasks()[first[-4:]] == "offered"


# -- one provider's own ----------------------------------------------------------------------------------


@test
def a_forged_callback_of_a_call_is_refused():
    for cls in (HuaweiCalls, TwilioCalls):
        with Switchboard(cls()) as s, Office(s).open() as h:
            first, _ = h.alert()
            call = h.placed(first)
            s.provider.signed = False
            for told in s.provider.ended(call, "key"):
                assert h.callback("voice", told).status == 403
            bare = [(t, b, {}) for t, b, _ in s.provider.ended(call, "key")]
            assert all(h.callback("voice", told).status == 403 for told in bare)
            time.sleep(0.5)
            assert h.tasks() == {first[-4:]: "offered"} and h.all("inbox") == []
            assert h.ask("GET", "/v1/channels").json["items"][0]["count"]["forged"] >= 4
            s.provider.signed = True
            h.ends(call, "key")
            h.task_is(first, "accepted")


@test
def aliyun_calls_are_read_from_their_queue():
    class Queue(AliyunCalls):
        by_queue = True

    with Switchboard(Queue()) as s, Office(s).open() as h:
        first, _ = h.alert(1)
        other, _ = h.alert(2)
        for phone, how in ((first, "key"), (other, "busy")):
            s.provider.put("VoiceReport", json.loads(s.provider.ended(h.placed(phone), how)[0][1])[0])
        h.task_is(first, "accepted")
        h.call_is(other, "failed")
        wait(lambda: len(s.provider.deleted) == 2)
        assert h.tasks()[other[-4:]] == "offered" and not s.wrong, s.wrong


@test
def a_refused_call_ends_or_stops_the_channel_by_its_code():
    rows = ((AliyunCalls, "isv.MOBILE_NUMBER_ILLEGAL", "ready"), (TencentCalls, "FailedOperation.ContainSensitiveWord", "ready"),
            (TencentCalls, "FailedOperation.InsufficientBalanceInVoicePackage", "stopped"), (HuaweiCalls, "1010023", "stopped"),
            (TwilioCalls, "21211", "ready"))
    for cls, code, state in rows:
        with Switchboard(cls()) as s, Office(s).open() as h:
            s.call_script = [("code", code, "no")]
            first, _ = h.alert()
            h.placed(first)
            wait(lambda: h.ask("GET", "/v1/channels").json["items"][0]["count"]["refused"] == 1)
            time.sleep(0.5)
            assert h.ask("GET", "/v1/channels").json["items"][0]["state"] == state, (cls, code)
            assert len([m for m in s.sent if m.get("call")]) == 1, "no loop"
            assert h.tasks() == {first[-4:]: "offered"}, h.tasks()
            assert not s.wrong, s.wrong


if __name__ == "__main__":
    raise SystemExit(run())
