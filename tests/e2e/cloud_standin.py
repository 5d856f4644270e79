"""Providers of SMS and calls that are not there: each checks signatures by itself and behaves as told.

    with Standin(Aliyun()) as s:
        s.script = ["good", ("code", "isv.OUT_OF_SERVICE"), "silent"]     # one a send; then "good"
        ... s.url, s.sent, s.wrong ...

Nothing here is shared with the gateway: signatures are computed with hashlib and hmac from the
providers' texts. A request whose signature, date or nonce is wrong is refused as the
provider would, and stands in `wrong`, which a test expects to be empty.

What a send may meet: "good"; ("code", CODE, TEXT) of the provider; ("http", STATUS, BODY);
"slow" (accepted, answered late); "held" (accepted, answered when the test sets `release`); "silent" (accepted, never answered); "lost" (read, not accepted,
never answered); "cut" (accepted, half an answer); "html", "redirect", "gbk", "empty".
"""
import base64
import calendar
import hashlib
import hmac
import http.server
import json
import os
import socket
import ssl
import subprocess
import threading
import time
import urllib.parse

LATE = 6.0
SKEW = 15 * 60


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def mac(how, key, text):
    return hmac.new(key if isinstance(key, bytes) else key.encode(), text.encode(), how).digest()


def percent(text):
    return urllib.parse.quote(text, safe="-_.~")


def pairs(text):
    return dict(urllib.parse.parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text)))


def beijing(more=0):
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(time.time() + 8 * 3600 + more))


def off(stamp, form):
    return abs(calendar.timegm(time.strptime(stamp, form)) - time.time())


class Request:
    def __init__(self, handler, body):
        self.method, self.target, self.body = handler.command, handler.path, body
        self.path, _, self.query = handler.path.partition("?")
        self.headers = {k.lower(): v.strip() for k, v in handler.headers.items()}
        self.at = time.time()

    @property
    def form(self):
        return pairs(self.body.decode())


class Refusal(Exception):
    """What the provider answers to a request that it does not believe."""


