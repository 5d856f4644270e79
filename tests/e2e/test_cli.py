#!/usr/bin/env python3
"""The command line as people use it: quanzu against a real quanzud with a simulated modem.

Prints TAP. Programs are $B/quanzu, $B/quanzud and $B/quanzu-modemsim (B is build by default).
Exit codes and what is said are checked, and that --json is what the API gives.
"""
import glob
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import unicodedata
import zipfile

B = os.environ.get("B", "build")
CONFIG = """
centre = "示例镇反诈分中心"; area = "310118110000"; timezone = "Asia/Shanghai";
data_dir = "%(dir)s/data"; store = "sqlite:quanzu.db"; require_pledge = false;
http = { listen = ["127.0.0.1:%(port)d"]; socket = "%(dir)s/q.sock"; };
channels = ( { name = "sim1"; kind = "modem"; device = "tcp:127.0.0.1:%(modem)d"; sms = true;
               pace = "0s"; part_pace = "0s"; } );
"""
PHONES = """
phone 13800138001
  answer after 1s "{code}1"
phone 1*
  silence
"""
AREAS = "代码,名称,类别\n310118110000,白鹤镇,镇\n310118110203,示例村,村\n310118110208,桥头村,村\n"
MEMBERS = ("队伍,姓名,手机号,职务,村居\n示例村劝导队,赵一,13800138001,队员,示例村\n示例村劝导队,钱二,13800138002,队长,示例村\n"
           "桥头村劝导队,郑七,13800138007,队员,桥头村\n中心值班组,周五,13800138005,值班,白鹤镇\n")
RESIDENTS = ("姓名,手机号,住址,村居\n王小明,13900139001,示例村6组12号,示例村\n王小红,13900139003,桥头村2组5号,桥头村\n"
             ",13900139004,桥头村2组6号,桥头村\n")
TESTS = []


def test(f):
    TESTS.append(f)
    return f


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Result:
    def __init__(self, p):
        self.code, self.raw = p.returncode, p.stdout
        self.out, self.err = p.stdout.decode("utf-8"), p.stderr.decode("utf-8")

    @property
    def json(self):
        return json.loads(self.out)

    def __repr__(self):
        return "rc=%d\n-- out\n%s\n-- err\n%s" % (self.code, self.out[-3000:], self.err[-2000:])


class House:
    """A folder with a configuration, and the programs that run on it."""

    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="qz-cli-")
        self.config = self.path("q.conf")
        self.modem = free_port()
        os.mkdir(self.path("data"))
        self.write("q.conf", CONFIG % {"dir": self.dir, "port": free_port(), "modem": self.modem})
        self.write("phones", PHONES)
        self.proc = self.sim = None

    def path(self, name):
        return os.path.join(self.dir, name)

    def write(self, name, text):
        with open(self.path(name), "wb") as f:
            f.write(text if isinstance(text, bytes) else text.encode("utf-8"))
        return self.path(name)

    def start(self):
        log = open(self.path("log"), "ab")
        self.sim = subprocess.Popen([os.path.join(B, "quanzu-modemsim"), "--listen", "127.0.0.1:%d" % self.modem,
                                     "--script", self.path("phones"), "--control", self.path("control")],
                                    stdout=subprocess.PIPE, stderr=log)
        self.sim.stdout.readline()
        self.proc = subprocess.Popen([os.path.join(B, "quanzud"), "-c", self.config], stderr=log)
        log.close()
        self.wait(lambda: self.q("status").code == 0)

    def stop(self):
        for p in (self.proc, self.sim):
            if p and p.poll() is None:
                p.send_signal(signal.SIGTERM)
                p.wait(20)
        if self.sim:
            self.sim.stdout.close()
        self.proc = self.sim = None

    def said(self):
        with open(self.path("log"), encoding="utf-8", errors="replace") as f:
            return f.read()[-3000:]

    def wait(self, true, limit=30):
        end = time.monotonic() + limit
        while not true():
            assert time.monotonic() < end, "waited in vain\n" + self.said()
            time.sleep(0.1)

    def run(self, *args, stdin=b"", env=None):
        """The program with exactly these words."""
        return Result(subprocess.run([os.path.join(B, "quanzu"), *args], input=stdin, stdout=subprocess.PIPE,
                                     stderr=subprocess.PIPE, timeout=120, env=dict(os.environ, **(env or {}))))

    def q(self, *args, stdin=b""):
        return self.run("-c", self.config, *args, stdin=stdin)

    def done(self, *args, stdin=b""):
        r = self.q(*args, stdin=stdin)
        assert r.code == 0, r
        return r

    def items(self, *args):
        return self.done("--json", *args).json["items"]

    def inject(self, number, text):
        with socket.socket(socket.AF_UNIX) as s:
            s.connect(self.path("control"))
            s.sendall(('inject 0 %s "%s"\n' % (number, text)).encode())
            assert json.loads(s.makefile().readline())["ok"]


def http(house, method, path, key=None, body=None):
    """Status and body, without the program under test."""
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(20)
        s.connect(house.path("q.sock"))
        body = b"" if body is None else json.dumps(body).encode()
        head = "%s %s HTTP/1.1\r\nHost: q\r\nConnection: close\r\nContent-Length: %d\r\n" % (method, path, len(body))
        if key:
            head += "Authorization: Bearer %s\r\n" % key
        s.sendall(head.encode() + b"\r\n" + body)
        data = b""
        while True:
            piece = s.recv(65536)
            if not piece:
                break
            data += piece
    head, _, rest = data.partition(b"\r\n\r\n")
    return int(head.split()[1]), rest


