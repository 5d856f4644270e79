"""Calls of the providers that are not there (cloud_standin.py, cloud_others.py have their SMS).

A request of a call is checked as the provider would and stands in Standin.sent with "call": True.
How a call ends is told by the test: ended(message, how, key) gives the callbacks of it in order,
each (content type, body, headers), for how = "key" (picked up, the key pressed), "heard" (picked
up, no key), "busy", "silent" (nobody picked up), "off" (phone switched off), "nobody" (no such number).
"""
import base64
import hashlib
import json
import time
import xml.etree.ElementTree

from cloud_others import CALLBACK, JSON, Huawei, Tencent, Twilio, b64, want
from cloud_standin import Aliyun, Standin, beijing, mac, off
from harness import wait

ENDS = ("busy", "silent", "off", "nobody")
VOICE = 'voice = true; voice_templates = ( { name = "call"; code = "TTS_1"; params = ["code_said", "area"]; } ); '


class Switchboard(Standin):
    """Calls have their own script: SMS go out beside them in any order. Whoever wants to be quicker
    than the answer of a call hangs in at `before_answer`."""

    def __init__(self, provider):
        super().__init__(provider)
        self.call_script, self.before_answer, self.telling = [], None, 0
        self.call_states = {}  # by the provider's id: what it says when it is asked (Aliyun, Twilio)

    def send(self, r, message):
        with self.lock:
            self.script = [self.call_script.pop(0)] if message.get("call") and self.call_script else []
            tell = self.before_answer if message.get("call") else None
            self.telling += tell is not None
        out = super().send(r, message)
        if tell:
            try:
                tell(message)
            finally:
                with self.lock:
                    self.telling -= 1
        return out

    def answer_first(self):
        """From now on nobody is quicker than the answer; returns when the last one has told its tale."""
        with self.lock:
            self.before_answer = None
        wait(lambda: self.telling == 0)


class AliyunCalls(Aliyun):
    asked_over = "200003"  # what it says of a call that nobody picked up
    codes_of = {"key": "300000", "heard": "200008", "busy": "200002", "silent": "200003", "off": "200010", "nobody": "200004"}
    by_queue = False

    def __init__(self):
        super().__init__()
        self.queues = dict(self.queues, VoiceReport="Alicom-Queue-1-VoiceReport")
        self.waiting[self.queues["VoiceReport"]] = []

    def config(self, url, folder, polling=False):
        return super().config(url, folder) + VOICE + (
            'voice_queue = "%s"; poll = 1; ' % self.queues["VoiceReport"] if self.by_queue else "")

    def answer(self, s, r):
        if r.path.startswith("/queues/") or "authorization" not in r.headers:
            return super().answer(s, r)
        if r.headers["x-acs-action"] == "SingleCallByTts":
            _, p = self.check_acs3(r)
            values = json.loads(p["TtsParam"])
            assert p["TtsCode"] == "TTS_1" and set(values) == {"code_said", "area"} and all(values.values()), p
            assert p["PlayTimes"] == "2" and "CalledShowNumber" not in p, p
            return s.send(r, {"to": p["CalledNumber"], "ref": p["OutId"], "call": True, "values": values})
        if r.headers["x-acs-action"] == "QueryCallDetailByCallId":
            _, p = self.check_acs3(r)
            assert p["ProdId"] == "11000000300006" and abs(int(p["QueryDate"]) / 1e3 - time.time()) < 60, p
            s.asked.append(p["CallId"])
            state = s.call_states.get(p["CallId"])
            data = {} if state is None else {"state": state, "callId": p["CallId"], "endDate": beijing()}
            return 200, JSON, json.dumps({"Code": "OK", "Data": json.dumps(data)})
        return super().answer(s, r)

    def good(self, message):
        if not message.get("call"):
            return super().good(message)
        self.serial += 1
        message["id"] = "1345%06d^4351232" % self.serial
        return json.dumps({"Code": "OK", "Message": "OK", "CallId": message["id"], "RequestId": "R"})

    def ended(self, m, how, key="1"):
        record = {"call_id": m["id"], "out_id": m["ref"], "callee": m["to"], "caller": "02100000000", "start_time": beijing(),
                  "end_time": beijing(), "duration": "9", "status_code": self.codes_of[how], "hangup_direction": "用户",
                  "dtmf": key if how == "key" else ""}
        return [(JSON, json.dumps([record], ensure_ascii=False).encode(), {})]

    def content(self, answer):
        return answer.json["code"] == 0


