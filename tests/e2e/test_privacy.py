#!/usr/bin/env python3
"""Canaries: a hundred made-up people go the whole road; afterwards nobody may find them where they do not belong.

Every name, number, door and text has a stem that nothing else in the world has. The database, its
journal, the backup, the log, the temporary folder, every masked answer, every error, the metrics and what
the command line prints are searched for the stems: plain, in UTF-16 and GB18030, in hexadecimal, in base64
at each alignment, and as the semi-octets of an SMS. Where they belong (the SMS itself, an answer to who has
a right and a reason, the sender's own files) they are.
"""
import base64
import csv
import io
import json
import os
import re
import sqlite3
import subprocess
import sys
import urllib.parse
import zipfile

from openpyxl import Workbook

from harness import BUILD, House, run, test, wait

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PEOPLE, VILLAGES = 100, 10
STEMS = {"name": "鼂㝊㛃", "phone": "13913579", "family": "13713579", "member": "13613579", "suspect": "17013579",
         "account": "62284813579", "id": "3101181957110", "door": "䴙䴘巷", "text": "㓱㗲㛳"}
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
house = None
answers = []  # (what was asked, bytes) of everything that must be masked
said = []     # the same of the command line


# -- the canaries ------------------------------------------------------------------------------------------------


def person(n):
    unique = chr(0x3500 + n)  # rare characters that every name may have
    body = STEMS["id"] + "%d%03d" % (1 + n % 9, n)
    assert len(body) == 17
    return {"name": STEMS["name"] + unique, "id": body + "10X98765432"[sum(int(c) * w for c, w in zip(body, WEIGHTS)) % 11],
            "phone": STEMS["phone"] + "%03d" % n, "family": STEMS["family"] + "%03d" % n, "suspect": STEMS["suspect"] + "%03d" % n,
            "account": STEMS["account"] + "%08d" % n, "village": "第%d村" % (n % VILLAGES + 1),
            "address": "第%d村7组%s%04d号" % (n % VILLAGES + 1, STEMS["door"], n), "text": STEMS["text"] + "%04d" % n}


def area(v):
    return "310118110%03d" % (200 + v)


# -- the search ----------------------------------------------------------------------------------------------------


