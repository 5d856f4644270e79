"""A gateway with a channel `cloud` to a provider that is not there, and what the tests of clouds ask of it.

    with Standin(Tencent()) as s, Office(s).open() as h:
        phone = h.alert()
        h.becomes(phone, "sent")

`spare`: a second stand-in, whose channel `spare` takes what `cloud` does not.
"""
import http.client
import os

from cloud_others import CALLBACK
from cloud_standin import Standin
from harness import House, phone_of, test, wait, warning

SECRET = CALLBACK.rsplit("/", 1)[1]
LEVELS = ('levels = ( { code = "HIGH"; window = "always"; ack = "1h"; '
          'rungs = ( { after = "0s"; who = ["members"]; ask = true; } ); } );\n')


def each(providers, standin=Standin):
    """One test for each provider, by its name; what the stand-in found wrong with a request fails it."""
    def under(fn):
        for cls in providers:
            def one(cls=cls):
                with standin(cls()) as s:
                    fn(s)
                    assert not s.wrong, s.wrong
            one.__name__ = "%s_%s" % (getattr(cls, "name", cls.kind), fn.__name__)
            test(one)
        return fn
    return under


class Office(House):
    """Villages of one member each; every alert is about another village."""

    def __init__(self, standin, keys="", more="", levels=LEVELS, spare=None, **how):
        super().__init__(more=levels + more)
        self.standin, self.village = standin, 0
        with open(os.open(os.path.join(self.dir, "hook"), os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="ascii") as f:
            f.write(SECRET + "\n")
        channels = '{ name = "cloud"; prefer = 1; hook_secret_file = "%s/hook"; %s\n%s }' % (
            self.dir, standin.provider.config(standin.url, self.dir, **how), keys)
        if spare:
            channels += ',\n{ name = "spare"; prefer = 9; %s }' % spare.provider.config(spare.url, self.dir)
        self.text = self.text.replace("channels = (  );", "channels = ( %s );" % channels)
        self.write_config(self.text)

    def open(self, villages=40, members=1):
        self.start()
        self.settle(villages, members)
        return self

    def alert(self):
        """Somebody in a village of its own is warned of; the phone of its member."""
        self.village += 1
        a = self.ask("POST", "/v1/warnings", warning(self.village, self.village))
        assert a.status == 201, a.raw
        return phone_of(self.village, 0)

    def alert_that(self, how):
        """An alert whose send meets that; returns when the provider has it."""
        phone = phone_of(self.village + 1, 0)
        self.standin.for_phone[phone] = how
        self.alert()
        wait(lambda: self.sent_to(phone), 20)
        return phone

    def message(self, phone):
        """The alert of that member."""
        rows = [m for m in self.all("messages") if m["phone"][-4:] == phone[-4:] and m["purpose"] == "task"]
        assert len(rows) <= 1, rows
        return rows[0] if rows else {"state": "", "error": "", "channel": ""}

    def becomes(self, phone, state, seconds=20):
        try:
            wait(lambda: self.message(phone)["state"] == state, seconds, 0.05)
        except AssertionError as e:
            raise AssertionError("%s, not %s: %s %s" % (self.message(phone), state, self.standin.wrong, self.said()[-1500:])) from e
        return self.message(phone)

    @property
    def channel(self):
        return self.ask("GET", "/v1/channels").json["items"][0]

    def count(self, what):
        return self.channel["count"][what]

    def resume(self):
        assert self.ask("POST", "/v1/channels/cloud/resume", role="manager").status == 200
        wait(lambda: self.channel["state"] == "ready")

    def hook(self, what, body, content_type="application/json", headers=None, secret=SECRET, channel="cloud", method="POST",
             source="127.0.0.1"):
        conn = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20, source_address=(source, 0))
        try:
            return self.send(conn, method, "/hooks/%s/%s/%s" % (channel, secret, what), body,
                             dict(headers or {}, **{"Content-Type": content_type}))
        finally:
            conn.close()

    def callback(self, what, told, **how):
        """What a provider tells, as the stand-ins of cloud_others.py make it: (type, body, headers)."""
        content_type, body, headers = told
        return self.hook(what, body, content_type, headers, **how)

    def sent_to(self, phone, standin=None):
        return [m for m in (standin or self.standin).sent if m["to"][-11:] == phone]