class TencentCalls(Tencent):
    ends = {"busy": "2", "silent": "5", "off": "1", "nobody": "8"}

    def config(self, url, folder):
        return super().config(url, folder) + VOICE + 'voice_app_id = "1400009999"; voice_endpoint = "%s"; ' % url

    def check_voice(self, r):
        h = r.headers
        stamp = int(h["x-tc-timestamp"])
        want(abs(stamp - time.time()) < 300, "AuthFailure.SignatureExpire")
        day = time.strftime("%Y-%m-%d", time.gmtime(stamp))
        scope, names = day + "/vms/tc3_request", "content-type;host;x-tc-action"
        canonical = "POST\n/\n\ncontent-type:%s\nhost:%s\nx-tc-action:sendttsvoice\n\n%s\n%s" % (
            h["content-type"], h["host"], names, hashlib.sha256(r.body).hexdigest())
        key = mac("sha256", mac("sha256", mac("sha256", "TC3" + self.secret, day), "vms"), "tc3_request")
        text = "TC3-HMAC-SHA256\n%d\n%s\n%s" % (stamp, scope, hashlib.sha256(canonical.encode()).hexdigest())
        want(h["authorization"] == "TC3-HMAC-SHA256 Credential=AKIDexample/%s, SignedHeaders=%s, Signature=%s" % (
            scope, names, mac("sha256", key, text).hex()), "AuthFailure.SignatureFailure")
        assert h["x-tc-version"] == "2020-09-02" and r.method == "POST" and r.target == "/", r.target

    def answer(self, s, r):
        if r.headers.get("x-tc-action") != "SendTtsVoice":
            return super().answer(s, r)
        self.check_voice(r)
        p = json.loads(r.body)
        assert p["VoiceSdkAppid"] == "1400009999" and p["TemplateId"] == "TTS_1" and len(p["TemplateParamSet"]) == 2, p
        assert p["PlayTimes"] == 2 and p["CalledNumber"].startswith("+86"), p
        return s.send(r, {"to": p["CalledNumber"], "ref": p["SessionContext"], "call": True})

    def good(self, m):
        if not m.get("call"):
            return super().good(m)
        return json.dumps({"Response": {"SendStatus": {"CallId": self.number(m), "SessionContext": m["ref"]}}})

    def bad(self, code, text):
        return json.dumps({"Response": {"Error": {"Code": code, "Message": text}}})

    def ended(self, m, how, key="1"):
        own = {"callid": m["id"], "mobile": m["to"][3:], "nationcode": "86"}
        picked_up = dict(own, result="0", accept_time="%d" % time.time(), call_from="0755", end_calltime="%d" % time.time(), fee="1",
                         start_calltime="%d" % time.time())
        if how in ("key", "heard"):
            told = [{"voiceprompt_callback": picked_up}]
        else:
            told = [{"voice_failure_callback": dict(own, failure_code=self.ends[how], failure_reason="-")},
                    {"voiceprompt_callback": dict(picked_up, result="1")}]
        if how == "key":
            told.insert(0, {"voicekey_callback": dict(own, keypress=key, call_from="0755", start_calltime="%d" % time.time())})
        return [(JSON, json.dumps(t).encode(), {}) for t in told]

    def content(self, answer):
        return answer.json["result"] == 0


