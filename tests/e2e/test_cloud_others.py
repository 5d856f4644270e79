#!/usr/bin/env python3
"""Every other provider on the wire: signed as it checks, told of receipts and replies, stopped by a broken account."""
import os

from cloud_others import CALLBACK, OTHERS, Mas, Tencent, Unicom
from cloud_standin import Standin
from harness import House, phone_of, run, test, wait, warning

SECRET = CALLBACK.rsplit("/", 1)[1]
LEVELS = ('levels = ( { code = "HIGH"; window = "always"; ack = "1h"; '
          'rungs = ( { after = "0s"; who = ["members"]; ask = true; } ); } );')


class Office(House):
    """One village, one member, one channel: `cloud`."""

    def __init__(self, standin, more=""):
        super().__init__(more=LEVELS + more)
        self.standin = standin
        with open(os.open(os.path.join(self.dir, "hook"), os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="ascii") as f:
            f.write(SECRET + "\n")
        self.text = self.text.replace("channels = (  );", 'channels = ( { name = "cloud"; hook_secret_file = "%s/hook"; %s } );' % (
            self.dir, standin.provider.config(standin.url, self.dir)))
        self.write_config(self.text)

    def open(self):
        self.start()
        self.settle(2, 1)
        return self

    def alert(self, village=1):
        a = self.ask("POST", "/v1/warnings", warning(village, village))
        assert a.status == 201, a.raw
        return phone_of(village, 0)

    def state(self, phone):
        rows = [m for m in self.all("messages") if m["phone"][-4:] == phone[-4:] and m["purpose"] == "task"]
        return rows[0]["state"] if rows else ""

    def becomes(self, phone, state):
        try:
            wait(lambda: self.state(phone) == state, 10, 0.05)
        except AssertionError as e:
            raise AssertionError("%s, not %s: %s %s" % (self.state(phone), state, self.standin.wrong, self.said()[-600:])) from e

    @property
    def channel(self):
        return self.ask("GET", "/v1/channels").json["items"][0]

    def tell(self, what, told):
        """By callback, if that is how this provider tells."""
        if told is None:
            return
        content_type, body, headers = told
        conn = self.connect()
        try:
            a = self.send(conn, "POST", "/hooks/cloud/%s/%s" % (SECRET, what), body, dict(headers, **{"Content-Type": content_type}))
        finally:
            conn.close()
        assert a.status == 200, (what, a.status, a.raw)


def each_provider(fn):
    for cls in OTHERS:
        def one(cls=cls):
            with Standin(cls()) as s:
                fn(s)
                assert not s.wrong, s.wrong
        one.__name__ = "%s_%s" % (getattr(cls, "name", cls.kind), fn.__name__)
        test(one)
    return fn


@each_provider
def an_alert_goes_out_signed_and_its_receipt_and_reply_come_back(s):
    with Office(s).open() as h:
        phone = h.alert()
        h.becomes(phone, "sent")
        sent, = s.sent
        assert sent["to"][-11:] == phone, sent
        if s.provider.told is None:
            return
        h.tell("receipt", s.provider.receipt(sent))
        h.becomes(phone, "delivered")
        h.tell("inbound", s.provider.reply(phone, "收到"))
        wait(lambda: len(h.all("inbox")) == 1, 10, 0.1)
        row, = h.all("inbox")
        assert row["text"] == "收到" and row["kind"] == "sms", row
        assert s.provider.secret not in h.said() and SECRET not in h.said()
        if isinstance(s.provider, Unicom):
            wait(lambda: s.provider.confirmed == ["77"], 10, 0.1)


@each_provider
def a_broken_account_stops_its_channel(s):
    with Office(s).open() as h:
        s.script = [("code", s.provider.config_code, "no")]
        h.alert()
        wait(lambda: h.channel["state"] == "stopped", 10, 0.1)
        assert len(s.sent) == 1, "no loop"


@test
def a_drill_never_goes_by_a_registered_text():
    with Standin(Tencent()) as s, Office(s, more=" drill = true;").open() as h:
        phone = h.alert()
        wait(lambda: h.state(phone) not in ("", "queued", "sending"), 10, 0.1)
        assert s.sent == [] and h.state(phone) in ("held", "failed"), h.state(phone)
    with Standin(Mas()) as s, Office(s, more=" drill = true;").open() as h:
        h.becomes(h.alert(), "sent")
        assert "演练" in s.provider.text, s.provider.text


if __name__ == "__main__":
    raise SystemExit(run())
