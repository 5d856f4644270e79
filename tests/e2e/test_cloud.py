#!/usr/bin/env python3
"""The gateway and providers that are not there: what goes out, what comes back, and what nobody can know."""
import http.client
import http.server
import os
import shutil
import tempfile
import threading
import time

import cloud_office
from cloud_office import SECRET, each
from cloud_standin import LATE, Aliyun, Server, Standin
from harness import run, test, wait


class Office(cloud_office.Office):
    """A township of forty villages with one member each, and one channel: `cloud`."""

    def __init__(self, standin, keys="", more="", **how):
        super().__init__(standin, keys='timeout = 1; hook_allow = "127.0.0.0/8"; ' + keys, more=more, **how)

    def tell(self, what, records):
        """By callback; true when the provider is content with the answer."""
        content_type, body = self.standin.provider.callback(records)
        return self.standin.provider.callback_ok(self.hook(what, body, content_type))


# -- out ------------------------------------------------------------------------------------------------


@each([Aliyun])
def an_alert_is_sent_signed_and_delivered(s):
    with Office(s).open() as h:
        phone = h.alert()
        m = h.becomes(phone, "sent")
        assert m["channel"] == "cloud" and m["parts"] == 1, m
        sent, = h.sent_to(phone)
        assert str(m["id"]) in sent["ref"], (m, sent)
        assert h.tell("receipt", [s.provider.receipt(sent)])
        h.becomes(phone, "delivered")
        assert h.channel["up"] and h.count("sent") == 1 and h.count("reports") == 1
        assert s.provider.secret not in h.said()


@each([Aliyun])
def each_class_of_refusal_has_its_own_end(s):
    codes = s.provider.codes
    with Office(s).open() as h:
        for name in ("RETRY", "RATE", "TEXT", "OTHER", "NUMBER"):
            s.script = [("code", codes[name], "no, 13800138000")]
            phone = h.alert()
            wait(lambda p=phone: h.message(p)["error"] != "")
            time.sleep(0.3)
            m = h.message(phone)
            assert len(h.sent_to(phone)) == 1, (name, "no loop")
            assert codes[name] in m["error"] and "13800138000" not in m["error"], m
            # There is no other channel: what this one never takes is over at once.
            assert m["state"] == ("failed" if name in ("NUMBER", "TEXT") else "held"), (name, m)
            assert h.channel["state"] == "ready", name
        phone = h.alert()
        h.becomes(phone, "sent")


@each([Aliyun])
def a_broken_account_stops_the_channel_until_somebody_acts(s):
    for name, alarm in (("CONFIG", "stopped"), ("CLOCK", "clock")):
        with Office(s).open() as h:
            s.script, before = [("code", s.provider.codes[name], "no")], len(s.sent)
            h.alert()
            wait(lambda: h.channel["state"] == "stopped")
            assert alarm in h.channel["alarms"] and not h.channel["up"], h.channel
            waits = h.alert()
            time.sleep(0.5)
            assert len(s.sent) == before + 1, "it goes on sending"
            assert [a for a in h.all("alarms") if a["subject"] == "cloud:stopped" and "已停用" in a["text"]]
            h.resume()
            h.becomes(waits, "sent")
            assert "stopped" not in h.channel["alarms"]


@each([Aliyun])
def a_code_that_nobody_knows_passes_once(s):
    with Office(s).open() as h:
        s.script = [("code", s.provider.codes["UNKNOWN"], "?")]
        h.alert()
        wait(lambda: h.count("refused") == 1)
        assert h.channel["state"] == "ready"
        h.becomes(h.alert(), "sent")  # and is forgotten by what went well
        for n in (2, 3):
            s.script = [("code", s.provider.codes["UNKNOWN"], "?")]
            h.alert()
            wait(lambda n=n: h.count("refused") == n)
        assert h.channel["state"] == "stopped" and s.provider.codes["UNKNOWN"] in h.channel["why"], h.channel


@each([Aliyun])
def a_page_or_a_redirect_is_no_provider(s):
    for how in ("html", "redirect"):
        with Office(s).open() as h:
            s.script = [how]
            h.alert()
            wait(lambda: h.channel["state"] == "stopped")