class HuaweiCalls(Huawei):
    ends = {"busy": "7102", "silent": "7103", "off": "7106", "nobody": "7107"}
    voice_secret = "voice secret for tests"
    signed = True

    def config(self, url, folder):
        return super().config(url, folder) + VOICE + (
            'voice_app_key = "voiceKey"; voice_app_secret_file = "%s"; display_number = "+8621000000"; voice_endpoint = "%s"; ' % (
                self.write(folder, "vs", self.voice_secret), url))

    def answer(self, s, r):
        if r.target != "/rest/httpsessions/callnotify/v2.0":
            return super().answer(s, r)
        fields = dict(f.split("=", 1) for f in r.headers["x-aksk"].replace("UsernameToken ", "").split(","))
        fields = {k: v.strip('"') for k, v in fields.items()}
        digest = b64(mac("sha256", self.voice_secret, fields["Nonce"] + fields["Created"]))
        want(fields["Username"] == "voiceKey" and fields["PasswordDigest"] == digest, "1020176")
        want(off(fields["Created"], "%Y-%m-%dT%H:%M:%SZ") < 300, "1010013")
        assert r.headers["authorization"] == 'AKSK realm="SDP",profile="UsernameToken",type="Appkey"'
        p = json.loads(r.body)
        play, = p["playInfoList"]
        assert play["templateId"] == "TTS_1" and len(play["templateParas"]) == 2 and play["collectInd"] == 1, play
        assert p["displayNbr"] == "+8621000000" and base64.b64decode(p["statusUrl"]).decode() == CALLBACK + "/voice", p
        return s.send(r, {"to": p["calleeNbr"], "ref": p["userData"], "call": True})

    def good(self, m):
        if not m.get("call"):
            return super().good(m)
        return json.dumps({"resultcode": "0", "resultdesc": "Success", "sessionId": self.number(m)})

    def bad(self, code, text):
        return json.dumps({"resultcode": code, "resultdesc": text})

    def status(self, m, event, **more):
        info = dict({"timestamp": beijing(), "sessionId": m["id"], "userData": m["ref"], "caller": "+8621000000", "called": m["to"]},
                    **more)
        nonce, created = "66C92B11FF8A425FB8D4CCFE0ED9ED1F", beijing().replace(" ", "T") + "Z"
        digest = b64(mac("sha256", self.voice_secret if self.signed else "wrong", CALLBACK + "/voice\n" + nonce + "\n" + created))
        head = 'UsernameToken Username="voiceKey",PasswordDigest="%s",Nonce="%s",Created="%s"' % (digest, nonce, created)
        return JSON, json.dumps({"eventType": event, "statusInfo": info}).encode(), {"X-AKSK": head}

    def ended(self, m, how, key="1"):
        told = [self.status(m, "callout"), self.status(m, "alerting")]
        if how not in ("key", "heard"):
            return told + [self.status(m, "disconnect", stateCode=int(self.ends[how]), stateDesc="-")]
        told.append(self.status(m, "answer"))
        if how == "key":
            told.append(self.status(m, "collectInfo", digitInfo=key))
        return told + [self.status(m, "disconnect", stateCode=0, stateDesc="The user releases the call.")]

    def content(self, answer):
        return answer.json["resultcode"] == "0"


class TwilioCalls(Twilio):
    ends = {"busy": "busy", "silent": "no-answer", "off": "no-answer", "nobody": "failed"}
    asked_over = "no-answer"

    def config(self, url, folder):
        return super().config(url, folder) + "voice = true; "

    def question(self, s, sid):
        s.asked.append(sid)
        status = s.call_states.get(sid, "in-progress")
        return 200, JSON, json.dumps({"sid": sid, "to": "+8613800000000", "status": status, "duration": None})

    def answer(self, s, r):
        if "/Calls" not in r.target:
            return super().answer(s, r)
        want(r.headers["authorization"] == "Basic " + b64(("AC01:" + self.secret).encode()), "20003")
        if r.method == "GET":
            return self.question(s, r.target.rsplit("/", 1)[1].removesuffix(".json"))
        assert r.target == "/2010-04-01/Accounts/AC01/Calls.json", r.target
        p = r.form
        assert p["From"] == "+12065550100" and p["StatusCallback"] == CALLBACK + "/voice", p
        gather, = xml.etree.ElementTree.fromstring(p["Twiml"])
        assert gather.tag == "Gather" and gather.get("numDigits") == "1" and gather.get("action") == CALLBACK + "/voice"
        assert "接单请按1" in gather.find("Say").text and gather.find("Say").get("language") == "zh-CN", p
        return s.send(r, {"to": p["To"], "ref": "", "call": True})

    def good(self, m):
        if not m.get("call"):
            return super().good(m)
        return json.dumps({"sid": self.number(m), "status": "queued"})

    def told_of(self, m, status, **more):
        return self.callback("voice", dict({"CallSid": m["id"], "CallStatus": status, "To": m["to"], "From": "+12065550100",
                                            "AccountSid": "AC01"}, **more))

    def ended(self, m, how, key="1"):
        if how not in ("key", "heard"):
            return [self.told_of(m, self.ends[how], CallDuration="0")]
        keys = [self.told_of(m, "in-progress", Digits=key)] if how == "key" else []
        return keys + [self.told_of(m, "completed", CallDuration="12")]

    def content(self, answer):
        return answer.status == 200 and b"<Response" in answer.raw


CALLS = [AliyunCalls, TencentCalls, HuaweiCalls, TwilioCalls]
