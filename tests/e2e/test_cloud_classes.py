#!/usr/bin/env python3
"""Every provider and every class of what it may answer, in its own codes and form: where the message goes then.

Beside the provider there is a second channel. An urgent message that this provider does not take goes by
that one, at once; one that nobody knows of goes there again, marked; a number that does not exist goes nowhere.
Nothing else is sent twice.
"""
import time

from cloud_office import Office
from cloud_others import Generic, Huawei, HuaweiSdk, Mas, Telecom, Tencent, Twilio, Unicom
from cloud_standin import Aliyun, Standin
from harness import run, test, wait

# What becomes of the message, of the channel, and which alarm it has.
OTHER_WAY, NOWHERE = "by the other way", "failed"
CLASSES = {
    "retry": (OTHER_WAY, "ready"),           # passing: this one may be well in half a minute
    "rate of a number": (OTHER_WAY, "ready"),
    "rate": (OTHER_WAY, "ready"),            # of the account: nothing more by this one for a while
    "other": (OTHER_WAY, "ready"),           # time of day, opted out, a day's limit
    "message": (OTHER_WAY, "ready"),         # never this text by this one
    "number": (NOWHERE, "ready"),
    "key": (OTHER_WAY, "stopped"),
    "credit": (OTHER_WAY, "stopped"),
    "clock": (OTHER_WAY, "stopped"),
    "template": (OTHER_WAY, "stopped"),
    "signature": (OTHER_WAY, "stopped"),
    "address": (OTHER_WAY, "stopped"),       # our address is not on its list, or may not send there
}
STOPS = [name for name, (_, state) in CLASSES.items() if state == "stopped"]
BUSY, TOO_MANY = ("http", 503, ""), ("http", 429, "")