@each([Aliyun])
def what_never_left_goes_when_the_way_is_back(s):
    with Office(s).open() as h:
        s.__exit__()
        phone = h.alert()
        wait(lambda: h.channel["state"] == "waiting", 20)
        assert "unreachable" in h.channel["alarms"] and h.count("unsure") == 0, h.channel
        assert h.count("not_sent") == 3
        s.__enter__()
        h.becomes(phone, "sent", 20)
        assert h.channel["state"] == "ready" and h.channel["alarms"] == [], h.channel
        assert len(h.sent_to(phone)) == 1


# -- nobody knows -----------------------------------------------------------------------------------------


@each([Aliyun])
def silence_after_the_request_is_asked_for(s):
    """The provider took it and said nothing: the question settles it, nothing is sent twice."""
    with Office(s).open() as h:
        for how in ("silent", "cut", "slow", "gbk", "empty"):
            s.script = [how]
            phone = h.alert()
            h.becomes(phone, "unsure")
            if how in ("gbk", "empty"):  # it was read all the same
                s.accepted.append(h.sent_to(phone)[0])
            h.becomes(phone, "sent", 10)
            assert phone in s.asked and len(h.sent_to(phone)) == 1, how
        sent, = h.sent_to(phone)
        sent["status"], sent["err"] = 3, "DELIVERED"
        assert h.count("unsure") == 5


@each([Aliyun])
def a_request_that_was_lost_goes_again_marked(s):
    with Office(s, more='unsure_wait = "8s";').open() as h:
        s.script = ["lost"]
        phone = h.alert()
        h.becomes(phone, "unsure")
        wait(lambda: len(s.asked) >= 1, 10)
        assert h.message(phone)["state"] == "unsure", "the provider knows nothing of it: that settles nothing"
        h.becomes(phone, "sent", 15)
        first, again = h.sent_to(phone)
        assert first["ref"] != again["ref"] and first["ref"][:16] == again["ref"][:16]
        if "values" in again:  # a registered text: the mark is one of its values
            assert (first["values"]["repeat"], again["values"]["repeat"]) == ("任务", "重发"), again
        else:
            assert "重发" in again["text"] and "重发" not in first["text"], again


@each([Aliyun])
def a_receipt_settles_what_was_unsure(s):
    with Office(s).open() as h:
        s.script = ["silent"]
        phone = h.alert()
        h.becomes(phone, "unsure")
        assert h.tell("receipt", [s.provider.receipt(h.sent_to(phone)[0])])
        h.becomes(phone, "delivered", 2)


@each([Aliyun])
def a_stop_in_the_middle_leaves_it_unsure(s):
    with Office(s, keys="").open() as h:
        s.script = ["silent"]
        phone = h.alert()
        wait(lambda: h.sent_to(phone))
        began = time.monotonic()
        assert h.stop() == 0 and time.monotonic() - began < LATE
        h.start()
        h.becomes(phone, "unsure")


# -- in ------------------------------------------------------------------------------------------------------


@each([Aliyun])
def receipts_come_late_twice_and_in_any_order(s):
    with Office(s).open() as h:
        receipt = s.provider.receipt
        a, b, c = [h.alert() for _ in range(3)]
        for phone in (a, b, c):
            h.becomes(phone, "sent")
        ma, mb, mc = [h.sent_to(p)[0] for p in (a, b, c)]
        assert h.tell("receipt", [receipt(ma)])
        h.becomes(a, "delivered")
        assert h.tell("receipt", [receipt(ma), receipt(ma, False)])  # again, and another one that contradicts
        assert h.tell("receipt", [receipt(mb, False)])
        h.becomes(b, "failed")
        assert h.tell("receipt", [receipt(mb)])  # after all: only the handset says delivered
        h.becomes(b, "delivered")
        assert h.tell("receipt", [receipt(mb, False)])
        stranger = dict(receipt(mc), out_id="99999999999999990000", biz_id="0^0")
        assert h.tell("receipt", [stranger] * 49 + [receipt(mc)])
        h.becomes(c, "delivered")
        assert (h.message(a)["state"], h.message(b)["state"]) == ("delivered", "delivered"), "delivered stays so"
        # A receipt that is quicker than the answer of the send.
        s.script = ["slow"]
        h.write_config(h.text)
        d = h.alert()
        wait(lambda: h.sent_to(d))
        assert h.tell("receipt", [receipt(h.sent_to(d)[0])])
        h.becomes(d, "delivered")
        time.sleep(1.5)
        assert h.message(d)["state"] == "delivered", "the late end of the transfer changes nothing"


