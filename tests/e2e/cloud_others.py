"""The other providers that are not there (cloud_standin.py has Aliyun): each checks its signature by itself.

Nothing is shared with the gateway: digests come from hashlib and hmac, the steps from the providers' texts.
A send ends good, or with ("code", CODE, TEXT, HTTP STATUS) of the provider, in its own form. `told` is how receipts and replies come back:
"callback", "poll" or None.
"""
import base64
import hashlib
import hmac
import json
import os
import time
import urllib.parse

from cloud_standin import Aliyun, Refusal, beijing, mac, off, sha256

TEMPLATES = ('templates = ( { name = "alert"; code = "T1"; params = ["code", "word", "name", "area", "type", "accept", "decline"]; }, '
             '{ name = "detail"; code = "T2"; params = ["code", "name", "phone", "address"]; } );')
CALLBACK = "https://gw.example.org/hooks/cloud/0123456789abcdef0123456789abcdef-HOOK_canary"
JSON, FORM = "application/json", "application/x-www-form-urlencoded"


def b64(data):
    return base64.b64encode(data).decode()


def want(ok, why):
    if not ok:
        raise Refusal(why)


def is_ours(text):
    """A text of the gateway, read in the right charset."""
    return any(word in text for word in ("号", "请", "告警"))


class Provider:
    secret, told = "a secret for tests", "callback"
    signs, gives_back = False, False  # its callbacks; our own reference in its receipts

    def __init__(self):
        self.serial, self.reports, self.replies, self.confirmed = 0, [], [], []

    def write(self, folder, name, text):
        path = os.path.join(folder, name)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="utf-8") as f:
            f.write(text + "\n")
        return path

    def number(self, message):
        self.serial += 1
        message["id"] = "id%04d" % self.serial
        return message["id"]

    def refuse(self, why):
        return 400, "text/plain", "refused: " + why

    def callback(self, what, body):
        """(type, body, headers)"""
        return JSON, json.dumps(body, ensure_ascii=False).encode(), {}


class Tencent(Provider):
    kind = "tencent"

    def config(self, url, folder):
        return ('kind = "tencent"; secret_id = "AKIDexample"; secret_key_file = "%s"; sdk_app_id = "1400006666"; sign = "示例镇反诈"; '
                'endpoint = "%s"; %s' % (self.write(folder, "s", self.secret), url, TEMPLATES))

    def check(self, r):
        h = r.headers
        stamp = int(h["x-tc-timestamp"])
        want(abs(stamp - time.time()) < 300, "AuthFailure.SignatureExpire")
        day = time.strftime("%Y-%m-%d", time.gmtime(stamp))
        scope, names = day + "/sms/tc3_request", "content-type;host;x-tc-action"
        canonical = "POST\n/\n\ncontent-type:%s\nhost:%s\nx-tc-action:%s\n\n%s\n%s" % (
            h["content-type"], h["host"], h["x-tc-action"].lower(), names, sha256(r.body))
        key = mac("sha256", mac("sha256", mac("sha256", "TC3" + self.secret, day), "sms"), "tc3_request")
        text = "TC3-HMAC-SHA256\n%d\n%s\n%s" % (stamp, scope, sha256(canonical.encode()))
        want(h["authorization"] == "TC3-HMAC-SHA256 Credential=AKIDexample/%s, SignedHeaders=%s, Signature=%s" % (
            scope, names, mac("sha256", key, text).hex()), "AuthFailure.SignatureFailure")
        assert h["x-tc-version"] == "2021-01-11" and r.method == "POST" and r.target == "/"

    def answer(self, s, r):
        self.check(r)
        p = json.loads(r.body)
        assert p["SmsSdkAppId"] == "1400006666" and len(p["TemplateParamSet"]) in (4, 7), p
        return s.send(r, {"to": p["PhoneNumberSet"][0], "ref": p["SessionContext"]})

    def good(self, m):
        return json.dumps({"Response": {"SendStatusSet": [{"SerialNo": self.number(m), "Fee": 1, "Code": "Ok"}]}})

    def bad(self, code, text):
        """What is wrong with the request stands in Error, what is wrong with one number in its status."""
        if code.startswith(("AuthFailure", "UnauthorizedOperation", "InternalError", "RequestLimitExceeded")):
            return json.dumps({"Response": {"Error": {"Code": code, "Message": text}}})
        return json.dumps({"Response": {"SendStatusSet": [{"SerialNo": "", "Fee": 0, "Code": code, "Message": text}]}})

    def receipt(self, m, good=True):
        return self.callback("receipt", [{"user_receive_time": beijing(), "mobile": m["to"][3:], "sid": m["id"],
                                          "report_status": "SUCCESS" if good else "FAIL", "errmsg": "DELIVRD" if good else "UNDELIV"}])

    def reply(self, number, text):
        return self.callback("inbound", {"mobile": number, "nationcode": "86", "text": text, "time": int(time.time())})