# (code, words, HTTP status). A class that stands nowhere in a row: the provider has published no code for it.
ROWS = {
    Aliyun: {
        "retry": ("isp.SYSTEM_ERROR", "系统错误"),
        "rate of a number": ("isv.BUSINESS_LIMIT_CONTROL", "触发分钟级流控Permits:1"),
        "rate": ("Throttling.User", "Request was denied due to user flow control.", 400),
        "other": ("isv.DAY_LIMIT_CONTROL", "触发日发送限额"),
        "message": ("isv.SMS_CONTENT_ILLEGAL", "短信内容包含禁止发送内容"),
        "number": ("isv.MOBILE_NUMBER_ILLEGAL", "非法手机号"),
        "key": ("InvalidAccessKeyId.NotFound", "Specified access key is not found.", 404),
        "credit": ("isv.OUT_OF_SERVICE", "业务停机"),
        "clock": ("InvalidTimeStamp.Expired", "Specified time stamp or date value is expired.", 400),
        "template": ("isv.SMS_TEMPLATE_ILLEGAL", "短信模板不合法"),
        "signature": ("isv.SMS_SIGNATURE_ILLEGAL", "短信签名不合法"),
        "address": ("isv.DENY_IP_RANGE", "源IP地址所在的地区被禁用"),
    },
    Tencent: {
        "retry": ("InternalError.Timeout", "请求下发短信超时"),
        "rate of a number": ("LimitExceeded.PhoneNumberThirtySecondLimit", "单个手机号30秒内下发短信条数超过设定的上限"),
        "rate": ("LimitExceeded.AppDailyLimit", "业务短信日下发条数超过设定的上限"),
        "other": ("FailedOperation.PhoneNumberInBlacklist", "手机号在免打扰名单库中"),
        "message": ("FailedOperation.ContainSensitiveWord", "短信内容中含有敏感词"),
        "number": ("InvalidParameterValue.IncorrectPhoneNumber", "手机号格式错误"),
        "key": ("AuthFailure.SecretIdNotFound", "SecretId不存在"),
        "credit": ("FailedOperation.InsufficientBalanceInSmsPackage", "套餐包余量不足"),
        "clock": ("AuthFailure.SignatureExpire", "签名过期"),
        "template": ("FailedOperation.TemplateIncorrectOrUnapproved", "模版未审批或请求的内容与审核通过的模版内容不匹配"),
        "signature": ("FailedOperation.SignatureIncorrectOrUnapproved", "签名未审批或格式错误"),
        "address": ("UnauthorizedOperation.RequestIpNotInWhitelist", "请求IP不在白名单中"),
    },
    # Number and a day's end are told in its receipts only; the one code for a quota is the account's.
    Huawei: {
        "retry": ("E000000", "System error"),
        "rate": ("E000623", "quota"),
        "message": ("E200015", "content"),
        "key": ("E000101", "app_key is invalid"),
        "credit": ("E000112", "arrears"),
        "clock": ("E000110", "Created is wrong"),
        "address": ("E000620", "IP is not in the white list"),
    },
    HuaweiSdk: {
        "retry": BUSY, "rate": TOO_MANY,
        "message": ("E000503", "parameters"),
        "key": ("APIGW.0301", "Incorrect app authentication information", 401),
        "credit": ("E000112", "arrears"),
        "address": ("E000620", "IP is not in the white list"),
    },
    # No code for limits, for hours, for credit, for the clock, for templates.
    Mas: {
        "retry": ("112", ""), "rate": TOO_MANY,
        "message": ("InvalidMessage", ""),
        "number": ("InvalidMobile", ""),
        "key": ("InvalidUsrOrPwd", ""),
        "signature": ("IllegalSignId", ""),
        "address": ("NOT_WHITE_IP", ""),
    },
    # Its numbers mean nothing that is published: the words do. A person over there may read it first.
    Unicom: {
        "retry": ("9", "系统忙"), "rate": TOO_MANY,
        "other": ("0", "发送成功,需要人工审核"),
        "message": ("8", "短信内容含有关键字"),
        "number": ("7", "号码不合法"),
        "key": ("1", "用户名或密码错误"),
        "credit": ("2", "余额不足"),
        "address": ("3", "IP地址没有授权"),
    },
    # No table of codes is public: what speaks of the account stops it, all else is tried again once.
    Telecom: {
        "retry": ("X1", "系统繁忙"), "rate": TOO_MANY,
        "key": ("X2", "密钥不存在"),
        "credit": ("X3", "余额不足"),
        "signature": ("X4", "签名不存在"),
        "address": ("X5", "没有权限"),
    },
    # Free text and a password: no clock, no template, no signature.
    Twilio: {
        "retry": ("30001", "Queue overflow", 500),
        "rate": ("20429", "Too many requests", 429),
        "other": ("21610", "Attempt to send to unsubscribed recipient", 400),
        "number": ("21211", "Invalid 'To' phone number", 400),
        "key": ("20003", "Authenticate", 401),
        "address": ("21408", "Permission to send to this region is not enabled", 400),
    },
    # As its configuration says.
    Generic: {
        "retry": ("2001", "busy"), "rate": ("3001", "too many"), "other": ("4001", "not now"), "message": ("5001", "words"),
        "number": ("6001", "no such number"), "key": ("1001", "account"),
    },
}
KNOWS_OF_SILENCE = (Aliyun,)  # can be asked without an id of its own


def told(row):
    return row if row[0] == "http" else ("code",) + row


class Desk:
    """Alerts, and what each of them met and must come to."""

    def __init__(self, h, s, spare, rows):
        self.h, self.s, self.spare, self.rows = h, s, spare, rows
        self.phones = {}

    def alert(self, name, how):
        """`how` None: by the other way alone."""
        self.phones[name] = self.h.alert_that(how) if how else self.h.alert()

    def tries(self, name):
        """How often the provider and the other way had it."""
        phone = self.phones[name]
        return len(self.h.sent_to(phone)), len(self.h.sent_to(phone, self.spare))

    def reaches(self, name, state, channel, seconds=20):
        m = self.h.becomes(self.phones[name], state, seconds)
        assert m["channel"] == channel, (name, m)
        return m

    def came_to(self, name):
        """What its class says, and its code stands in the books where it is over."""
        what, _ = CLASSES[name]
        if what is NOWHERE:
            m = self.reaches(name, "failed", "cloud")
            assert self.rows[name][0] in m["error"], m
            assert self.tries(name) == (1, 0), (name, self.tries(name))
        else:
            self.reaches(name, "sent", "spare")
            assert self.tries(name) == (1, 1), (name, self.tries(name))

    def channel_is(self, state):
        wait(lambda: self.h.channel["state"] == state, 20)


