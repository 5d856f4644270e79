#!/usr/bin/env python3
"""Calls on the whole road: silent phones ring, a key takes the task, and nobody else is woken."""
import time

from harness import House, area_of, phone_of, run, test, wait, warning

VOICE = "voice = true;"
# Short times, so that a test is over in seconds; the ladder itself is as slow as it is.
LEVELS = """
levels = ( { code = "CRITICAL"; ack = "60s"; calls = 2; call_after = "1s"; call_every = "1min";
             rungs = ( { after = "0s"; who = ["duty"];    ask = true; },
                       { after = "25s"; who = ["members"]; ask = true; } ); },
           { code = "HIGH"; ack = "60s"; calls = 1; call_after = "0s"; call_every = "1min";
             rungs = ( { after = "0s"; who = ["duty"];    ask = true; },
                       { after = "1h"; who = ["members"]; ask = true; } ); } );
"""


def house(phones, modems=1, family="a7670", more=LEVELS):
    return House(modems=modems, script="modem 0 family %s\n" % family + phones, channel=VOICE, more=more)


def tasks(h):
    return {t["member_phone"][-4:]: t["state"] for t in h.all("tasks") if t["kind"] == "dissuade"}


def calls(h, what=None):
    return [x for x in h.sim.lines("call") if what is None or x["what"] == what]


@test
def a_silent_phone_rings_and_a_key_takes_the_task():
    first, second = phone_of(1, 0), phone_of(1, 1)
    with house("phone %s\n  call answer after 300ms key 1 after 13s\nphone 13*\n  silence\n" % first) as h:
        h.start()
        h.settle(1, 2)
        a = h.ask("POST", "/v1/warnings", warning(1, 1, level="特高危"))
        assert a.status == 201, a.raw
        wait(lambda: tasks(h).get(first[-4:]) == "accepted", 30, 0.1)
        said = "".join(x["text"] for x in calls(h, "spoke"))
        assert "反诈" in said and "接单请按1" in said and "您已接单" in said, said
        # Accepted by a key: the door comes by SMS, and the ladder wakes nobody else.
        wait(lambda: any(to == first and "电话" in text for to, text in h.sim.texts()), 10, 0.1)
        time.sleep(8)
        assert not any(to == second for to, _ in h.sim.texts()), "the next person was woken all the same"
        inbox = h.all("inbox")
        assert [i["kind"] for i in inbox] == ["key"] and inbox[0]["state"] == "applied", inbox
        log = h.all("messages")
        assert [(m["state"]) for m in log if m["kind"] == "call"] == ["delivered"], log
        assert h.ask("GET", "/v1/audit", role="auditor").json["ok"]


@test
def who_cannot_go_says_so_with_a_key_and_the_next_is_asked():
    first, second = phone_of(1, 0), phone_of(1, 1)
    with house("phone %s\n  call answer after 200ms key 0\nphone 13*\n  silence\n" % first) as h:
        h.start()
        h.settle(1, 2)
        h.ask("POST", "/v1/warnings", warning(2, 1, level="高危"))
        wait(lambda: tasks(h).get(first[-4:]) == "declined", 30, 0.1)
        wait(lambda: any(to == second for to, _ in h.sim.texts()), 10, 0.1)


BOTH = """
levels = ( { code = "HIGH"; ack = "60s"; calls = 1; call_after = "0s"; call_every = "1min";
             rungs = ( { after = "0s"; who = ["duty", "members"]; ask = true; } ); } );
"""


@test
def an_urgent_sms_that_waits_goes_before_a_call():
    """One modem, two people at once: neither SMS waits for the end of the other one's call."""
    first, second = phone_of(1, 0), phone_of(1, 1)
    phones = "phone 13*\n  call answer after 200ms hangup after 5s\n  silence\n"
    with house(phones, more=BOTH) as h:
        h.start()
        h.settle(1, 2)
        h.ask("POST", "/v1/warnings", warning(7, 1, level="高危"))
        wait(lambda: calls(h, "dial"), 30, 0.05)
        road = [x["to"][-11:] if x["ev"] == "submit" else "call" for x in h.sim.lines()
                if x["ev"] == "submit" or (x["ev"] == "call" and x["what"] == "dial")]
        assert set(road[:road.index("call")]) == {first, second}, road