class Huawei(Provider):
    kind, auth, gives_back = "huawei", "wsse", True

    def config(self, url, folder):
        return ('kind = "huawei"; app_key = "appKey"; app_secret_file = "%s"; from = "1069"; auth = "%s"; '
                'callback_url_file = "%s"; endpoint = "%s"; %s' % (self.write(folder, "s", self.secret), self.auth,
                                                                  self.write(folder, "cb", CALLBACK), url, TEMPLATES))

    def check(self, r):
        h = r.headers
        fields = dict(f.split("=", 1) for f in h["x-wsse"].replace("UsernameToken ", "").split(","))
        fields = {k: v.strip('"') for k, v in fields.items()}
        digest = hashlib.sha256((fields["Nonce"] + fields["Created"] + self.secret).encode()).hexdigest()
        want(fields["Username"] == "appKey" and fields["PasswordDigest"] == b64(digest.encode()), "E000111")
        want(off(fields["Created"], "%Y-%m-%dT%H:%M:%SZ") < 300, "E000110")
        assert h["authorization"] == 'WSSE realm="SDP",profile="UsernameToken",type="Appkey"'

    def answer(self, s, r):
        assert r.target == "/sms/batchSendSms/v1" and r.headers["content-type"] == FORM
        self.check(r)
        p = r.form
        assert p["from"] == "1069" and p["statusCallback"] == CALLBACK + "/receipt", p
        assert len(json.loads(p["templateParas"])) in (4, 7), p
        return s.send(r, {"to": p["to"], "ref": p["extend"]})

    def good(self, m):
        return json.dumps({"result": [{"originTo": m["to"], "smsMsgId": self.number(m), "status": "000000"}], "code": "000000"})

    def bad(self, code, text):
        if code.startswith("APIGW"):  # the gateway before it
            return json.dumps({"error_code": code, "error_msg": text})
        if code.startswith("E2"):
            return json.dumps({"result": [{"originTo": "", "smsMsgId": "", "status": code}], "code": "E000510", "description": text})
        return json.dumps({"code": code, "description": text})

    def receipt(self, m, good=True, part=1, parts=1):
        body = urllib.parse.urlencode({"smsMsgId": m["id"], "status": "DELIVRD" if good is True else good or "UNDELIV", "to": m["to"],
                                       "extend": m["ref"], "total": parts, "sequence": part, "updateTime": "2023-09-19T06:30:05Z"})
        return FORM, body.encode(), {}

    def reply(self, number, text):
        return FORM, urllib.parse.urlencode({"from": "+86" + number, "to": "1069", "body": text, "smsMsgId": "r1",
                                             "createTime": "2023-09-19T06:30:05Z"}).encode(), {}


class HuaweiSdk(Huawei):
    name, auth = "huawei_aksk", "aksk"

    def check(self, r):
        h = r.headers
        want(off(h["x-sdk-date"], "%Y%m%dT%H%M%SZ") < 900, "APIGW.0301")
        canonical = "POST\n%s/\n\ncontent-type:%s\nhost:%s\nx-sdk-date:%s\n\ncontent-type;host;x-sdk-date\n%s" % (
            r.path, h["content-type"], h["host"], h["x-sdk-date"], sha256(r.body))
        text = "SDK-HMAC-SHA256\n%s\n%s" % (h["x-sdk-date"], sha256(canonical.encode()))
        want(h["authorization"] == "SDK-HMAC-SHA256 Access=appKey, SignedHeaders=content-type;host;x-sdk-date, Signature=%s" %
             mac("sha256", self.secret, text).hex(), "APIGW.0301")