def in_base64(data):
    """What of these bytes stands in base64 whatever stands before and behind them, for each alignment."""
    out = []
    for skip in range(3):
        coded = base64.b64encode(b"\0" * skip + data)
        first = (skip * 8 + 5) // 6
        out.append(coded[first:(skip + len(data)) * 8 // 6])
    return out


def semi_octets(digits):
    return bytes(int(digits[i + 1] + digits[i], 16) for i in range(0, len(digits) - 1, 2))


def forms(stem):
    """name of the encoding -> bytes."""
    out = {"utf-8": stem.encode(), "utf-16-le": stem.encode("utf-16-le"), "utf-16-be": stem.encode("utf-16-be"),
           "gb18030": stem.encode("gb18030"), "json": json.dumps(stem)[1:-1].encode(), "url": urllib.parse.quote(stem).encode()}
    if stem.isdigit() and len(stem) > 12:
        out["semi-octets"], out["semi-octets, one later"] = semi_octets(stem), semi_octets(stem[1:])
    for name in list(out):
        out["hex of " + name], out["HEX of " + name] = out[name].hex().encode(), out[name].hex().upper().encode()
    for name in ("utf-8", "utf-16-be", "utf-16-le"):
        for i, coded in enumerate(in_base64(out[name])):
            out["base64+%d of %s" % (i, name)] = coded
    return out


FORMS = [(kind, name, data) for kind, stem in STEMS.items() for name, data in forms(stem).items()]
# A phone number as a PDU has it: six bytes. Its stem alone is so short that it could stand in random bytes by chance.
NUMBERS = [(kind, name, coded(semi_octets(stem)), [coded(semi_octets(stem + "%03dF" % n)) for n in range(PEOPLE)])
           for kind, stem in STEMS.items() if kind in ("phone", "family", "member", "suspect")
           for name, coded in (("semi-octets", bytes), ("hex of semi-octets", lambda b: b.hex().encode()),
                               ("HEX of semi-octets", lambda b: b.hex().upper().encode()))]


def hits(data):
    """[(kind, encoding, what stands around it)]"""
    out = [(kind, name, data[max(0, at - 60):at + 60]) for kind, name, needle in FORMS for at in [data.find(needle)] if at >= 0]
    return out + [(kind, name, b"") for kind, name, stem, whole in NUMBERS if stem in data and any(w in data for w in whole)]


# There the texts of SMS and notes are for reading, with whoever is named in them masked: the words, and
# the lane without its door.
PROSE = re.compile("/v1/(reveals|rewards|messages|inbox|cases|exports/(messages|cases|rewards))|(messages|cases|rewards).xlsx|(case (show|list)|message list|inbox list|reward list)")
DOOR = re.compile("(%s)[0-9]" % STEMS["door"])


def clean(where, data, prose=False):
    found = hits(data)
    if prose:
        found = [h for h in found if h[0] not in ("text", "door")]
        found += DOOR.findall(data.decode("utf-8", "replace"))
    assert not found, "%s: %d hits, %s" % (where, len(found), found[:3])


def read(path):
    with open(path, "rb") as f:
        return f.read()


# -- the road ----------------------------------------------------------------------------------------------------------


def ask(method, path, body=None, headers=None, role="police"):
    a = house.ask(method, path, body, headers, role=role)
    answers.append(("%s %s as %s" % (method, path[:60], role), a.raw + str(a.headers).encode()))
    return a


def cli(*words):
    r = subprocess.run([os.path.join(BUILD, "quanzu"), "-c", house.config, *words], capture_output=True, timeout=30, check=False)
    said.append((" ".join(words)[:60], r.stdout + r.stderr))
    return r


def sheet(rows):
    wb = Workbook()
    for r in rows:
        wb.active.append(r)
    for column in "BCDEFGH":
        for cell in wb.active[column]:
            cell.number_format = "@"
    out = io.BytesIO()
    wb.save(out)
    return out.getvalue()


def table(rows, encoding="utf-8"):
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode(encoding)


DROPPED = person(93)["name"] + person(93)["phone"] + "的预警.xlsx"  # what people call their files
HEAD = ["预警编号", "风险等级", "诈骗类型", "受害人姓名", "身份证号码", "手机号码", "现住址", "涉案号码", "收款账户", "备注", "家属姓名", "家属电话", "没见过的列"]


def row(n, **more):
    p = person(n)
    cells = {"预警编号": "P%d" % n, "风险等级": "高危", "诈骗类型": "冒充客服", "受害人姓名": p["name"], "身份证号码": p["id"], "手机号码": p["phone"],
             "现住址": p["address"], "涉案号码": p["suspect"], "收款账户": p["account"], "备注": p["text"], "家属姓名": p["name"],
             "家属电话": p["family"], "没见过的列": p["text"] + p["phone"]}
    cells.update(more)
    return [cells[h] for h in HEAD]


def phones():
    """The volunteers take what they get, and say more than they need."""
    talk = "{code}3 已拦下，电话{1}，住{2}，%s" % STEMS["text"]
    return "".join("phone %s%03d\n  answer after 50ms \"{code}1\"\n  when /电话([0-9]+),([^。]+)。/ answer after 50ms \"%s\"\n  repeat\n" % (
        STEMS["member"], v, talk) for v in range(1, VILLAGES + 1)) + "phone 1*\n  silence\n"


def settle():
    areas = [["代码", "名称", "类型", "上级"], ["310118110000", "示例镇", "镇", ""]] + [[area(v), "第%d村" % v, "村", "310118110000"] for v in range(1, VILLAGES + 1)]
    assert ask("POST", "/v1/areas", table(areas), {"Content-Type": "text/csv"}, "manager").json["rejected"] == 0
    members = [["队伍", "姓名", "手机号", "职务", "村居"]] + [["第%d村劝导队" % v, STEMS["name"] + chr(0x3600 + v), STEMS["member"] + "%03d" % v, "队员", area(v)]
                                                        for v in range(1, VILLAGES + 1)]
    path = os.path.join(house.dir, "队员.xlsx")
    with open(path, "wb") as f:
        f.write(sheet(members))
    r = cli("member", "import", path)
    assert r.returncode == 0, r
    rows = [["姓名", "身份证号", "手机号", "家属姓名", "家属电话", "村居", "现住址", "备注"]]
    rows += [[p["name"], p["id"], p["phone"], p["name"], p["family"], p["village"], p["address"], p["text"]] for p in map(person, range(PEOPLE))]
    rows += [[person(1)["name"] + "12", person(1)["id"][:-1], person(1)["phone"][:-1], "", "", "第1村", "", ""],
             ["", person(2)["id"], person(2)["phone"], "", "", "火星村", person(2)["address"], ""]]
    a = ask("POST", "/v1/residents", sheet(rows), {"Content-Type": XLSX}, "manager")
    assert a.status == 200 and a.json["created"] >= PEOPLE, a.raw[:500]


@test
def the_search_finds_what_it_is_for():
    p = person(7)
    for kind, full in (("name", p["name"]), ("phone", p["phone"]), ("id", p["id"]), ("door", p["address"]), ("text", p["text"]),
                       ("family", p["family"]), ("suspect", p["suspect"]), ("account", p["account"])):
        plain = full.encode()
        kinds = [plain, full.encode("utf-16-be"), full.encode("utf-16-le"), full.encode("gb18030"), plain.hex().encode(), plain.hex().upper().encode(),
                 json.dumps(full).encode()]
        kinds += [base64.b64encode(b"x" * i + plain + b"tail") for i in range(3)]
        kinds += [base64.b64encode(b"x" * i + full.encode("utf-16-be")) for i in range(3)]
        if full.isdigit() and len(full) == 11:
            kinds += [semi_octets("86" + full + "F"), semi_octets(full + "F"), semi_octets("86" + full + "F").hex().upper().encode()]
        if kind == "id":
            kinds += [semi_octets(full), semi_octets("0" + full)]
        for data in kinds:
            assert [h for h in hits(b"\x00abc" + data + b"\x00") if h[0] == kind], (kind, data)
    clean("noise", os.urandom(1 << 20) + "鼂* 139****9007 310***********0079 第8村7组** 㓱".encode())


@test
def a_hundred_people_go_the_whole_road():
    settle()
    ids = {}
    for n in range(0, 20):  # as objects; some of them wrong
        p = person(n)
        a = ask("POST", "/v1/warnings", {"source": "省厅", "warn_no": "P%d" % n, "level": "高", "fraud_type": "冒充客服", "name": p["name"], "id_no": p["id"],
                                         "phones": [p["phone"]], "address": p["address"], "suspect_phones": [p["suspect"]], "remark": p["text"],
                                         "unknown": {"nested": [p["phone"], p["name"]]}})
        assert a.status == 201, a.raw
        ids[n] = a.json
    bad = [row(20, 身份证号码=person(20)["id"][:-1]), row(21, 手机号码=person(21)["phone"][:-1]), row(22, 受害人姓名=person(22)["name"] + "123"),
           row(23, 身份证号码=person(23)["id"][:-1] + "?", 手机号码=person(23)["phone"] + "9", 受害人姓名=""), row(24, 手机号码=person(24)["phone"] + "、" + person(24)["name"])]
    for body, kind in ((table([HEAD] + bad + [row(n) for n in range(25, 40)], "gb18030"), "text/csv"), (sheet([HEAD] + [row(n) for n in range(40, 55)]), XLSX)):
        a = ask("POST", "/v1/warnings", body, {"Content-Type": kind})
        assert a.status == 200 and a.json["accepted"] >= 13, a.raw[:600]
    path = os.path.join(house.dir, "推送.csv")
    with open(path, "wb") as f:
        f.write(table([HEAD] + [row(n) for n in range(55, 60)] + [row(61, 受害人姓名="", 身份证号码="", 手机号码=person(61)["phone"][:-2])], "gb18030"))
    cli("warning", "push", path)
    for name, body in (("投件.csv", table([HEAD] + [row(n) for n in range(62, 80)] + bad, "gb18030")), (DROPPED, sheet([HEAD] + [row(n) for n in range(80, 100)] + bad))):
        with open(os.path.join(house.dir, "data", "drop", "." + name), "wb") as f:
            f.write(body)
        os.rename(os.path.join(house.dir, "data", "drop", "." + name), os.path.join(house.dir, "data", "drop", name))
    wait(lambda: sorted(os.listdir(os.path.join(house.dir, "data", "drop", "done"))) == sorted(["投件-结果.csv", DROPPED.replace(".xlsx", "-结果.xlsx"), "投件.csv", DROPPED]), 20)
    known = {w["warn_no"] for w in house.all("warnings")}
    assert len(known) >= 95, sorted(known)
    wait(lambda: len([c for c in house.all("cases") if c["outcome"]]) >= 10, 20, 0.2)
    wait(lambda: sum(len(hits(x["text"].encode())) > 0 for x in house.sim.lines("heard")) > 20, 20, 0.2)  # numbers and doors


def said_all():
    """Nobody answers any more: a volunteer who is late takes his words back, and a reward with them."""
    def talk():
        messages = house.all("messages")
        return len(house.all("inbox")), len(messages), len([m for m in messages if m["state"] in ("queued", "sending", "sent")])

    before = [None]

    def is_over():
        now, last = talk(), before[0]
        before[0] = now
        return now == last and now[2] == 0

    wait(is_over, 90, 1.5)


@test
def people_write_orders_are_given_and_nothing_is_shown_in_plain():
    p = person(98)
    for who, text in (("13800138000", p["text"] + p["phone"]), (STEMS["phone"] + "097", "身份证%s，已转账3万" % p["id"]),
                      (STEMS["member"] + "002", "被骗走，账号%s，对方%s" % (p["account"], p["suspect"]) + p["text"] * 12),
                      (STEMS["member"] + "003", "%s，%s" % (p["address"], p["family"]))):
        house.sim.order('inject 0 %s "%s" parts reverse' % (who, text))
    wait(lambda: len([i for i in house.all("inbox") if i["kind"] == "sms"]) >= 4 and [i for i in house.all("inbox") if i["state"] == "human"], 20, 0.2)
    a = ask("POST", "/v1/messages", {"to": p["phone"], "text": p["text"] + p["id"] + p["address"], "class": "urgent"})
    assert a.status in (200, 201), a.raw
    w = [w for w in house.all("warnings") if w["warn_no"] in ("P8", "P18")][0]
    own = person(int(w["warn_no"][1:]))
    ask("POST", "/v1/cases/%d/notes" % w["case"], {"text": own["text"] + own["name"] + own["phone"] + own["address"]})
    human = [i for i in house.all("inbox") if i["state"] == "human"][0]["id"]
    ask("POST", "/v1/inbox/%d/resolve" % human, {"as": "%s %s" % (p["name"], p["text"])})
    ask("POST", "/v1/inbox/%d/resolve" % human, {"note": p["text"] + p["phone"]})
    said_all()
    cases = [c for c in house.all("cases") if c["state"] == "open"]
    open_cases = {c["id"] for c in cases}
    for c in [c for c in cases if c["outcome"]][:5]:
        open_cases.remove(c["id"])
        assert cli("case", "outcome", str(c["id"]), "见面劝住").returncode == 0, said[-1]
        reward = [r["id"] for r in house.all("rewards") if r["case"] == c["id"]][0]
        a = ask("POST", "/v1/rewards/%d/reject" % reward, {"reason": p["text"] + p["phone"]}, role="manager")
        if a.status == 200:
            break
        assert a.status == 409, a.raw  # its volunteer was quicker: he answers all that he gets, and takes it back
    assert a.status == 200, a.raw
    other, q = [(w["case"], person(int(w["warn_no"][1:]))) for w in house.all("warnings") if w["case"] in open_cases][0]
    assert ask("POST", "/v1/cases/%d/close" % other, {"reason": q["text"] + q["name"] + q["phone"]}).status == 200
    looked = house.ask("GET", "/v1/cases/%d?reveal=1&reason=%s" % (other, urllib.parse.quote(p["text"] + p["phone"])))
    assert looked.status == 200, looked.raw[:300]
    ask("PATCH", "/v1/residents/%d" % house.all("residents")[0]["id"], {"remark": p["text"], "address": p["address"]}, role="manager")


@test
def errors_show_no_more_than_a_mask():
    p = person(96)
    for method, path, body, kind, role in (
            ("POST", "/v1/warnings", {"source": "s", "phones": [p["phone"][:-1]]}, None, "police"),
            ("POST", "/v1/warnings", {"source": "s", "id_no": p["id"][:-1], "name": p["name"] + "77"}, None, "police"),
            ("POST", "/v1/warnings", '{"name":"%s",}' % p["name"], "application/json", "police"),
            ("POST", "/v1/warnings", ('[{"name":"%s"' % p["name"]).encode(), "application/json", "police"),
            ("POST", "/v1/warnings", ('{"name":"%s\n' % p["name"]).encode(), "application/x-ndjson", "police"),
            ("POST", "/v1/warnings", (p["name"] + "," + p["phone"]).encode(), "text/csv", "police"),
            ("POST", "/v1/residents", {"name": p["name"], "id_no": p["id"][:-1] + "?"}, None, "manager"),
            ("POST", "/v1/residents", {"name": p["name"] + "9", "phones": [p["phone"][:-1]]}, None, "manager"),
            ("POST", "/v1/members", {"name": p["name"], "phone": p["phone"][:-1], "team": "没有的队"}, None, "manager"),
            ("POST", "/v1/messages", {"to": p["phone"][:-1], "text": p["text"]}, None, "police"),
            ("POST", "/v1/cases/1/notes", {"text": p["text"]}, None, "police"),
            ("GET", "/v1/residents?q=" + p["phone"], None, None, "manager"),
            ("GET", "/v1/residents?q=" + urllib.parse.quote(p["name"]), None, None, "manager"),
            ("GET", "/v1/residents?area=" + p["phone"], None, None, "manager"),
            ("GET", "/v1/inbox?nonsense=" + p["phone"], None, None, "manager"),
            ("GET", "/v1/cases/" + p["phone"], None, None, "police"),
            ("GET", "/v1/members/" + p["phone"], None, None, "manager"),
            ("PUT", "/v1/nothing/" + p["phone"], None, None, "police")):
        ask(method, path, body, {"Content-Type": kind} if kind else None, role)


NOUNS = ("warnings", "cases", "tasks", "messages", "inbox", "followups", "handovers", "rewards", "proposed", "alarms", "residents", "members", "teams",
         "duties", "areas")


@test
def every_list_and_record_is_masked_for_everybody():
    for noun in NOUNS:
        for role in ("police", "manager", "auditor"):
            first = ask("GET", "/v1/%s?limit=500" % noun, role=role)
            assert first.status == 200, (noun, first.raw[:300])
        for item in first.json["items"][:12]:
            one = ask("GET", "/v1/%s/%s" % (noun, item.get("id", item.get("code"))))
            assert one.status == 200, one.raw
    for path in ("/v1/keys", "/v1/events?limit=500", "/v1/reveals", "/v1/audit"):
        assert ask("GET", path, role="auditor").status == 200, path
    for path in ("/v1/channels", "/metrics", "/healthz", "/readyz", "/openapi.json", "/v1/exports/cases.csv", "/v1/exports/messages.csv", "/v1/exports/rewards.csv"):
        assert ask("GET", path, role="manager").status == 200, path
    for noun in ("cases", "messages", "rewards"):
        a = house.ask("GET", "/v1/exports/%s.xlsx" % noun, role="manager")
        with zipfile.ZipFile(io.BytesIO(a.raw)) as z:
            for part in z.namelist():
                answers.append(("%s.xlsx %s" % (noun, part), z.read(part)))
    assert len(answers) > 200 and sum(len(d) for _, d in answers) > 300000
    shown = b"".join(d for _, d in answers)
    assert "鼂*".encode() in shown and b"139****9" in shown, "nothing is shown at all"
    for where, data in answers:
        clean(where, data, prose=PROSE.search(where) is not None)


@test
def the_command_line_prints_masks():
    case = house.all("cases")[0]
    for words in (("status", ), ("case", "list"), ("case", "show", case["no"]), ("message", "list"), ("inbox", "list"), ("resident", "list"), ("member", "list"),
                  ("warning", "list"), ("alarm", "list"), ("handover", "list"), ("reward", "list"), ("followup", "list"), ("audit", "list"),
                  ("--json", "case", "list"), ("--json", "message", "list")):
        r = cli(*words)
        assert r.returncode == 0 and r.stdout + r.stderr, (words, r)
    for where, data in said:
        clean("quanzu " + where, data, prose=PROSE.search(where) is not None)


@test
def plain_is_for_who_has_a_right_and_a_reason_and_is_written_down():
    case = [w for w in house.all("warnings") if w["warn_no"] == "P5"][0]["case"]
    path = "/v1/cases/%d?reveal=1" % case
    p = person(5)
    for role, query, status in (("manager", "&reason=%E6%A0%B8%E5%AE%9E", 403), ("auditor", "&reason=%E6%A0%B8%E5%AE%9E", 403), ("police", "", 422),
                                ("police", "&reason=x", 422)):
        a = house.ask("GET", path + query, role=role)
        assert a.status == status, (role, a.raw)
        clean("refused reveal", a.raw)
    before = len(house.all("reveals"))
    a = house.ask("GET", path + "&reason=%E6%8E%A5%E8%AD%A6%E6%A0%B8%E5%AE%9E")
    assert a.status == 200 and a.json["person"]["name"] == p["name"] and a.json["person"]["phones"] == [p["phone"]], a.raw[:400]
    assert a.json["person"]["address"] == p["address"] and a.json["person"]["id_no"] == p["id"]
    rows = house.all("reveals")
    assert len(rows) == before + 1 and (rows[0]["actor"], rows[0]["entity"], rows[0]["entity_id"], rows[0]["reason"]) == (
        "key:police", "case", case, "接警核实"), rows[0]


# -- what lies on the disk ----------------------------------------------------------------------------------------------------


def search_folder(*without):
    looked = 0
    for folder, dirs, files in os.walk(house.dir):
        dirs[:] = [d for d in dirs if os.path.relpath(os.path.join(folder, d), house.dir) not in without]
        for name in files:
            path = os.path.join(folder, name)
            if os.path.isfile(path) and name not in ("sim.log", "phones", "推送.csv", "队员.xlsx"):
                data = read(path)
                looked += len(data)
                clean(os.path.relpath(path, house.dir), data)
                clean("the name of a file", os.path.relpath(path, house.dir).encode())
    return looked


@test
def database_journal_and_log_hold_none_of_it_while_it_runs():
    names = os.listdir(os.path.join(house.dir, "data"))
    assert {"quanzu.db", "quanzu.db-wal"} <= set(names), names
    assert search_folder("data/drop") > 500000
    assert "level" in house.said() or "info" in house.said()


@test
def the_backup_holds_none_of_it():
    a = house.ask("POST", "/v1/backup", {"path": "canary.db"}, role="admin")
    assert a.status == 201, a.raw
    data = read(a.json["path"])
    assert len(data) > 300000
    clean("backup", data)
    base = sqlite3.connect(a.json["path"])
    dump = "\n".join(base.iterdump())  # blobs as hexadecimal, rows put together again
    base.close()
    assert "INSERT INTO" in dump
    clean("dump of the backup", dump.encode())


@test
def nothing_is_left_after_the_end_either():
    assert house.stop() == 0
    assert search_folder("data/drop") > 500000
    assert os.listdir(os.path.join(house.dir, "tmp")) == [], "left behind: %s" % os.listdir(os.path.join(house.dir, "tmp"))
    drop = os.path.join(house.dir, "data", "drop")
    assert os.listdir(os.path.join(drop, "work")) == []
    for folder in ("done", "failed"):  # the sender's own files, for him alone
        for name in os.listdir(os.path.join(drop, folder)):
            assert os.stat(os.path.join(drop, folder, name)).st_mode & 0o007 == 0 or "结果" not in name, name


@test
def a_crash_leaves_nothing_in_the_log_either():
    house.start()
    p = person(95)
    house.ask("POST", "/v1/warnings", {"source": "s", "warn_no": "crash", "phones": [p["phone"]], "name": p["name"]})
    house.proc.kill()
    house.proc.wait(10)
    search_folder("data/drop")
    house.start()
    assert house.stop() == 0
    search_folder("data/drop")


if __name__ == "__main__":
    with House(modems=2, script=phones()) as house:
        os.mkdir(os.path.join(house.dir, "tmp"))
        house.write_config(house.text.replace('"info"', '"debug"') + 'drop = { dir = "drop"; stable = "1s"; };\n'
                           'rewards = ( { code = "R1"; name = "x"; tiers = ( { from = "0"; amount = "500"; } ); } );\n')
        house.env = {"TMPDIR": os.path.join(house.dir, "tmp"), "SQLITE_TMPDIR": os.path.join(house.dir, "tmp")}
        house.start()
        code = run()
    sys.exit(code)