class Aliyun:
    """SMS, voice, tokens and queues on one address."""

    kind = "aliyun"
    key_id, secret, sign = "LTAIexample", "aliyun secret for tests", "示例镇反诈"
    good_code, other_charset = "OK", "gbk"
    codes = {"RETRY": "isp.SYSTEM_ERROR", "RATE": "isv.BUSINESS_LIMIT_CONTROL", "CONFIG": "isv.OUT_OF_SERVICE",
             "TEXT": "isv.SMS_CONTENT_ILLEGAL", "NUMBER": "isv.MOBILE_NUMBER_ILLEGAL", "OTHER": "isv.DAY_LIMIT_CONTROL",
             "CLOCK": "InvalidTimeStamp.Expired", "UNKNOWN": "isv.NOBODY_KNOWS_THIS"}
    queues = {"SmsReport": "Alicom-Queue-1-SmsReport", "SmsUp": "Alicom-Queue-1-SmsUp"}
    token = {"AccessKeyId": "STS.tmp", "AccessKeySecret": "tmp secret", "SecurityToken": "tmp token"}

    def __init__(self):
        self.nonces, self.serial = set(), 0
        self.waiting = {q: [] for q in self.queues.values()}  # [handle, record]
        self.deleted = []

    def config(self, url, folder, polling=False):
        path = os.path.join(folder, "aliyun.secret")
        with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="utf-8") as f:
            f.write(self.secret + "\n")
        text = ('kind = "aliyun"; access_key_id = "%s"; access_key_secret_file = "%s"; sign = "%s"; endpoint = "%s"; '
                'voice_endpoint = "%s"; token_endpoint = "%s"; queue_endpoint = "%s"; templates = ( '
                '{ name = "alert"; code = "SMS_1"; params = ["repeat", "code", "word", "name", "area", "type", "accept", "decline"]; }, '
                '{ name = "detail"; code = "SMS_2"; params = ["code", "name", "phone", "address"]; } );' % (
                    self.key_id, path, self.sign, url, url, url, url))
        if polling:
            text += ' report_queue = "%s"; reply_queue = "%s";' % (self.queues["SmsReport"], self.queues["SmsUp"])
        return text

    # -- signatures ---------------------------------------------------------------------------

    def check_nonce(self, nonce):
        if not nonce or nonce in self.nonces:
            raise Refusal("SignatureNonceUsed")
        self.nonces.add(nonce)

    def check_acs3(self, r):
        head, _, rest = r.headers["authorization"].partition(" ")
        part = dict(p.split("=", 1) for p in rest.split(","))
        names = part["SignedHeaders"].split(";")
        if head != "ACS3-HMAC-SHA256" or part["Credential"] != self.key_id:
            raise Refusal("InvalidAccessKeyId.NotFound")
        must = {"host", "x-acs-action", "x-acs-version", "x-acs-date", "x-acs-signature-nonce", "x-acs-content-sha256"}
        must |= {n for n in r.headers if n.startswith("x-acs-")} | ({"content-type"} & set(r.headers))
        if not must <= set(names) or names != sorted(names):
            raise Refusal("IncompleteSignature")
        if r.headers["x-acs-content-sha256"] != sha256(r.body):
            raise Refusal("SignatureDoesNotMatch")
        query = "&".join("%s=%s" % (percent(k), percent(v)) for k, v in sorted(pairs(r.query).items()))
        canonical = "\n".join([r.method, r.path, query, "".join("%s:%s\n" % (n, r.headers[n]) for n in names), ";".join(names),
                               sha256(r.body)])
        want = mac(hashlib.sha256, self.secret, "ACS3-HMAC-SHA256\n" + sha256(canonical.encode())).hex()
        if not hmac.compare_digest(want, part["Signature"]):
            raise Refusal("SignatureDoesNotMatch")
        if off(r.headers["x-acs-date"], "%Y-%m-%dT%H:%M:%SZ") > SKEW:
            raise Refusal("InvalidTimeStamp.Expired")
        self.check_nonce(r.headers["x-acs-signature-nonce"])
        return r.headers["x-acs-action"], dict(pairs(r.query), **r.form)

    def check_rpc(self, r):
        p = r.form
        given = p.pop("Signature")
        text = "%s&%%2F&%s" % (r.method, percent("&".join("%s=%s" % (percent(k), percent(v)) for k, v in sorted(p.items()))))
        if p["AccessKeyId"] != self.key_id:
            raise Refusal("InvalidAccessKeyId.NotFound")
        if base64.b64encode(mac(hashlib.sha1, self.secret + "&", text)).decode() != given:
            raise Refusal("SignatureDoesNotMatch")
        if off(p["Timestamp"], "%Y-%m-%dT%H:%M:%SZ") > SKEW:
            raise Refusal("InvalidTimeStamp.Expired")
        self.check_nonce(p["SignatureNonce"])
        return p["Action"], p

    def check_mns(self, r):
        mns = "".join("%s:%s\n" % (n, r.headers[n]) for n in sorted(r.headers) if n.startswith("x-mns-"))
        text = "\n".join([r.method, r.headers.get("content-md5", ""), r.headers.get("content-type", ""), r.headers["date"]])
        want = base64.b64encode(mac(hashlib.sha1, self.token["AccessKeySecret"], text + "\n" + mns + r.target)).decode()
        if r.headers["authorization"] != "MNS %s:%s" % (self.token["AccessKeyId"], want):
            raise Refusal("AccessDenied")
        if r.headers.get("security-token") != self.token["SecurityToken"]:
            raise Refusal("InvalidSecurityToken")

    # -- requests -----------------------------------------------------------------------------

    def refuse(self, why):
        return 400, "application/json", json.dumps({"Code": why, "Message": "refused: " + why, "RequestId": "R"})

    def answer(self, s, r):
        """(status, type, body), or a send for s.send()."""
        if r.path.startswith("/queues/"):
            self.check_mns(r)
            return self.queue(r)
        action, p = self.check_acs3(r) if "authorization" in r.headers else self.check_rpc(r)
        if action == "SendSms":
            assert p["SignName"] == self.sign and p["TemplateCode"].startswith("SMS_"), p
            return s.send(r, {"to": p["PhoneNumbers"], "ref": p["OutId"], "values": json.loads(p["TemplateParam"])})
        if action == "QuerySendDetails":
            return self.details(s, p)
        if action == "QueryTokenForMnsQueue":
            assert self.queues[p["MessageType"]] == p["QueueName"], p
            return 200, "application/json", json.dumps({"Code": "OK", "MessageTokenDTO": dict(self.token, ExpireTime=beijing(3600))})
        raise Refusal("InvalidAction.NotFound")

    def good(self, message):
        self.serial += 1
        message["id"] = "90061%06d^0" % self.serial
        return json.dumps({"Code": "OK", "Message": "OK", "BizId": message["id"], "RequestId": "R"}, ensure_ascii=False)

    def bad(self, code, text):
        return json.dumps({"Code": code, "Message": text, "RequestId": "R"}, ensure_ascii=False)

    def details(self, s, p):
        s.asked.append(p["PhoneNumber"])
        rows = [{"PhoneNum": m["to"], "SendStatus": m.get("status", 1), "ErrCode": m.get("err", ""), "OutId": m["ref"],
                 "SendDate": "2026-09-18 10:00:00", "ReceiveDate": "2026-09-18 10:00:05"}
                for m in s.accepted if m["to"] == p["PhoneNumber"]]
        return 200, "application/json", json.dumps({"Code": "OK", "TotalCount": len(rows),
                                                    "SmsSendDetailDTOs": {"SmsSendDetailDTO": rows}})

    def queue(self, r):
        waiting = self.waiting[r.path.split("/")[2]]
        if r.method == "DELETE":
            handle = pairs(r.query)["ReceiptHandle"]
            self.deleted.append(handle)
            waiting[:] = [w for w in waiting if w[0] != handle]
            return 204, "text/xml", ""
        if not waiting:
            time.sleep(0.2)
            return 404, "text/xml", "<Error><Code>MessageNotExist</Code><Message>none</Message></Error>"
        handle, record = waiting[0]  # it stays until it is deleted
        body = record if isinstance(record, str) else json.dumps(record, ensure_ascii=False)
        return 200, "text/xml", "<Message><MessageBody>%s</MessageBody><ReceiptHandle>%s</ReceiptHandle></Message>" % (
            base64.b64encode(body.encode()).decode(), handle)

    # -- what it tells ------------------------------------------------------------------------

    def receipt(self, m, good=True, code=None):
        return {"phone_number": m["to"], "send_time": "2026-09-18 10:00:00", "report_time": "2026-09-18 10:00:05",
                "success": good, "err_code": code or ("DELIVERED" if good else "UNDELIV"), "err_msg": "", "sms_size": "1",
                "biz_id": m["id"], "out_id": m["ref"]}

    def reply(self, number, text, serial):
        return {"phone_number": number, "content": text, "send_time": beijing(),
                "sign_name": self.sign, "dest_code": "1234", "sequence_id": serial}

    def callback(self, records):
        return "application/json", json.dumps(records, ensure_ascii=False).encode()

    def callback_ok(self, answer):
        return answer.status == 200 and answer.json["code"] == 0

    def put(self, kind, record):
        self.serial += 1
        self.waiting[self.queues[kind]].append(("h%d" % self.serial, record))