class Mas(Provider):
    kind = "mas"

    def config(self, url, folder):
        return ('kind = "mas"; ec_name = "示例镇人民政府"; ap_id = "demoap"; secret_key_file = "%s"; sign_code = "demoSign9"; '
                'url = "%s/sms/norsubmit";' % (self.write(folder, "s", self.secret), url))

    def answer(self, s, r):
        p = json.loads(base64.b64decode(r.body, validate=True))
        text = p["ecName"] + p["apId"] + self.secret + p["mobiles"] + p["content"] + p["sign"] + p["addSerial"]
        want(p["mac"] == hashlib.md5(text.encode()).hexdigest(), "IllegalMac")
        assert r.path == "/sms/norsubmit" and "secretKey" not in p and "【" not in p["content"], p
        self.text = p["content"]
        return s.send(r, {"to": p["mobiles"], "ref": "", "text": p["content"]})

    def good(self, m):
        return json.dumps({"rspcod": "success", "msgGroup": self.number(m), "success": True})

    def bad(self, code, text):
        return json.dumps({"rspcod": code, "msgGroup": "", "success": False})

    def receipt(self, m, good=True):
        return self.callback("receipt", {"reportStatus": "CM:0000" if good else "CM:0140", "mobile": m["to"],
                                         "errorCode": "DELIVRD" if good else "DB:0140", "receiveDate": beijing(), "msgGroup": m["id"]})

    def reply(self, number, text):
        return self.callback("inbound", {"mobile": number, "smsContent": text, "sendTime": beijing(), "addSerial": ""})


class Unicom(Provider):
    kind, told = "unicom", "poll"

    def config(self, url, folder):
        return ('kind = "unicom"; sp_code = "200000"; login_name = "demo"; password_file = "%s"; url = "%s/sms/Api"; poll = 1;' % (
            self.write(folder, "s", self.secret), url))

    def answer(self, s, r):
        p = dict(urllib.parse.parse_qsl(r.body.decode("ascii"), keep_blank_values=True, encoding="gb18030", errors="strict"))
        want(p["SpCode"] == "200000" and p["LoginName"] == "demo" and p["Password"] == self.secret, "login")
        if r.path == "/sms/Api/Send.do":
            assert len(p["SerialNumber"]) == 20 and p["SerialNumber"].isdigit() and p["f"] == "1", p
            assert is_ours(p["MessageContent"]) and "【" not in p["MessageContent"], p
            return s.send(r, {"to": p["UserNumber"], "ref": "", "id": p["SerialNumber"]})
        if r.path == "/sms/Api/report.do":
            rows, self.reports = self.reports, []
            return self.say("result=0&out=" + ";".join(rows))
        if r.path == "/sms/Api/replyConfirm.do":
            self.confirmed.append(p["id"])
            self.replies = []
            return self.say("result=0")
        assert r.path == "/sms/Api/reply.do", r.path
        if not self.replies:
            return self.say("result=0&confirm_time=&id=&replys=")
        return self.say("result=0&confirm_time=1&id=77&replys=" + json.dumps(self.replies, ensure_ascii=False))

    def say(self, text):
        return 200, "text/html;charset=GBK", text.encode("gb18030")

    def good(self, m):
        return "result=0&description=发送短信成功&faillist=".encode("gb18030")

    def bad(self, code, text):
        bad_number = code.partition(" ")[2]  # "0 13800138000": taken but for that one
        return ("result=%s&description=%s&faillist=%s" % (code.partition(" ")[0], text, bad_number)).encode("gb18030")

    def receipt(self, m, good=True):
        self.reports.append("%s,%s,%d" % (m["id"], m["to"], 0 if good else 4))

    def reply(self, number, text):
        self.replies.append({"callmdn": "10655", "mdn": number, "content": text, "reply_time": beijing(), "id": "9"})


class Telecom(Provider):
    kind, told = "telecom", None

    def config(self, url, folder):
        return ('kind = "telecom"; access_key = "demoAK"; secret_key_file = "%s"; sign = "示例镇反诈"; url = "%s/sms/api/v1"; %s' % (
            self.write(folder, "s", self.secret), url, TEMPLATES))

    def answer(self, s, r):
        h, p = r.headers, json.loads(r.body)
        date = h["eop-date"]
        assert date[:11] == time.strftime("%Y%m%dT%H", time.gmtime(time.time() + 8 * 3600)), date
        key = mac("sha256", mac("sha256", mac("sha256", self.secret, date), "demoAK"), date[:8])
        text = "ctyun-eop-request-id:%s\neop-date:%s\n\n\n%s" % (h["ctyun-eop-request-id"], date, sha256(r.body))
        want(h["eop-authorization"] == "demoAK Headers=ctyun-eop-request-id;eop-date Signature=" + b64(mac("sha256", key, text)),
             "signature")
        assert p["action"] == "SendSms" and json.loads(p["templateParam"])["code"], p
        return s.send(r, {"to": p["phoneNumber"], "ref": ""})

    def good(self, m):
        return json.dumps({"code": "OK", "message": "success", "requestId": self.number(m)})

    def bad(self, code, text):
        return json.dumps({"code": code, "message": text}, ensure_ascii=False)


