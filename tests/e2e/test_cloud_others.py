#!/usr/bin/env python3
"""Every other provider on the wire: signed as it checks, told of receipts and replies."""
from cloud_office import SECRET, Office, each
from cloud_others import OTHERS, Mas, Tencent, Unicom
from cloud_standin import Standin
from harness import run, test, wait


def tell(h, what, told):
    """By callback, if that is how this provider tells."""
    if told is not None:
        a = h.callback(what, told)
        assert a.status == 200, (what, a.status, a.raw)


@each(OTHERS)
def an_alert_goes_out_signed_and_its_receipt_and_reply_come_back(s):
    with Office(s).open() as h:
        phone = h.alert()
        h.becomes(phone, "sent")
        sent, = s.sent
        assert sent["to"][-11:] == phone, sent
        if s.provider.told is None:
            return
        tell(h, "receipt", s.provider.receipt(sent))
        h.becomes(phone, "delivered")
        tell(h, "inbound", s.provider.reply(phone, "收到"))
        wait(lambda: len(h.all("inbox")) == 1, 10, 0.1)
        row, = h.all("inbox")
        assert row["text"] == "收到" and row["kind"] == "sms", row
        assert s.provider.secret not in h.said() and SECRET not in h.said()
        if isinstance(s.provider, Unicom):
            wait(lambda: s.provider.confirmed == ["77"], 10, 0.1)


@test
def a_drill_never_goes_by_a_registered_text():
    with Standin(Tencent()) as s, Office(s, more=" drill = true;").open() as h:
        phone = h.alert()
        wait(lambda: h.message(phone)["state"] not in ("", "queued", "sending"), 10, 0.1)
        assert s.sent == [] and h.message(phone)["state"] in ("held", "failed"), h.message(phone)
    with Standin(Mas()) as s, Office(s, more=" drill = true;").open() as h:
        h.becomes(h.alert(), "sent")
        assert "演练" in s.provider.text, s.provider.text


if __name__ == "__main__":
    raise SystemExit(run())