@each([Aliyun])
def replies_are_taken_once(s):
    with Office(s).open() as h:
        phone = h.alert()
        h.becomes(phone, "sent")
        code = h.sent_to(phone)[0]["values"]["accept"]
        reply = s.provider.reply(phone, code + " 收到𠮷", "1001")
        assert h.tell("inbound", [reply])
        wait(lambda: [t for t in h.all("tasks") if t["state"] == "accepted"])
        assert h.tell("inbound", [reply]) and h.tell("inbound", [reply, reply])
        rows = h.all("inbox")
        assert len(rows) == 1 and rows[0]["channel"] == "cloud", rows
        assert h.tell("inbound", [s.provider.reply(phone, "你好", "1002")])
        assert len(h.all("inbox")) == 2


@each([Aliyun])
def callbacks_of_strangers_cost_nothing(s):
    with Office(s).open() as h:
        body = s.provider.callback([s.provider.reply("13800000020", "1", "1")])[1]
        for how in ({"secret": "x" * 44}, {"secret": SECRET[:-1]}, {"channel": "other"}, {"channel": "sim1"}):
            a = h.hook("inbound", body, **how)
            assert a.status == 404 and a.json["code"] == "no_such_path", (how, a.status)
        assert h.hook("everything", body).status == 404
        assert h.hook("inbound", b"[" + b" " * 300000 + b"]").status == 413
        for _ in range(60):
            assert h.hook("inbound", body, secret="y" * 44).status == 404
        assert h.hook("inbound", body).status == 200, "the right one is never shut out"
        assert len(h.all("inbox")) == 1
        assert SECRET not in h.said() and h.said().count("callback refused") <= 25
        assert "quanzu_hooks_refused_total 65" in h.local("GET", "/metrics").raw.decode()
    with Office(s, keys="").open() as h:
        h.stop()
        h.write_config(h.text.replace("127.0.0.0/8", "10.0.0.0/8"))
        h.start()
        assert h.hook("inbound", body).status == 404, "the address is not on the list"


@each([Aliyun])
def an_unreadable_reply_is_kept_and_told(s):
    with Office(s).open() as h:
        assert h.hook("receipt", "{not json").status == 400
        assert h.hook("inbound", "<xml>141</xml>").status == 200
        assert h.hook("inbound", "<xml>141</xml>").status == 200  # the same again
        row, = h.all("inbox")
        assert row["kind"] == "raw" and row["text"][:2] == "3c", row
        assert h.count("unreadable") == 3 and h.channel["alarms"] == ["unreadable"]
        assert h.tell("inbound", [s.provider.reply("13800000020", "你好", "1")])
        assert h.channel["alarms"] == [] and len(h.all("inbox")) == 2


@each([Aliyun])
def a_callback_waits_for_its_commit(s):
    """The disk is full: 5xx, and the provider comes again; then it is taken."""
    with Office(s, more='disk_low = "1T";') as h:
        h.start()
        wait(lambda: h.local("GET", "/readyz").status == 503)
        assert h.hook("inbound", s.provider.callback([s.provider.reply("13800000020", "1", "1")])[1]).status == 507
        assert h.local("GET", "/v1/inbox").json["items"] == []


@test
def aliyun_queues_are_read_and_emptied_after_the_commit():
    with Standin(Aliyun()) as s, Office(s, polling=True, keys="poll = 1;").open() as h:
        p = s.provider
        a, b = h.alert(), h.alert()
        h.becomes(a, "sent")
        h.becomes(b, "sent")
        for phone, good in ((a, True), (b, False)):
            p.put("SmsReport", p.receipt(h.sent_to(phone)[0], good))
        p.put("SmsUp", p.reply(a, h.sent_to(a)[0]["values"]["accept"], "7"))
        p.put("SmsUp", "not json at all")
        p.put("SmsUp", p.reply(b, "在外地", "8"))
        h.becomes(a, "delivered")
        h.becomes(b, "failed")
        wait(lambda: len(p.deleted) == 5)
        assert all(not q for q in p.waiting.values())
        assert sorted(x["kind"] for x in h.all("inbox")) == ["raw", "sms", "sms"]
        wait(lambda: [t for t in h.all("tasks") if t["state"] == "accepted"])
        assert not s.wrong, s.wrong