class Twilio(Provider):
    kind, signs, signed = "twilio", True, True

    def config(self, url, folder):
        return ('kind = "twilio"; account_sid = "AC01"; auth_token_file = "%s"; from = "+12065550100"; callback_url_file = "%s"; '
                'endpoint = "%s";' % (self.write(folder, "s", self.secret), self.write(folder, "cb", CALLBACK), url))

    def answer(self, s, r):
        want(r.headers["authorization"] == "Basic " + b64(("AC01:" + self.secret).encode()), "20003")
        assert r.target == "/2010-04-01/Accounts/AC01/Messages.json", r.target
        p = r.form
        assert p["From"] == "+12065550100" and p["StatusCallback"] == CALLBACK + "/receipt" and is_ours(p["Body"]), p
        return s.send(r, {"to": p["To"], "ref": ""})

    def good(self, m):
        return json.dumps({"sid": self.number(m), "status": "queued", "num_segments": "1"})

    def bad(self, code, text):
        return json.dumps({"code": int(code), "message": text, "status": 401})

    def callback(self, what, body):
        text = CALLBACK + "/" + what + "".join(k + body[k] for k in sorted(body))
        sign = b64(mac("sha1", self.secret if self.signed else "wrong", text))
        return FORM, urllib.parse.urlencode(body).encode(), {"X-Twilio-Signature": sign}

    def receipt(self, m, good=True):
        return self.callback("receipt", dict({"MessageSid": m["id"], "MessageStatus": "delivered" if good else "undelivered",
                                              "To": m["to"], "From": "+12065550100"}, **{} if good else {"ErrorCode": "30008"}))

    def reply(self, number, text):
        return self.callback("inbound", {"MessageSid": "SM9", "From": "+86" + number, "To": "+12065550100", "Body": text})


class Generic(Provider):
    kind = "generic"

    def config(self, url, folder):
        return ('kind = "generic"; url = "%s/send?acc={account}"; account = "demo"; secret_file = "%s"; charset = "GB18030"; '
                'body = "m={to}&t={text}&ts={ts}&n={nonce:8}&sig={sig}"; to_format = "86"; '
                'sign_expr = "upper(hmac_sha256(secret, to + text + ts))"; headers = ["X-Account: {account}"]; '
                'success = { path = "code"; value = "0"; }; id_path = "data[0].id"; code_path = "code"; '
                'errors = ( { code = "1001"; class = "config"; }, { code = "2*"; class = "retry"; }, '
                '{ code = "3*"; class = "rate"; }, { code = "4*"; class = "other"; }, { code = "5*"; class = "message"; }, '
                '{ code = "6*"; class = "number"; } ); '
                'report = { list = "r"; number = "[0]"; id = "[1]"; status = "[2]"; separator = ";"; field_separator = ","; '
                'delivered = "0"; }; reply = { number = "m"; text = "t"; };' % (url, self.write(folder, "s", self.secret)))

    def answer(self, s, r):
        p = dict(urllib.parse.parse_qsl(r.body.decode("ascii"), keep_blank_values=True, encoding="gb18030", errors="strict"))
        raw = (p["m"] + p["t"] + p["ts"]).encode("gb18030")
        want(p["sig"] == hmac.new(self.secret.encode(), raw, "sha256").hexdigest().upper(), "sig")
        assert r.target == "/send?acc=demo" and r.headers["x-account"] == "demo" and len(p["n"]) == 8, p
        return s.send(r, {"to": p["m"], "ref": "", "text": p["t"]})

    def good(self, m):
        return json.dumps({"code": 0, "data": [{"id": self.number(m)}]})

    def bad(self, code, text):
        return json.dumps({"code": code, "msg": text})

    def receipt(self, m, good=True):
        return FORM, urllib.parse.urlencode({"r": "%s,%s,%d;" % (m["to"], m["id"], 0 if good else 9)}).encode(), {}

    def reply(self, number, text):
        return FORM, urllib.parse.urlencode({"m": number, "t": text}, encoding="gb18030").encode(), {}


class AliyunToo(Aliyun):
    """The first one, told as the others are."""

    told, signs, gives_back = "callback", False, True

    def receipt(self, m, good=True, code=None):
        content_type, body = self.callback([super().receipt(m, good, code)])
        return content_type, body, {}

    def reply(self, number, text, serial="1"):
        content_type, body = self.callback([super().reply(number, text, serial)])
        return content_type, body, {}


OTHERS = [Tencent, Huawei, HuaweiSdk, Mas, Unicom, Telecom, Twilio, Generic]