class Server(http.server.ThreadingHTTPServer):
    daemon_threads, request_queue_size = True, 200

    def handle_error(self, request, client_address):
        pass  # the gateway may hang up on us: that is what some tests are about


def handler_for(standin):
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 60

        def log_message(self, *args):
            pass

        def date_time_string(self, timestamp=None):
            return super().date_time_string((timestamp or time.time()) + standin.date_off)

        def act(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            standin.serve(self, Request(self, body))

        do_GET = do_POST = do_DELETE = act

    return Handler


class Standin:
    def __init__(self, provider, folder=None, port=0):
        self.provider, self.port, self.folder = provider, port, folder
        self.script, self.date_off = [], 0
        self.for_phone = {}  # what one number meets first, beside the script
        self.release = threading.Event()
        self.sent = []      # sends that were believed, in order
        self.accepted = []  # those of them that will be delivered
        self.asked, self.wrong, self.connections = [], [], 0
        self.lock = threading.Lock()

    def __enter__(self):
        self.server = Server(("127.0.0.1", self.port), handler_for(self))
        self.port = self.server.server_address[1]
        scheme = "http"
        if self.folder:
            scheme, context = "https", ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            make_certificates(self.folder)
            context.load_cert_chain(os.path.join(self.folder, "cert.pem"), os.path.join(self.folder, "key.pem"))
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.url = "%s://127.0.0.1:%d" % (scheme, self.port)
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *why):
        self.server.shutdown()
        self.server.server_close()

    # -- one request --------------------------------------------------------------------------

    def send(self, r, message):
        """The provider has understood a send: what the script says becomes of it."""
        with self.lock:
            how = self.for_phone.pop(message["to"][-11:], None) or (self.script.pop(0) if self.script else "good")
            message["how"] = how
            self.sent.append(message)
            if how in ("good", "slow", "held", "silent", "cut"):
                body = self.provider.good(message)
                self.accepted.append(message)
        if how == "good":
            return 200, "application/json;charset=utf-8", body
        if isinstance(how, tuple) and how[0] == "code":
            return how[3] if len(how) > 3 else 200, "application/json", self.provider.bad(how[1], how[2] if len(how) > 2 else "no")
        if isinstance(how, tuple):
            return how[1], "text/plain", how[2]
        return how, body if how in ("slow", "held", "cut") else ""

    def serve(self, handler, r):
        try:
            out = self.provider.answer(self, r)
        except Refusal as why:
            self.wrong.append(str(why))
            out = self.provider.refuse(str(why))
        except Exception as e:  # pylint: disable=broad-except
            self.wrong.append(repr(e))
            out = 500, "text/plain", repr(e)
        if len(out) == 3:
            self.say(handler, *out)
        else:
            self.misbehave(handler, *out)

    def say(self, handler, status, content_type, body, headers=()):
        data = body if isinstance(body, bytes) else body.encode()
        handler.send_response(status)
        handler.send_header("Content-Type", content_type)
        if status != 204:
            handler.send_header("Content-Length", str(len(data)))
        for name, value in headers:
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(data)

    def misbehave(self, handler, how, body):
        if how == "html":
            self.say(handler, 200, "text/html", "<html><body>请先登录校园网</body></html>")
        elif how == "redirect":
            self.say(handler, 302, "text/html", "", [("Location", "http://127.0.0.1:9/login")])
        elif how == "gbk":
            self.say(handler, 200, "application/json;charset=gbk", '{"Code":"OK","Message":"成功'.encode("gbk"))
        elif how == "empty":
            self.say(handler, 200, "application/json", "")
        elif how == "slow":
            time.sleep(LATE)
            self.say(handler, 200, "application/json", body)
        elif how == "held":
            self.release.wait(60)
            self.say(handler, 200, "application/json", body)
        elif how == "cut":
            handler.wfile.write(("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n" + body[:10]).encode())
            self.hang_up(handler)
        elif how in ("silent", "lost"):
            time.sleep(LATE)
            self.hang_up(handler)
        else:
            raise AssertionError(how)

    def hang_up(self, handler):
        handler.close_connection = True
        try:
            handler.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def make_certificates(folder):
    """An office's own authority (ca.pem) and a certificate of it for 127.0.0.1."""
    def openssl(*args):
        subprocess.run(["openssl", *args], cwd=folder, check=True, capture_output=True)

    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2")
    with open(os.path.join(folder, "ext"), "w", encoding="ascii") as f:
        f.write("subjectAltName=IP:127.0.0.1\n")
    openssl("req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=test authority")
    openssl("req", "-new", *key[:-2], "-keyout", "key.pem", "-out", "req.pem", "-subj", "/CN=standin")
    openssl("x509", "-req", "-in", "req.pem", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
            "-out", "cert.pem", "-extfile", "ext")