@test
def a_provider_that_cannot_be_polled_is_an_alarm():
    with Standin(Aliyun()) as s, Office(s, polling=True, keys="poll = 1;").open() as h:
        wait(lambda: h.count("polls") > 3)
        p = s.provider
        whole, p.queue = p.queue, lambda r: (503, "text/xml", "<Error><Code>InternalError</Code></Error>")
        wait(lambda: "polling" in h.channel["alarms"], 30)
        assert h.channel["up"], "what goes out does not suffer"
        p.queue = whole
        wait(lambda: "polling" not in h.channel["alarms"], 30)


# -- the way there ---------------------------------------------------------------------------------------------


@test
def the_clock_of_the_other_side_is_looked_at():
    with Standin(Aliyun()) as s, Office(s).open() as h:
        for seconds, on in ((60, False), (300, True), (-300, True), (0, False)):
            s.date_off = seconds
            h.becomes(h.alert(), "sent")
            wait(lambda on=on: ("clock" in h.channel["alarms"]) == on)
        assert h.channel["state"] == "ready"


@test
def tls_is_checked_with_the_offices_own_authority():
    folder = tempfile.mkdtemp(prefix="qz-ca-")
    try:
        with Standin(Aliyun(), folder=folder) as s:
            with Office(s, keys='ca_file = "%s/ca.pem";' % folder).open() as h:
                phone = h.alert()
                h.becomes(phone, "sent")
                assert not s.wrong, s.wrong
            with Office(s).open() as h:
                h.village = 5
                phone = h.alert()
                wait(lambda: h.count("not_sent") >= 1)
                wait(lambda: "tls" in h.message(phone)["error"])
                assert not h.sent_to(phone)
    finally:
        shutil.rmtree(folder)


@test
def a_proxy_is_used_when_it_is_named_and_no_other():
    seen = []

    class Proxy(http.server.BaseHTTPRequestHandler):
        def log_message(self, *args):
            pass

        def do_POST(self):
            seen.append((self.path, self.headers.get("Proxy-Authorization")))
            host, _, path = self.path[7:].partition("/")
            body = self.rfile.read(int(self.headers["Content-Length"]))
            conn = http.client.HTTPConnection(host, timeout=5)
            conn.putrequest("POST", "/" + path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                if not name.lower().startswith("proxy"):
                    conn.putheader(name, value)
            conn.endheaders(body)
            a = conn.getresponse()
            data = a.read()
            self.send_response(a.status)
            self.send_header("Content-Type", a.headers["Content-Type"])
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    proxy = Server(("127.0.0.1", 0), Proxy)
    threading.Thread(target=proxy.serve_forever, daemon=True).start()
    url = "http://user:pass@127.0.0.1:%d" % proxy.server_address[1]
    os.environ["http_proxy"] = os.environ["all_proxy"] = "http://127.0.0.1:9"
    try:
        with Standin(Aliyun()) as s:
            with Office(s, keys='proxy = "%s";' % url).open() as h:
                h.becomes(h.alert(), "sent")
                assert len(seen) == 1 and seen[0][1].startswith("Basic "), seen
            with Office(s).open() as h:
                h.becomes(h.alert(), "sent")
                assert len(seen) == 1
            assert not s.wrong, s.wrong
    finally:
        del os.environ["http_proxy"], os.environ["all_proxy"]
        proxy.shutdown()


# -- the configuration -------------------------------------------------------------------------------------------


@test
def keys_are_checked_with_their_line():
    rows = [('paralel = 8;', "paralel"), ('parallel = 65;', "1 到 64"), ('connect_timeout = "soon";', "connect_timeout"),
            ('proxy = "proxy:8080";', "http://"), ('ca_file = "/nowhere.pem";', "ca_file"), ('nonsense = 1;', "nonsense"),
            ('device = "/dev/ttyUSB0";', "modem"), ('signature = "md5";', "acs3")]
    with Standin(Aliyun()) as s:
        for text, says in rows:
            with Office(s, keys=text) as h:
                line = 1 + h.text[:h.text.index(text)].count("\n")
                code, said = h.run("-t")
                assert code == 78 and says in said and "q.conf:%d:" % line in said, (text, said)
        with Office(s) as h:
            h.write_config(h.text.replace("127.0.0.0/8", "127.0.0.1/8"))
            assert "hook_allow" in h.run("-t")[1]
        with Office(s) as h:
            with open(os.path.join(h.dir, "hook"), "w", encoding="ascii") as f:
                f.write("short\n")
            code, said = h.run("-t")
            assert "hook_secret" in said and "short" not in said, said
        with Office(s) as h:
            assert h.run("-t")[0] == 0


if __name__ == "__main__":
    raise SystemExit(run())