def accounts_that_are_broken(d):
    """Each stops the channel with an alarm until a person acts; nothing is thrown after it."""
    for name in STOPS:
        if name not in d.rows:
            continue
        d.alert(name, told(d.rows[name]))
        d.channel_is("stopped")
        d.came_to(name)
        alarm, = [a["text"] for a in d.h.all("alarms") if a["subject"] == "cloud:stopped" and not a["cleared_at"]]
        assert d.rows[name][0] in alarm, "people read the code: " + alarm
        assert ("clock" in d.h.channel["alarms"]) == (name == "clock"), (name, d.h.channel["alarms"])
        d.h.resume()


def messages_that_are_refused(d):
    """Together, as they come: each has its own end, and the channel sends on."""
    names = [n for n in ("retry", "rate of a number", "other", "message", "number") if n in d.rows]
    for name in names:
        d.alert(name, told(d.rows[name]))
    for name in names:
        d.came_to(name)
    assert d.h.channel["state"] == "ready"
    d.alert("after", "good")
    d.reaches("after", "sent", "cloud")


def an_account_that_is_limited(d):
    if "rate" not in d.rows:
        return
    d.alert("rate", told(d.rows["rate"]))
    d.came_to("rate")
    d.alert("while", None)
    d.reaches("while", "sent", "spare")
    assert d.tries("while") == (0, 1), "it is left alone"
    assert d.h.channel["state"] == "ready"
    d.h.resume()
    d.alert("then", "good")
    d.reaches("then", "sent", "cloud")


def a_code_that_nobody_knows(d):
    """Once it may pass; the same again, and a person must look."""
    for name, state in (("unknown", "ready"), ("unknown again", "stopped")):
        d.alert(name, ("code", "98765", "?"))
        d.reaches(name, "sent", "spare")
        d.channel_is(state)
    d.h.resume()


def silence_ended(d, knows):
    """Read and never answered: asked for where that can be; else again by the other way, with the mark."""
    d.reaches("lost", "sent", "spare")
    assert d.tries("lost") == (1, 1), d.tries("lost")
    if knows:
        d.reaches("silent", "sent", "cloud")
        assert d.tries("silent") == (1, 0), "the provider has it"
    else:
        d.reaches("silent", "sent", "spare")
        assert d.tries("silent") == (1, 1), d.tries("silent")
    for name in ("lost",) if knows else ("lost", "silent"):
        again, = d.h.sent_to(d.phones[name], d.spare)
        assert "重发" in again["text"], again


def nothing_went_twice(d, knows):
    for name, phone in d.phones.items():
        had = [m for s in (d.s, d.spare) for m in s.accepted if m["to"][-11:] == phone]
        marked = name == "silent" and not knows
        assert len(had) == (0 if CLASSES.get(name, ("",))[0] is NOWHERE else 2 if marked else 1), (name, had)
    others = [p for n, p in d.phones.items() if n not in ("lost", "silent")]
    assert not any("重发" in m["text"] for p in others for m in d.h.sent_to(p, d.spare)), "marked without need"


def the_table(cls, rows):
    knows = cls in KNOWS_OF_SILENCE
    with Standin(cls()) as s, Standin(Mas() if cls is Generic else Generic()) as spare:
        with Office(s, keys="timeout = 2;", more='unsure_wait = "%ds";' % (6 if knows else 1), spare=spare).open() as h:
            d = Desk(h, s, spare, rows)
            d.alert("silent", "silent")
            d.alert("lost", "lost")
            accounts_that_are_broken(d)
            a_code_that_nobody_knows(d)
            for name in ("silent", "lost"):
                wait(lambda n=name: h.message(d.phones[n])["state"] not in ("queued", "sending"), 20)
            h.resume()
            messages_that_are_refused(d)
            an_account_that_is_limited(d)
            silence_ended(d, knows)
            time.sleep(0.2)
            nothing_went_twice(d, knows)
            assert h.ask("GET", "/v1/audit", role="auditor").json["ok"]
            assert not s.wrong and not spare.wrong, (s.wrong, spare.wrong)
            assert s.provider.secret not in h.said()


for each, its_rows in ROWS.items():
    def one(cls=each, rows=its_rows):
        the_table(cls, rows)
    one.__name__ = getattr(each, "name", each.kind)
    test(one)


if __name__ == "__main__":
    raise SystemExit(run())