def columns(text):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def starts(line):
    """Where the cells of a table's line begin, in columns of a terminal."""
    return [columns(line[:m.start()]) for m in re.finditer(r"(?<!\S)\S", line) if m.start() == 0 or
            line[max(0, m.start() - 2):m.start()] == "  "]


def listener(path, answer):
    """Somebody else on the socket; answers each connection with these bytes."""
    s = socket.socket(socket.AF_UNIX)
    s.bind(path)
    s.listen(4)

    def serve():
        while True:
            try:
                c, _ = s.accept()
            except OSError:
                return
            c.recv(65536)
            c.sendall(answer)
            c.close()

    threading.Thread(target=serve, daemon=True).start()
    return s


# -- without a daemon --------------------------------------------------------------------------------


@test
def no_words_give_the_usage(h):
    r = h.run()
    assert r.code == 64 and "用法" in r.err and "warning" in r.err and r.out == "", r
    r = h.run("--help")
    assert r.code == 0 and "用法" in r.out and r.err == "", r
    assert h.run("--version").out.startswith("quanzu ")


@test
def a_wrong_word_gives_the_nearest(h):
    for words, near in ((["cases"], "case"), (["wraning", "push"], "warning"), (["case", "lst"], "list"),
                        (["inbox", "reslove", "1"], "resolve"), (["case", "list", "--sate", "open"], "--state")):
        r = h.run(*words)
        assert r.code == 64 and "是不是 %s？" % near in r.err and r.out == "", r


@test
def a_missing_word_and_one_too_many_are_named(h):
    r = h.run("case", "note", "7")
    assert r.code == 64 and "还缺：内容" in r.err and "用法" in r.err, r
    r = h.run("case", "reopen", "7", "8")
    assert r.code == 64 and "多写了：8" in r.err, r
    r = h.run("inbox", "resolve", "7")
    assert r.code == 64 and "--as" in r.err and "--ignore" in r.err, r
    r = h.run("key", "add", "平台")
    assert r.code == 64 and "--role" in r.err, r
    r = h.run("message", "send", "--to", "13800138000")
    assert r.code == 64 and "--text" in r.err, r
    r = h.run("case", "list", "--state")
    assert r.code == 64 and "要写一个值" in r.err, r


@test
def every_noun_and_verb_explains_itself(h):
    nouns = re.findall(r"^  ([a-z]+)  ", h.run("--help").out, re.M)
    assert len(nouns) >= 22, nouns
    for noun in nouns:
        r = h.run(noun, "--help")
        assert r.code == 0 and r.out and r.err == "", (noun, r)
        for verb in re.findall(r"^  quanzu %s ([a-z]+)" % noun, r.out, re.M):
            one = h.run(noun, verb, "--help")
            assert one.code == 0 and one.out.startswith("用法: quanzu %s %s" % (noun, verb)), (noun, verb, one)


@test
def no_daemon_is_said_plainly(h):
    r = h.q("status")
    assert r.code == 69 and "quanzud 没有运行" in r.err and "systemctl start quanzud" in r.err and r.out == "", r
    s = socket.socket(socket.AF_UNIX)
    s.bind(h.path("q.sock"))
    s.close()
    r = h.q("case", "list")
    assert r.code == 69 and "没有人接听" in r.err, r
    os.unlink(h.path("q.sock"))


@test
def a_file_in_the_place_of_the_socket(h):
    h.write("q.sock", "no socket")
    r = h.q("status")
    assert r.code == 69 and "不是套接字" in r.err, r
    os.unlink(h.path("q.sock"))