@test
def a_key_pressed_after_somebody_else_has_the_case_changes_nothing():
    first, second = phone_of(1, 0), phone_of(1, 1)
    phones = ("phone %s\n  call answer after 200ms key 1 after 20s\nphone %s\n  answer after 6s \"{code}1\"\n  call busy after 100ms\n"
              "phone 13*\n  silence\n" % (first, second))
    with house(phones, more=BOTH) as h:
        h.start()
        h.settle(1, 2)
        h.ask("POST", "/v1/warnings", warning(6, 1, level="高危"))
        wait(lambda: calls(h, "answered"), 30, 0.05)  # the other one is busy
        wait(lambda: tasks(h) == {first[-4:]: "withdrawn", second[-4:]: "accepted"}, 40, 0.1)  # during the call
        assert not [i for i in h.all("inbox") if i["kind"] == "key"], "the key came too early for this test"
        wait(lambda: [i for i in h.all("inbox") if i["kind"] == "key"], 60, 0.1)
        wait(lambda: [m["state"] for m in h.all("messages") if m["kind"] == "call" and m["phone"][-4:] == first[-4:]] == ["delivered"],
             30, 0.1)
        assert tasks(h) == {first[-4:]: "withdrawn", second[-4:]: "accepted"}, tasks(h)
        # Who pressed it hears by SMS who has the case, and never where the door is.
        wait(lambda: any(to == first and "接单" in text and "电话" not in text for to, text in h.sim.texts()[1:]), 20, 0.1)
        assert not any(to == first and "电话139" in text for to, text in h.sim.texts()), h.sim.texts()
        assert h.ask("GET", "/v1/audit", role="auditor").json["ok"]


@test
def a_line_that_is_busy_or_picked_up_without_a_key_confirms_nothing():
    first = phone_of(1, 0)
    for manners, state in (("busy after 200ms", "failed"), ("no_answer after 500ms", "failed"),
                           ("answer after 200ms hangup after 3s", "sent")):
        with house("phone %s\n  call %s\nphone 13*\n  silence\n" % (first, manners)) as h:
            h.start()
            h.settle(1, 2)
            h.ask("POST", "/v1/warnings", warning(3, 1, level="高危"))
            wait(lambda: [m["state"] for m in h.all("messages") if m["kind"] == "call"] == [state], 40, 0.2)
            assert tasks(h).get(first[-4:]) == "offered", (manners, tasks(h))


@test
def an_sms_waits_while_a_call_is_up_and_a_second_modem_takes_it():
    first, second = phone_of(1, 0), phone_of(2, 0)
    phones = "modem 1 family quectel\nphone %s\n  call answer after 200ms key 1 after 4s\nphone 13*\n  silence\n" % first
    with house(phones, modems=2) as h:
        h.start()
        h.settle(2, 1)
        h.ask("POST", "/v1/warnings", warning(4, 1, level="高危"))
        wait(lambda: calls(h, "answered"), 20, 0.05)
        began = time.monotonic()
        h.ask("POST", "/v1/warnings", warning(5, 2, level="高危"))
        wait(lambda: any(to == second for to, _ in h.sim.texts()), 3, 0.05)
        assert time.monotonic() - began < 2, "the call held back an alert that another modem could take"
        wait(lambda: tasks(h).get(first[-4:]) == "accepted", 20, 0.1)


@test
def calls_leave_one_modem_free_for_sms():
    """Three villages ring at once on two modems: one call after the other, and every SMS goes at once."""
    silent = "".join("phone %s\n  call answer after 200ms hangup after 3s\n" % phone_of(v, 0) for v in (1, 2, 3))
    with house("modem 1 family a7670\n" + silent + "phone 13*\n  silence\n", modems=2) as h:
        h.start()
        h.settle(4, 1)
        for v in (1, 2, 3):
            h.ask("POST", "/v1/warnings", warning(10 + v, v, level="高危"))
        wait(lambda: len(calls(h, "answered")) >= 1, 20, 0.05)
        began = time.monotonic()
        h.ask("POST", "/v1/warnings", warning(20, 4, level="高危"))
        wait(lambda: any(to == phone_of(4, 0) for to, _ in h.sim.texts()), 2, 0.02)
        print("# the SMS left %.2f s after its warning, while a call was up" % (time.monotonic() - began))
        wait(lambda: len([x for x in calls(h) if x["what"] in ("ended", "hangup")]) >= 3, 60, 0.2)
        up = 0
        for x in calls(h):
            up += {"dial": 1, "ended": -1, "hangup": -1}.get(x["what"], 0)
            assert up <= 1, "two calls at once: %s" % calls(h)


if __name__ == "__main__":
    raise SystemExit(run())