@test
def somebody_else_on_the_socket(h):
    for answer in (b"220 mail ready\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
                   b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\nContent-Length: 4\r\n\r\n<p/>"):
        s = listener(h.path("q.sock"), answer)
        r = h.q("status")
        assert r.code == 69 and "quanzud" in r.err and ("不是" in r.err or "不像" in r.err), (answer, r)
        s.close()
        os.unlink(h.path("q.sock"))
    s = listener(h.path("q.sock"), b"")
    r = h.q("case", "list")
    assert r.code == 75 and "断开" in r.err, r
    s.close()
    os.unlink(h.path("q.sock"))


@test
def a_socket_of_a_stranger_is_not_used(h):
    if os.geteuid() != 0:
        return "only root can give a socket away"
    s = listener(h.path("q.sock"), b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
    os.chown(h.path("q.sock"), 54321, -1)
    r = h.q("status")
    assert r.code == 77 and "不属于 quanzud" in r.err, r
    s.close()
    os.unlink(h.path("q.sock"))
    return None


@test
def config_check_names_file_and_line(h):
    r = h.q("config", "check")
    assert r.code == 0 and "没有问题" in r.out, r
    bad = h.write("bad.conf", 'centre = "示例镇";\narea = "310118110000";\nno_such_key = 1;\n')
    r = h.run("config", "check", bad)
    assert r.code == 78 and "bad.conf:3:" in r.err and "no_such_key" in r.err, r
    r = h.run("-c", bad, "case", "list")
    assert r.code == 78 and "bad.conf:3:" in r.err, r
    r = h.run("-c", h.path("absent.conf"), "case", "list")
    assert r.code == 78 and "absent.conf" in r.err, r


# -- explain --------------------------------------------------------------------------------------------

EXPECT = {"pdu": None, "at": ["expect", "steps", "result"], "replies": ["expect"], "amounts": ["expect"],
          "identity": ["ok", "err", "out", "class", "type", "flags", "birth", "sex", "prec", "lo", "hi", "note_text",
                       "partial"],
          "headers": ["header_rows", "map", "units", "warn", "groups", "first_data_row", "skip_rows", "orientation"]}
PDU_INPUT = {"decode": ["pdu", "tpdu_only"], "encode": ["params"], "join": ["pdus"], "septets": ["packed", "fill_bits"],
             "address": ["smsc_field", "way"], "time": [], "vp": ["octet"],
             "count": ["text", "text_repeat", "encoding", "ref_bits"]}


def vectors(name):
    with open("tests/vectors/%s.jsonl" % name, encoding="utf-8") as f:
        return [json.loads(line) for line in f if line.strip()]


def lines_of(h, kind, lines):
    text = "".join(json.dumps(o, ensure_ascii=False) + "\n" for o in lines)
    r = h.run("explain", kind, "--lines", stdin=text.encode("utf-8"))
    assert r.code == 0 and r.err == "", r
    out = r.out.splitlines()
    assert len(out) == len(lines), (len(out), len(lines))
    assert not any(": " in o.split('"')[0] for o in out)
    return [json.loads(o) for o in out]


def covers(want, have):
    """Everything expected is there; objects may say more."""
    if isinstance(want, dict):
        return isinstance(have, dict) and all(covers(v, have.get(k)) for k, v in want.items())
    if isinstance(want, list):
        return isinstance(have, list) and len(want) == len(have) and all(map(covers, want, have))
    return want == have


def check_lines(h, kind, name, fields, keep=lambda o: True):
    """Each line without its expectation; then every expected field must be there."""
    all_lines = [o for o in vectors(name) if keep(o)]
    asked = [{k: v for k, v in o.items() if k not in fields} for o in all_lines]
    for want, got in zip(all_lines, lines_of(h, kind, asked)):
        assert got.get("id") == want["id"], (want, got)
        for field in fields:
            if field in want:
                assert got.get(field) == want[field], (want["id"], field, want[field], got.get(field))
    return len(all_lines)


@test
def explain_lines_reads_replies_and_amounts(h):
    assert check_lines(h, "reply", "replies", EXPECT["replies"]) > 200
    assert check_lines(h, "amount", "amounts", EXPECT["amounts"]) > 100


@test
def explain_lines_reads_identity_by_the_kind_of_the_line(h):
    for kind, want in (("phone", ("phone", "phones")), ("idcard", ("id", "id_check")), ("date", ("date",)),
                       ("name", ("name",)), ("money", ("amount",)), ("amount", ("amount",))):
        assert check_lines(h, kind, "identity", EXPECT["identity"], lambda o, w=want: o["kind"] in w) > 30
    check_lines(h, "phone", "identity", EXPECT["identity"])


@test
def explain_lines_reads_headers(h):
    fields = EXPECT["headers"]
    lines = vectors("headers")
    got = lines_of(h, "headers", [{k: v for k, v in o.items() if k not in fields} for o in lines])
    for want, have in zip(lines, got):
        for field in fields:
            if field in want:
                assert have.get(field) == want[field], (want["id"], field, have)
    assert len(lines) > 30


@test
def explain_lines_reads_modems(h):
    def without(o):
        o = {k: v for k, v in o.items() if k not in ("expect", "result")}
        if "steps" in o:
            o["steps"] = [s[:2] for s in o["steps"]]
        return o
    lines = vectors("at")
    for want, have in zip(lines, lines_of(h, "at", [without(o) for o in lines])):
        for field in EXPECT["at"]:
            if field in want:
                assert covers(want[field], have.get(field)), (want["id"], field, have.get(field))
    assert len(lines) > 150


@test
def explain_lines_signs(h):
    fields = ["canonical", "string_to_sign", "steps", "expected"]
    lines = vectors("sign")
    for want, have in zip(lines, lines_of(h, "sign", [{k: v for k, v in o.items() if k not in fields} for o in lines])):
        for field in fields:
            if field in want:
                assert covers(want[field], have.get(field)), (want["id"], field, have)
    assert len(lines) > 40


@test
def explain_lines_reads_pdus(h):
    lines = [o for o in vectors("pdu") if o["op"] in ("decode", "encode")]
    asked = [{k: v for k, v in o.items() if k in ["id", "op"] + PDU_INPUT[o["op"]]} for o in lines]
    for want, have in zip(lines, lines_of(h, "pdu", asked)):
        for field in set(want) - {"class", "note", "op"} - set(PDU_INPUT[want["op"]]):
            if want[field] == "nocrash":
                continue
            assert have.get(field) == want[field], (want["id"], field, have)
    assert len(lines) > 100


@test
def explain_lines_answers_each_line_at_once_and_names_bad_ones(h):
    p = subprocess.Popen([os.path.join(B, "quanzu"), "explain", "phone", "--lines"], stdin=subprocess.PIPE,
                         stdout=subprocess.PIPE)
    for line, field in ((b'{"id":"a","kind":"phone","in":"138 0013 8000"}', "out"), (b"{broken", "error"),
                        (b'["no object"]', "error"), (b'{"in":"13800138000"}', "out"), (b'{"id":"b"}', "error")):
        p.stdin.write(line + b"\n")
        p.stdin.flush()
        answer = json.loads(p.stdout.readline())
        assert field in answer, (line, answer)
    p.stdin.close()
    assert p.wait(20) == 0
    p.stdout.close()


@test
def explain_shows_one_thing_to_people(h):
    cases = (
        (["phone", "138 0013 8000"], 0, ["13800138000", "手机"]),
        (["phone", "138", "0013", "8000"], 0, ["13800138000"]),
        (["phone", "138****8000"], 1, ["不能用", "星号"]),
        (["idcard", "11010519491231002X"], 0, ["1949-12-31", "女", "居民身份证"]),
        (["name", "张三（户主）"], 0, ["张三", "户主"]),
        (["date", "2026年11月21日 8点半"], 0, ["2026-11-21T08:30"]),
        (["amount", "三万五"], 0, ["35000元", "确切"]),
        (["money", "3.5", "--unit", "万元"], 0, ["35000元"]),
        (["reply", "--task", "17:offered", "171"], 0, ["17号任务：接单", "马上照办", "回执"]),
        (["reply", "--task", "17:accepted", "174 3万5"], 0, ["17号任务：已转账", "35000元"]),
        (["at", "--cmd", "AT+CSQ", "+CSQ: 17,99", "OK"], 0, ["应答", "+CSQ", "rssi=17", "结果"]),
        (["pdu", "0891683108000005F0040D91683108108300F10008623090415280231A0031003753F75DF289C19762529D4F4FFF0C672A8F6"
                 "C8D263002"], 0, ["收到的短信", "+8613800138001", "17号已见面劝住，未转账。"]),
        (["pdu", "zz"], 1, ["不能用"]),
        (["pdu", "--to", "13800138000", "--text", "请回171接单"], 0, ["PDU", "8BF756DE00310037003163A55355"]),
    )
    for words, code, said in cases:
        r = h.run("explain", *words)
        assert r.code == code and all(s in r.out for s in said), (words, r)
    r = h.run("--json", "explain", "phone", "138 0013 8000")
    assert r.json["out"] == "13800138000", r
    r = h.run("explain", "sign", "expr=upper(md5(account + key))", "account=demo", "key=demoKey1")
    assert r.code == 0 and "demodemoKey1" in r.out and "0E299A8B2267CFFE485E757067CE4F9C" in r.out, r
    r = h.run("explain", "sign", "HTTP-Basic", "account_sid=AC1", "auth_token=12345")
    assert r.code == 0 and "Basic QUMxOjEyMzQ1" in r.out, r
    r = h.run("explain", "sign", "RPC-HMAC-SHA1", "method=POST", "access_key_secret=s", "params.Action=SendSms")
    assert r.code == 0 and "POST&%2F&Action%3DSendSms" in r.out, r
    r = h.run("explain", "sign", "HTTP-Basic", "account_sid=AC1")
    assert r.code == 1 and "auth_token" in r.out, r


@test
def explain_headers_reads_a_file(h):
    csv = h.write("r.csv", "示例镇名单\n姓名,联系电话,损失（万元）,星座\n张三,13800138000,3,白羊\n".encode("gb18030"))
    r = h.run("explain", "headers", csv)
    assert r.code == 0 and "表头在第2行" in r.out and "phone" in r.out and "万元" in r.out, r
    assert re.search(r"D\s+星座\s+不认识", r.out), r
    r = h.run("explain", "headers", workbook(h, "r.xlsx", [["队伍", "姓名", "手机号"], ["一队", "张三", "13800138000"]]),
              "--kind", "member")
    assert r.code == 0 and "team" in r.out and "phone" in r.out, r
    r = h.run("explain", "headers", h.path("absent.csv"))
    assert r.code == 66 and "absent.csv" in r.err, r


# -- with the daemon --------------------------------------------------------------------------------------


def workbook(h, name, rows):
    """A small .xlsx with inline strings."""
    cells = "".join("<row r='%d'>%s</row>" % (i + 1, "".join(
        "<c r='%s%d' t='inlineStr'><is><t>%s</t></is></c>" % (chr(65 + k), i + 1, v) for k, v in enumerate(row)))
        for i, row in enumerate(rows))
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    pack = "http://schemas.openxmlformats.org/package/2006/"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml."
    with zipfile.ZipFile(h.path(name), "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("[Content_Types].xml", "<Types xmlns='%scontent-types'><Default Extension='rels' ContentType='appli"
                   "cation/vnd.openxmlformats-package.relationships+xml'/><Default Extension='xml' ContentType='applic"
                   "ation/xml'/><Override PartName='/xl/workbook.xml' ContentType='%ssheet.main+xml'/><Override PartNa"
                   "me='/xl/worksheets/sheet1.xml' ContentType='%sworksheet+xml'/></Types>" % (pack, kind, kind))
        z.writestr("_rels/.rels", "<Relationships xmlns='%srelationships'><Relationship Id='r1' Type='%s/officeDocument"
                   "' Target='xl/workbook.xml'/></Relationships>" % (pack, rel))
        z.writestr("xl/workbook.xml", "<workbook xmlns='%s' xmlns:r='%s'><sheets><sheet name='S' sheetId='1' r:id='r1'"
                   "/></sheets></workbook>" % (main, rel))
        z.writestr("xl/_rels/workbook.xml.rels", "<Relationships xmlns='%srelationships'><Relationship Id='r1' Type='%s"
                   "/worksheet' Target='worksheets/sheet1.xml'/></Relationships>" % (pack, rel))
        z.writestr("xl/worksheets/sheet1.xml", "<worksheet xmlns='%s'><sheetData>%s</sheetData></worksheet>"
                   % (main, cells))
    return h.path(name)


def warning(no, name="王小明", phone="13900139001", **more):
    return dict({"source": "省厅", "warn_no": no, "level": "高", "name": name, "phones": [phone],
                 "fraud_type": "冒充客服", "address": "示例村6组12号"}, **more)


@test
def status_tells_how_it_runs(h):
    h.start()
    h.wait(lambda: "sim1  短信猫  是  正常" in h.q("status").out)
    r = h.done("status")
    assert "可以接收预警" in r.out and "办理中的案件：0" in r.out, r
    assert h.done("status", "--json").json["status"] == "ready"
    r = h.run("--socket", h.path("q.sock"), "channel", "list")
    assert r.code == 0 and "sim1" in r.out, r


@test
def lists_of_people_come_in(h):
    r = h.done("area", "import", h.write("areas.csv", AREAS))
    assert "新增3，修改0，没有变化0，没有收0" in r.out, r
    r = h.done("member", "import", h.write("members.csv", MEMBERS.encode("gb18030")), "--dry-run")
    assert "什么都没有改" in r.out and "新增4" in r.out and r.out.count("行 将新增") == 4, r
    assert h.items("member", "list") == []
    h.done("member", "import", h.path("members.csv"))
    r = h.done("member", "import", h.path("members.csv"))
    assert "没有变化4" in r.out, r
    assert len(h.items("member", "list")) == 4
    r = h.q("resident", "import", h.write("residents.csv", RESIDENTS))
    assert r.code == 1 and "第4行 没有收" in r.out and "姓名" in r.out and "新增2" in r.out, r
    r = h.done("team", "import", workbook(h, "teams.xlsx", [["队伍名称", "村居"], ["二线组", "白鹤镇"]]))
    assert "新增1" in r.out, r
    r = h.q("resident", "import", h.path("absent.csv"))
    assert r.code == 66 and "absent.csv" in r.err, r


@test
def lists_go_out_as_they_come_in(h):
    """Masked by default; plain with a reason, written down, and the import finds nothing to change."""
    for noun, ending in (("resident", "csv"), ("member", "xlsx"), ("area", "csv")):
        masked, plain = h.path("masked." + ending), h.path("plain." + ending)
        nouns = noun + "s"
        h.done("export", nouns, masked)
        h.done("export", nouns, plain, "--reveal", "季度核对")
        r = h.done(noun, "import", plain)
        assert "新增0" in r.out and "修改0" in r.out and "没有收0" in r.out, r
        if noun != "area":  # people without a name must not come of it
            r = h.q(noun, "import", masked)
            assert r.code == 1 and "新增0" in r.out and "修改0" in r.out and "星号" in r.out, r
    with open(h.path("masked.csv"), "rb") as f:
        assert b"13900139" not in f.read()
    assert len([i for i in h.items("audit", "reveals") if i["reason"] == "季度核对"]) == 3
    r = h.q("export", "residents", h.path("x.csv"), "--reveal", "")
    assert r.code != 0, r


@test
def a_file_that_is_too_large_says_what_to_do(h):
    """The local socket takes 96 MiB, a whole county's list; what is larger still is told."""
    with open(h.path("huge.csv"), "w", encoding="utf-8") as f:
        f.write("姓名,手机号,住址,村居\n")
        f.write("王小明,13900139001,示例村6组12号,示例村\n" * 1000)
        f.truncate(97 << 20)
    r = h.q("resident", "import", h.path("huge.csv"))
    assert r.code == 1 and "http.body_max" in r.err and "投件" not in r.err, r
    r = h.q("warning", "push", h.path("huge.csv"))
    assert r.code == 1 and "http.body_max" in r.err and "投件文件夹" in r.err, r


@test
def single_people_are_added_and_changed(h):
    r = h.done("resident", "add", "姓名=李大姐", "手机号=13900139009，13900139010", "村居=示例村",
               "家属=李小二:13900139011:儿子", "标签=独居、老人", "风险=高危")
    assert "已保存" in r.out and "139****9009、139****9010" in r.out and "独居、老人" in r.out and "高危" in r.out, r
    one = h.items("resident", "list", "13900139009")[0]
    assert one["risk"] == "HIGH" and one["tags"] == ["独居", "老人"] and len(one["phones"]) == 2, one
    assert one["family"][0]["relation"] == "儿子", one
    r = h.done("resident", "set", str(one["id"]), "状态=搬离")
    assert "已修改" in r.out and "已搬离" in r.out, r
    r = h.done("member", "set", "13800138001", "保密承诺=2026-01-05", "任务上限=9")
    assert "2026-01-05" in r.out and "保密承诺" in r.out, r
    r = h.done("duty", "add", "队伍=示例村劝导队", "手机号=13800138001", "星期=1,2,3,4,5,6,7", "起=00:00", "止=24:00")
    assert "一二三四五六日" in r.out, r
    r = h.done("duty", "list")
    assert "一二三四五六日" in r.out and "24:00" in r.out, r
    h.done("duty", "add", "队伍=示例村劝导队", "手机号=13800138001", "日期=2026-12-25", "不值班=是")
    off = [d for d in h.items("duty", "list") if d["day"] == "2026-12-25"]
    assert len(off) == 1, off
    assert "已删去" in h.done("duty", "delete", str(off[0]["id"])).out
    assert [d for d in h.items("duty", "list") if d["day"]] == []
    r = h.q("duty", "delete", str(off[0]["id"]))
    assert r.code == 1 and "没有" in r.err, r
    r = h.done("area", "set", "310118110203", "人口=3200")
    assert "3200" in r.out, r
    r = h.q("resident", "add", "姓名=李四", "外号=阿四")
    assert r.code == 64 and "外号" in r.err and "手机号" in r.err, r
    r = h.q("resident", "add", "姓名", "x=1")
    assert r.code == 64 and "字段=值" in r.err, r
    r = h.q("area", "set", "310118110203", "人口=很多")
    assert r.code == 1 and r.err, r


@test
def a_warning_becomes_a_case(h):
    r = h.done("warning", "push", h.write("w.json", json.dumps(warning("W1"), ensure_ascii=False)))
    assert "已受理" in r.out and "高危" in r.out and "按本人电话匹配到在册人员" in r.out and "已派1个任务" in r.out, r
    no = re.search(r"案件 (\d{8}-0001)", r.out).group(1)
    r = h.done("warning", "push", h.path("w.json"))
    assert "没有重复受理" in r.out, r
    r = h.done("--json", "warning", "push", "-", stdin=json.dumps(warning("W1")).encode())
    assert r.json["duplicate"] is True, r
    case = h.items("case", "list", "--state", "open")
    assert len(case) == 1 and case[0]["no"] == no, case
    for name in ("1", "0001", no, no[:8] + "-1", str(case[0]["id"])):
        assert h.done("--json", "case", "show", name).json["no"] == no, name
    for _ in range(20):  # the SMS is on its way: the case may change between the two looks
        shown = h.done("--json", "case", "show", no).raw.rstrip()
        if shown == http(h, "GET", "/v1/cases/" + no)[1].rstrip():
            return
        time.sleep(0.2)
    raise AssertionError("--json is not what the API returns")


@test
def rows_are_told_one_by_one(h):
    rows = [warning("A1", "王小红", "13900139003"), warning("A2", "外地人", "13900139555", level="怪"),
            warning("A3", "李四", "123"), "no object"]
    for name, text in (("a.json", json.dumps(rows)), ("a.ndjson", "\n".join(json.dumps(o) for o in rows))):
        r = h.q("warning", "push", h.write(name, text))
        assert r.code == 1, r
        out = [o for o in r.out.splitlines() if o.startswith("第")]
        assert [o.split(" ")[0] for o in out] == ["第1行", "第2行", "第3行", "第4行"], r
        assert "    没有收这一项：「phones」123：号码位数不够" in r.out, r
        assert "没有收" in out[3] and "JSON" in out[3], r
        assert "不在册" in out[1] or "早已收过" in out[1], r
    assert "共4条：受理0，重复3，没有收1。" in r.out, r
    csv = "预警编号,姓名,联系电话,预警等级,住址\nC1,王小红,13900139003,高,桥头村\nC2,,,,\n"
    for name, body in (("c.csv", csv.encode("gb18030")), ("c.xlsx", None)):
        path = h.write(name, body) if body else workbook(h, name, [o.split(",") for o in csv.splitlines()])
        r = h.q("warning", "push", path)
        assert r.code == 1 and "第2行" in r.out and "第3行 没有收" in r.out, r
    assert "早已收过" in r.out, r
    r = h.q("warning", "push", h.write("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)))
    assert r.code == 1 and "xlsx" in r.err, r
    r = h.q("warning", "push", h.write("empty", ""))
    assert r.code == 66 and "空" in r.err, r


@test
def a_long_array_goes_as_lines(h):
    rows = [warning("L%d" % i, "王小红", "13900139003", remark="很长的说明" * 60) for i in range(600)]
    text = json.dumps(rows, ensure_ascii=False)
    assert len(text.encode()) > 256 << 10
    r = h.done("warning", "push", h.write("long.json", "\ufeff" + text))
    assert "共600条：受理600，重复0，没有收0" in r.out and "第600行" in r.out, r


@test
def the_volunteer_accepts_and_the_story_tells_it(h):
    h.wait(lambda: "接单（赵*）" in h.done("case", "show", "1").out)
    r = h.done("case", "show", "1")
    for said in ("办理中", "高危", "当事人：王*", "示例村6组", "派单给赵*", "短信已发往138****8001", "138****8001回复",
                 "已接单", "冒充电商物流客服", "省"):
        assert said in r.out, (said, r)
    assert "王小明" not in r.out and "13900139001" not in r.out and "13800138001" not in r.out, r
    r = h.done("case", "show", "1", "--reveal", "上门核对")
    assert "王小明" in r.out and "13900139001" in r.out, r
    assert "上门核对" in h.done("audit", "reveals").out


@test
def cases_are_noted_raised_ended_and_reopened(h):
    assert "已记下" in h.done("case", "note", "1", "已电话联系家属").out
    h.done("case", "level", "1", "紧急高危")
    assert "已电话联系家属" in h.done("case", "show", "1").out
    assert h.done("--json", "case", "show", "1").json["level"] == "CRITICAL"
    r = h.q("case", "level", "1", "最高")
    assert r.code == 1 and "等级" in r.err, r
    task = [t for t in h.items("task", "list", "--state", "accepted") if t["no"].endswith("-0001")][0]
    r = h.done("task", "outcome", str(task["id"]), "见面劝住", "--saved", "3.5万", "--note", "当面劝住")
    assert "已登记结果" in r.out, r
    r = h.done("outcome", "list", "1")
    assert "见面劝住" in r.out and "35000元" in r.out and "备注" in r.out, r
    h.done("task", "confirm", str(task["id"]))
    assert h.done("--json", "task", "show", str(task["id"])).json["state"] == "confirmed"
    r = h.done("followup", "list")
    assert "24小时" in r.out and "王*" in r.out, r
    first = h.items("followup", "list", "--state", "due")[0]
    assert "已完成回访" in h.done("followup", "done", str(first["id"])).out
    assert h.q("followup", "done", str(first["id"])).code == 1
    assert "已重开" in h.done("case", "reopen", "1").out
    r = h.q("case", "reopen", "1")
    assert r.code == 1 and "开着" in r.err, r
    assert "已结案" in h.done("case", "close", "1", "演示完毕").out
    r = h.q("--json", "case", "close", "1", "再结")
    assert r.code == 1 and r.json["status"] == 409 and r.json["code"] == "conflict", r
    r = h.q("case", "close", "99999", "没有")
    assert r.code == 1 and "没有找到案件" in r.err, r
    r = h.q("case", "show", "1234567890123456")
    assert r.code == 1 and "没有这条记录" in r.err, r


@test
def tasks_are_accepted_declined_and_handed_on(h):
    h.done("warning", "push", "-", stdin=json.dumps(warning("T1", "陌生人", "13900139777", address="桥头村3组")).encode())
    task = [t for t in h.items("task", "list", "--state", "offered") if t["kind"] == "dissuade"][0]
    r = h.done("task", "reassign", str(task["id"]), "13800138002")
    assert "已改派" in r.out, r
    new = [t for t in h.items("task", "list", "--state", "offered") if t["case"] == task["case"]][0]
    assert new["member"] != task["member"] and new["id"] != task["id"], new
    assert "已接单" in h.done("task", "accept", str(new["id"])).out
    assert h.q("task", "accept", str(task["id"])).code == 1
    assert "不能去" in h.done("task", "decline", str(new["id"])).out
    r = h.q("task", "reassign", str(new["id"]), "13700137999")
    assert r.code == 1 and "没有找到" in r.err, r
    r = h.q("task", "accept", "999")
    assert r.code == 1 and "没有找到任务 999" in r.err, r


@test
def money_gone_becomes_a_handover(h):
    h.done("warning", "push", "-", stdin=json.dumps(warning("H1", "孙某某甲", "13900139888", address="示例村1组")).encode())
    case = h.items("case", "list", "--state", "open")[0]
    h.done("case", "outcome", case["no"], "预警后转账", "--lost", "2万")
    items = h.items("handover", "list")
    assert len(items) == 1 and items[0]["no"] == case["no"], items
    r = h.done("handover", "list")
    assert "20000元" in r.out, r
    one = str(items[0]["id"])
    assert "已签收" in h.done("handover", "ack", one).out
    assert "已办结" in h.done("handover", "close", one).out
    assert h.q("handover", "ack", one).code == 1
    assert "已办结" in h.done("handover", "show", one).out


@test
def rewards_and_proposed_people(h):
    proposed = h.items("proposed", "list", "--state", "new")
    assert len(proposed) >= 2, proposed
    r = h.done("proposed", "add", str(proposed[0]["id"]))
    assert "已入册，编号" in r.out, r
    assert "已忽略" in h.done("proposed", "ignore", str(proposed[1]["id"])).out
    states = {p["id"]: p["state"] for p in h.items("proposed", "list")}
    assert states[proposed[0]["id"]] == "added" and states[proposed[1]["id"]] == "ignored", states
    r = h.q("reward", "list")
    assert r.code == 0, r
    r = h.q("reward", "reject", "1234567890123456", "重复")
    assert r.code == 1 and "没有这个奖励" in r.err, r


@test
def what_waits_for_a_person_stands_first(h):
    h.inject("13800138002", "你们那个事情到底怎么说的呀")
    def waiting():
        return [i for i in h.items("inbox", "list", "--open", "1") if i["phone"] == "138****8002"]
    h.wait(waiting)
    r = h.done("inbox", "list")
    assert r.out.index("等人处理") < r.out.index("其他来信") and "138****8002" in r.out, r
    assert "怎么说的" in r.out.split("其他来信")[0], r
    one = str(waiting()[0]["id"])
    r = h.q("inbox", "resolve", one, "--as", "看不懂的话啊")
    assert r.code == 1 and r.err, r
    assert "已处理" in h.done("inbox", "resolve", one, "--ignore", "--note", "闲聊").out
    assert waiting() == []
    assert h.q("inbox", "resolve", one, "--ignore").code == 1


@test
def messages_are_sent(h):
    r = h.done("message", "send", "--to", "13800138009", "--text", "明天开会")
    one = re.search(r"编号 (\d+)", r.out).group(1)
    h.wait(lambda: h.done("--json", "message", "show", one).json["state"] == "delivered")
    r = h.done("message", "show", one)
    assert "明天开会" in r.out and "138****8009" in r.out and "已送达" in r.out, r
    path = h.write("m.txt", "13800138001\t您好\r\n\n123\t坏号码\n13800138002 没有制表符\n13800138003\t最后一行")
    r = h.q("message", "send", "--file", path)
    assert r.code == 1 and "共4条：已排队2，没有发2" in r.out, r
    assert "第1行 138****8001 已排队" in r.out and "第5行 138****8003" in r.out, r
    assert "第4行" in r.err and "TAB" in r.err and "第3行" in r.err, r
    r = h.q("--json", "message", "send", "--file", h.write("m2.txt", "13800138001\ta\n13800138002\tb\n"))
    assert r.code == 0 and len([json.loads(o)["id"] for o in r.out.splitlines()]) == 2, r
    r = h.q("message", "send", "--to", "021-55550000", "--text", "x")
    assert r.code == 1 and "不能收短信" in r.err, r


@test
def a_key_is_shown_once_and_alone(h):
    r = h.done("key", "add", "平台甲", "--role", "police")
    assert re.fullmatch(r"qz_[A-Za-z0-9_-]{43}\n", r.out) and "只显示这一次" in r.err, r
    key = r.out.strip()
    assert http(h, "GET", "/v1/cases", key)[0] == 200
    assert http(h, "GET", "/v1/keys", key)[0] == 403
    assert key not in h.done("key", "list").out and "派出所" in h.done("key", "list").out
    r = h.q("key", "add", "平台甲", "--role", "police")
    assert r.code == 1 and "已有密钥" in r.err and r.out == "", r
    r = h.q("key", "add", "平台乙", "--role", "boss")
    assert r.code == 1 and "没有这个角色" in r.err, r
    village = h.done("key", "add", "示例村", "--role", "village", "--area", "310118110203").out.strip()
    assert http(h, "GET", "/v1/residents", village)[0] == 200
    assert "已吊销" in h.done("key", "revoke", "平台甲").out
    assert http(h, "GET", "/v1/cases", key)[0] == 401
    assert h.q("key", "revoke", "没有这把").code == 1


@test
def the_office_backs_up_verifies_and_exports(h):
    backup = h.path("b.db")
    r = h.done("backup", backup)
    assert "已备份到 " + backup in r.out and os.path.getsize(backup) > 4096, r
    with open(backup, "rb") as f:
        assert f.read(15) == b"SQLite format 3"
    r = h.q("backup", backup)
    assert r.code == 1 and "已经有这个文件" in r.err, r
    r = h.done("audit", "verify")
    assert "审计链完整" in r.out, r
    assert "key.created" in h.done("audit", "list", "--all").out
    r = h.done("export", "cases", h.path("cases.csv"))
    with open(h.path("cases.csv"), encoding="utf-8-sig") as f:
        lines = f.read().splitlines()
    assert lines[0].startswith("编号,案件编号") and len(lines) == len(h.items("case", "list", "--all")) + 1, lines[:2]
    h.done("export", "messages", h.path("m.xlsx"))
    assert zipfile.is_zipfile(h.path("m.xlsx"))
    h.done("export", "messages", h.path("m.xlsx"), "--state", "delivered")
    r = h.done("export", "rewards", "-")
    assert r.out.lstrip("\ufeff").startswith("编号,"), r
    r = h.q("export", "cases", h.path("cases.txt"))
    assert r.code == 64 and ".xlsx" in r.err, r
    r = h.q("export", "cases", h.path("none/cases.csv"))
    assert r.code == 74 and "写不了" in r.err, r
    assert not glob.glob(h.path("*.csv.*"))


@test
def alarms_and_clock(h):
    alarms = h.items("alarm", "list", "--open", "1")
    assert alarms, "the person off the list has raised one"
    assert "已解除" in h.done("alarm", "clear", str(alarms[0]["id"])).out
    assert len(h.items("alarm", "list", "--open", "1")) == len(alarms) - 1
    r = h.done("alarm", "list")
    assert "未解除：" in r.out and "已解除：" in r.out, r
    assert "已确认时间" in h.done("clock", "confirm").out


@test
def lists_page_filter_and_stay_plain(h):
    assert len(h.items("warning", "list", "--all")) > 600
    r = h.done("warning", "list", "--limit", "3")
    assert len(r.out.splitlines()) == 4 and "--all" in r.err and "--after" in r.err, r
    after = re.search(r"--after (\S+)", r.err).group(1)
    more = h.items("warning", "list", "--limit", "3", "--after", after)
    assert len(more) == 3 and str(more[0]["id"]) not in r.out, more
    r = h.q("warning", "list", "--limit", "9999")
    assert r.code == 1 and "limit" in r.err, r
    r = h.q("warning", "list", "--since", "昨天")
    assert r.code == 1 and "since" in r.err, r
    r = h.done("case", "list", "--state", "closed", "--level", "LOW")
    assert r.out == "" and "没有记录" in r.err, r
    a = h.run("-c", h.config, "task", "list", env={"LC_ALL": "C", "TERM": "dumb"})
    b = h.run("-c", h.config, "task", "list", env={"LC_ALL": "C.UTF-8", "TERM": "xterm", "COLUMNS": "40"})
    assert a.raw == b.raw and b"\x1b" not in a.raw, (a, b)


@test
def columns_stand_below_each_other(h):
    for words in (["member", "list"], ["case", "list", "--limit", "20"], ["area", "list"], ["message", "list"]):
        lines = h.done(*words).out.splitlines()
        heads = starts(lines[0])
        assert len(heads) > 4 and len(lines) > 2, (words, lines[:3])
        for line in lines[1:]:
            assert starts(line)[0] == 0 and set(starts(line)) <= set(heads), (words, lines[0], line)
            assert line == line.rstrip(), line


@test
def bytes_that_are_no_text_are_refused(h):
    p = subprocess.run([os.path.join(B, "quanzu"), "-c", h.config, "case", "note", "1", b"\xc4\xe3\xba\xc3"],
                       stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert p.returncode == 64 and "UTF-8" in p.stderr.decode(), p


@test
def a_daemon_that_has_gone_is_told_in_the_middle(h):
    h.stop()
    r = h.q("message", "send", "--file", h.write("m3.txt", "13800138001\ta\n13800138002\tb\n"))
    assert r.code == 69 and r.err.count("没有运行") == 1, r


def main():
    house, failed = House(), 0
    print("1..%d" % len(TESTS))
    for n, f in enumerate(TESTS, 1):
        name = f.__name__.replace("_", " ")
        try:
            skip = f(house)
            print("ok %d - %s%s" % (n, name, " # SKIP " + skip if skip else ""), flush=True)
        except Exception:  # pylint: disable=broad-except
            failed += 1
            print("not ok %d - %s" % (n, name))
            print("".join("# %s\n" % line for line in traceback.format_exc().splitlines()), flush=True)
    house.stop()
    shutil.rmtree(house.dir)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
