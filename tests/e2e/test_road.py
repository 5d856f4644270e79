#!/usr/bin/env python3
"""The road of a warning: lists come in, a warning is pushed in every form, phones answer, the books hold it.

One township with six villages and two simulated modems; each test has people and villages of its own.
"""
import csv
import datetime
import io
import json
import os
import re
import sqlite3
import subprocess
import sys
import time

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font

from harness import BUILD, House, run, test, wait

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TOWN = ("310118110000", "白鹤镇")
VILLAGES = [("31011811090%d" % i, name) for i, name in
            enumerate(("示例村", "桥头村", "石桥村", "柳岸村", "渡口村", "静村"), 1)]
DONE, DECLINE, NEXT, SILENT, LEADER, LOSS, SAYS, CENTRE, POLICE, MUTE = ("138001380%02d" % i for i in range(1, 11))
MEMBERS = [("示例村劝导队", "赵一", DONE, "队员", "示例村"), ("桥头村劝导队", "钱二", DECLINE, "队员", "桥头村"),
           ("桥头村劝导队", "孙三", NEXT, "队员", "桥头村"), ("石桥村劝导队", "李四", SILENT, "队员", "石桥村"),
           ("石桥村劝导队", "郑五", LEADER, "队长", "石桥村"), ("柳岸村劝导队", "周六", LOSS, "队员", "柳岸村"),
           ("渡口村劝导队", "褚七", SAYS, "队员", "渡口村"), ("静村劝导队", "卫八", MUTE, "队员", "静村"),
           ("中心值班组", "吴九", CENTRE, "值班员", "白鹤镇"), ("白鹤派出所", "冯警官", POLICE, "民警", "白鹤镇")]
PHONES = """
phone %s
  answer after 100ms "{code}1"
  when /电话/ answer after 100ms "{code}2"
  when /已见面/ answer after 100ms "{code}3 2万"
phone %s
  answer after 100ms "{code}0"
phone %s
  answer after 100ms "收到{code}号，马上去"
phone %s
  answer after 100ms "{code}1"
  when /电话/ answer after 100ms "{code}4 3万5"
phone %s
  answer after 100ms "{code}1"
  when /电话/ answer after 100ms "{code}号已转账3万5"
  when /已报值班/ answer after 100ms "{code}4 3万5"
phone %s
  when /接单/ answer after 100ms "{code}1"
phone %s
  when /止付/ answer after 300ms "{code}1"
phone 13*
  silence
""" % (DONE, DECLINE, NEXT, LOSS, SAYS, CENTRE, POLICE)
MORE = """
drop = { dir = "drop"; stable = "1s"; };
levels = ( { code = "HIGH"; ack = "2s"; window = "always";
             rungs = ( { after = "0s"; who = ["duty"];              ask = true; },
                       { after = "2s"; who = ["members", "leader"]; ask = true; },
                       { after = "4s"; who = ["head", "centre"];    ask = true; },
                       { after = "6s"; who = ["police"];            ask = false; } ); } );
rewards = ( { code = "R1"; name = "劝阻奖励"; tiers = ( { from = "0"; amount = "500"; }, { from = "10万"; amount = "1000"; } ); } );
"""
HEAD = ["预警编号", "预警时间", "风险等级", "诈骗类型", "受害人姓名", "身份证号码", "手机号码", "现住址", "备注"]
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
house = None
stops = []  # when the gateway had stopped


def id_no(n):
    body = "310118%04d%02d%02d99%d" % (1950 + n % 50, 1 + n % 12, 1 + n % 28, n % 10)
    return body + "10X98765432"[sum(int(c) * w for c, w in zip(body, WEIGHTS)) % 11]


def person(n):
    """Somebody on the list: (name, ID, own phone, phone of the family, village, address)."""
    village = VILLAGES[n % 6][1]
    name = "王李张刘陈杨黄"[n % 7] + "小大文建玉秀"[n // 7 % 6] + "明红芳军兰英梅"[n // 42 % 7]
    return name, id_no(n), "139%08d" % (55550000 + n), "137%08d" % (55550000 + n), village, "%s%d组%d号" % (village, n % 9 + 1, n)


def workbook(title, rows, merges=(), text=""):
    """As an office makes one: a title over all columns, then the header, long numbers as text."""
    wb = Workbook()
    ws = wb.active
    ws.append([title])
    ws.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(rows[0]))
    ws["A1"].font = Font(bold=True, size=16)
    for row in rows:
        ws.append(row)
    for area in merges:
        ws.merge_cells(area)
    for column in text:
        for cell in ws[column]:
            cell.number_format = "@"
    out = io.BytesIO()
    wb.save(out)
    return out.getvalue()


def table(rows, encoding):
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode(encoding)


def row(no, n, level="高危", **more):
    p = person(n)
    return [no, "2026-11-21 09:05", level, more.get("kind", "冒充客服"), p[0], p[1], p[2], p[5], more.get("remark", "")]


def record(no, n, level="高", **more):
    p = person(n)
    return dict({"source": "省厅", "warn_no": no, "level": level, "fraud_type": "冒充客服", "name": p[0], "id_no": p[1],
                 "phones": [p[2]], "address": p[5]}, **more)


def push(body, kind=None):
    a = house.ask("POST", "/v1/warnings", body, {"Content-Type": kind} if kind else None)
    assert a.status in (200, 201), a.raw
    return a


def cli(*words):
    return subprocess.run([os.path.join(BUILD, "quanzu"), "-c", house.config, *words], capture_output=True, text=True, timeout=20,
                          check=False)


def case_until(case, done, seconds=15):
    """The case as the API shows it once done(case) is true."""
    last = {}

    def look():
        last["is"] = house.ask("GET", "/v1/cases/%d" % case, role="manager").json
        return done(last["is"])

    try:
        wait(look, seconds, 0.05)
    except AssertionError:
        raise AssertionError(json.dumps(last["is"], ensure_ascii=False, indent=1)) from None
    return last["is"]


def texts_to(phone):
    return [t for to, t in house.sim.texts() if to == phone]


def drop_path(*names):
    return os.path.join(house.dir, "data", "drop", *names)


def drop(name, data):
    """As a polite program does it: under a name that waits, then renamed."""
    with open(drop_path("." + name + ".part"), "wb") as f:
        f.write(data)
    os.rename(drop_path("." + name + ".part"), drop_path(name))


def ended(name):
    """The folder in which the file is, once it has ended with its report beside it."""
    stem, dot = os.path.splitext(name)
    report = stem + "-结果" + (".xlsx" if dot == ".xlsx" else ".csv")

    def where():
        for folder in ("done", "failed"):
            if os.path.exists(drop_path(folder, name)):
                assert os.path.exists(drop_path(folder, report)), "a file that has ended has no report"
                return folder
        return None

    return wait(where, 15, 0.05), report


def states(case, phone):
    """The states of the messages to that phone in that case, oldest first."""
    own = [m for m in house.all("messages", "case=%d" % case) if m["phone"][-4:] == phone[-4:]]
    return [m["state"] for m in sorted(own, key=lambda m: m["id"])]


def quiet():
    """Everything has left and was reported, but for what left just before a stop: a report that comes while nobody listens is gone, as on a
    real modem."""
    def unheard(m):
        return m["state"] == "sent" and any(0 <= at - seconds(m["sent_at"]) < 5 for at in stops)

    def open_ones():
        return [m for m in house.all("messages") if m["state"] in ("queued", "sending", "sent") and not unheard(m)]

    try:
        wait(lambda: not open_ones(), 20, 0.1)
    except AssertionError:
        raise AssertionError(open_ones()) from None


def seconds(text):
    return datetime.datetime.fromisoformat(text).timestamp()


# -- lists ---------------------------------------------------------------------------------------------


@test
def lists_come_in_as_offices_keep_them():
    areas = workbook("白鹤镇村居代码表", [["代码", "名称", "类型", "上级"], [*TOWN, "镇", ""]] + [[c, n, "村", TOWN[0]] for c, n in VILLAGES],
                     text="AD")
    a = house.ask("POST", "/v1/areas", areas, {"Content-Type": XLSX}, role="manager").json
    assert (a["created"], a["rejected"]) == (7, 0), a
    path = os.path.join(house.dir, "劝导队.xlsx")
    with open(path, "wb") as f:
        f.write(workbook("反诈劝导队名册", [["队伍", "姓名", "手机号", "职务", "村居"]] + [list(m) for m in MEMBERS], text="C"))
    r = cli("member", "import", path)
    assert r.returncode == 0 and "10" in r.stdout, r
    # Two rows of header: 联系方式 stands merged above 本人电话 and 家属电话.
    people = [person(n) for n in range(60)]
    head = [["序号", "姓名", "身份证号码", "联系方式", "", "村居", "现住址"], ["", "", "", "本人电话", "家属电话", "", ""]]
    rows = [[i + 1, p[0], p[1], p[2], p[3], p[4], p[5]] for i, p in enumerate(people[:30])]
    sheet = workbook("易受骗重点人员名单（2026年11月）", head + rows, merges=("D2:E2", "A2:A3", "B2:B3", "C2:C3", "F2:F3", "G2:G3"), text="CDE")
    dry = house.ask("POST", "/v1/residents?dry_run=1", sheet, {"Content-Type": XLSX}, role="manager").json
    assert (dry["created"], dry["rejected"], dry["dry_run"]) == (30, 0, True), dry
    assert house.all("residents") == []
    a = house.ask("POST", "/v1/residents", sheet, {"Content-Type": XLSX}, role="manager").json
    assert (a["created"], a["rejected"]) == (30, 0), a
    rows = [["姓名", "身份证号", "本人电话", "家属电话", "村居", "现住址"]] + [list(p) for p in people[30:]]
    a = house.ask("POST", "/v1/residents", table(rows, "gb18030"), {"Content-Type": "text/csv"}, role="manager").json
    assert (a["created"], a["rejected"]) == (30, 0), a
    a = house.ask("POST", "/v1/residents", sheet, {"Content-Type": XLSX}, role="manager").json
    assert (a["created"], a["updated"], a["unchanged"]) == (0, 0, 30), a
    assert len(house.all("residents")) == 60
    for p in (people[3], people[40]):
        for number in (p[2], p[3]):
            found = house.ask("GET", "/v1/residents?q=" + number, role="manager").json["items"]
            assert len(found) == 1 and found[0]["area_name"] == p[4] and found[0]["name"][0] == p[0][0], (number, found)


# -- push --------------------------------------------------------------------------------------------------


@test
def an_object_is_201_and_the_same_again_is_200_duplicate():
    a = push(record("J1", 5))
    assert a.status == 201 and a.json["level"] == "HIGH" and len(a.json["tasks"]) == 1, a.raw
    assert a.json["match"]["by"] == "id" and a.json["match"]["resident"], a.raw
    assert a.json["match"]["why"] == "身份证号、姓名一致", a.raw
    before = len(house.all("tasks", "case=%d" % a.json["case"]))
    b = push(record("J1", 5))
    assert b.status == 200 and b.json["duplicate"] is True, b.raw
    assert (b.json["id"], b.json["case"]) == (a.json["id"], a.json["case"])
    assert len([w for w in house.all("warnings") if w["warn_no"] == "J1"]) == 1
    assert len(house.all("tasks", "case=%d" % a.json["case"])) == before


@test
def every_body_gives_one_result_for_each_record_in_order():
    bodies = {
        "A": (json.dumps([record("A%d" % i, 11 + i) for i in range(3)]).encode(), "application/json"),
        "N": ("\n".join(json.dumps(record("N%d" % i, 14 + i), ensure_ascii=False) for i in range(3)).encode(),
              "application/x-ndjson"),
        "U": (table([HEAD] + [row("U%d" % i, 17 + i) for i in range(3)], "utf-8"), "text/csv"),
        "G": (table([HEAD] + [row("G%d" % i, 20 + i) for i in range(3)], "gb18030"), "text/csv"),
        "X": (workbook("11月21日预警劝阻清单", [HEAD] + [row("X%d" % i, 23 + i) for i in range(3)], text="FG"), XLSX)}
    for letter, (body, kind) in bodies.items():
        for already in (0, 3):
            j = push(body, kind).json
            assert (j["accepted"], j["duplicates"], j["rejected"]) == (3 - already, already, 0), (letter, j)
            ids = [r["id"] for r in j["results"]]
            assert [house.ask("GET", "/v1/warnings/%d" % i).json["warn_no"] for i in ids] == ["%s%d" % (letter, i) for i in range(3)]
            assert all(r["match"]["by"] == "id" for r in j["results"] if not already), j
            assert all(r.get("duplicate", False) == bool(already) for r in j["results"]), j


@test
def a_warning_is_matched_by_phone_family_and_name_too():
    by_phone = push(record("M1", 35, name="", id_no="", address="")).json
    by_family = push(record("M2", 41, name="", id_no="", phones=[person(41)[3]], address="")).json
    by_name = push(record("M3", 47, id_no="", phones=[])).json
    nobody = push(record("M4", 0, name="皇甫不在册", id_no="", phones=["13977770001"], address="静村5组1号")).json
    for j, n in ((by_phone, 35), (by_family, 41), (by_name, 47)):
        assert j["match"]["resident"], j
        seen = house.ask("GET", "/v1/residents/%d" % j["match"]["resident"], role="manager").json
        assert seen["area_name"] == person(n)[4] and person(n)[2][-4:] in json.dumps(seen), (j, seen)
    assert nobody["match"]["resident"] is None and "off_list" in nobody["flags"], nobody
    assert house.ask("GET", "/v1/cases/%d" % nobody["case"], role="manager").json["area_name"] == "静村"
    assert any(p["case"] == nobody["case"] for p in house.all("proposed")), "nobody proposes the person for the list"


@test
def a_second_warning_of_the_same_person_joins_the_case_and_wakes_nobody_twice():
    first = push(record("R1", 53, "中")).json
    again = push(record("R2", 53, "中")).json
    assert again["case"] == first["case"] and again["merged"] is True and again["level"] == "HIGH", (first, again)
    seen = house.ask("GET", "/v1/cases/%d" % first["case"], role="manager").json
    assert seen["repeat_no"] == 1 and {w["warn_no"] for w in seen["warnings"]} == {"R1", "R2"}


@test
def the_command_line_pushes_and_says_what_became_of_each_row():
    path = os.path.join(house.dir, "推送.xlsx")
    with open(path, "wb") as f:
        f.write(workbook("清单", [HEAD, row("C1", 29), ["C2", "", "高", "", "", "", "", "", "没有人"]], text="FG"))
    r = cli("warning", "push", path)
    assert "第3行" in r.stdout and "第4行" in r.stdout and "不知道要劝阻谁" in r.stdout + r.stderr, r
    assert r.returncode != 0
    w = [w for w in house.all("warnings") if w["warn_no"].startswith("C")]
    assert [x["warn_no"] for x in w] == ["C1"]
    r = cli("warning", "push", path)
    assert "重复" in r.stdout or "已经" in r.stdout, r


# -- the drop folder ----------------------------------------------------------------------------------------------


@test
def a_dropped_gb18030_csv_is_answered_line_by_line():
    bad = ["D3", "2026-11-21 09:09", "高", "投资理财", "李样本", "3.10118E+17", "13977770099", "石桥村8组", ""]
    rows = [HEAD, row("D1", 59), row("D2", 58), bad, row("D4", 58, remark="=1+1")]
    drop("预警-省厅.csv", table(rows, "gb18030"))
    folder, report = ended("预警-省厅.csv")
    assert folder == "done" and not os.path.exists(drop_path("预警-省厅.csv")) and os.listdir(drop_path("work")) == []
    with open(drop_path("done", "预警-省厅.csv"), "rb") as f:
        assert f.read() == table(rows, "gb18030"), "the sender's file was changed"
    with open(drop_path("done", report), encoding="utf-8-sig", newline="") as f:
        told = list(csv.reader(f))
    assert told[0] == HEAD + ["处理结果", "原因", "怎么改"]
    assert [t[0] for t in told[1:]] == ["D1", "D2", "D3", "D4"], "one line for each row, no more: %s" % told
    assert [t[9] for t in told[1:]] == ["已受理", "已受理", "未受理", "已并入在办案件"], told
    assert "后三位已经丢失" in told[3][10] and "文本" in told[3][11]
    assert told[1][10].startswith("案件") and not told[4][8].startswith("="), told
    known = {w["warn_no"] for w in house.all("warnings")}
    assert {"D1", "D2", "D4"} <= known and "D3" not in known
    # The report goes back, with the row mended: what was taken is known.
    told[3][5] = id_no(77)
    drop("预警-省厅-改好.csv", table(told, "utf-8-sig"))
    folder, report = ended("预警-省厅-改好.csv")
    with open(drop_path(folder, report), encoding="utf-8-sig", newline="") as f:
        again = list(csv.DictReader(f))
    verdicts = [[v for k, v in r.items() if k == "处理结果"] for r in again]
    assert folder == "done" and len(again) == 4, (folder, again)
    assert len([w for w in house.all("warnings") if w["warn_no"] in ("D1", "D2", "D3", "D4")]) == 4, verdicts


@test
def a_dropped_workbook_gets_a_workbook_back():
    rows = [HEAD, row("E1", 57), ["E2", "", "高", "", "", "", "1390013", "", "只有短号"]]
    drop("预警-反诈中心.xlsx", workbook("11月21日预警劝阻清单", rows, text="FG"))
    folder, report = ended("预警-反诈中心.xlsx")
    assert folder == "done"
    ws = load_workbook(drop_path("done", report)).active
    told = [[c.value for c in r] for r in ws.iter_rows()]
    at = told[1].index("处理结果")
    assert told[1][:9] == HEAD and told[1][at:at + 3] == ["处理结果", "原因", "怎么改"], told
    assert [t[at] for t in told[2:]] == ["已受理", "未受理"] and "位数不够" in told[3][at + 1] and "11位" in told[3][at + 2], told
    assert told[2][5] == person(57)[1], "the ID came back changed: %r" % told[2][5]


@test
def a_file_that_cannot_be_read_is_told_once():
    drop("说明.csv", "今天天气不错\n明天也是\n".encode("gb18030"))
    folder, report = ended("说明.csv")
    with open(drop_path(folder, report), encoding="utf-8-sig", newline="") as f:
        told = list(csv.reader(f))
    assert folder == "failed"
    lines = [t for t in told if t and t[0] == "整个文件未处理"]
    assert len(lines) == 1 and "表头" in lines[0][1] and lines[0][2], told


@test
def a_file_left_in_work_by_a_crash_is_taken_again_without_doubles():
    data = table([HEAD, row("F1", 56), row("F2", 55)], "gb18030")
    drop("断电.csv", data)
    assert ended("断电.csv")[0] == "done"
    before = len(house.all("warnings"))
    quiet()
    house.stop()
    stops.append(time.time())
    with open(drop_path("work", "断电再来.csv"), "wb") as f:
        f.write(data + table([row("F3", 54)], "gb18030"))
    with open(drop_path("work", ".断电再来.csv.report"), "wb") as f:
        f.write(b"half a rep")
    house.start()
    folder, report = ended("断电再来.csv")
    with open(drop_path(folder, report), encoding="utf-8-sig", newline="") as f:
        told = [t[9] for t in csv.reader(f)]
    assert told == ["处理结果", "重复，未再处理", "重复，未再处理", "已受理"], told
    assert len(house.all("warnings")) == before + 1 and os.listdir(drop_path("work")) == []


# -- what people answer -------------------------------------------------------------------------------------------------


@test
def a_success_resolves_the_case_proposes_a_reward_and_plans_visits():
    a = push(record("S1", 0)).json
    c = case_until(a["case"], lambda c: c["state"] == "resolved")
    assert c["outcome"] == "MET_OK" and c["saved"] == 2000000 and c["lost"] in (None, 0), c
    p = person(0)
    first = [t for t in texts_to(DONE) if "王*,示例村1组" in t][0]
    second = [t for t in texts_to(DONE) if p[2] in t][0]
    assert re.match(r"^【示例镇反诈】(\d+)号·高:王\*,示例村1组,疑.+。接单回(?:\1)1,不能去回(?:\1)0$", first), first
    assert p[2] not in first and p[0] not in first and "0号" not in first.split(",")[1]
    assert "1组0号" in second and p[0] not in second, "who accepts gets number and door: " + second
    task = house.all("tasks", "case=%d&kind=dissuade" % a["case"])
    assert [t["state"] for t in task] == ["reported"] and task[0]["accepted_at"] and task[0]["met_at"]
    reward = [r for r in house.all("rewards") if r["case"] == a["case"]]
    assert [(r["state"], r["amount"], r["saved"], r["rule"]) for r in reward] == [("proposed", 50000, 2000000, "R1")], reward
    visits = house.all("followups", "case=%d" % a["case"])
    assert sorted(v["step"] for v in visits) == ["24h", "7d"] and {v["state"] for v in visits} == {"due"}, visits
    lines = "\n".join(e["line"] for e in c["timeline"])
    for word in ("立案", "接单", "见面", "劝"):
        assert word in lines, lines
    assert p[0] not in json.dumps(c, ensure_ascii=False) and p[2] not in json.dumps(c)
    wait(lambda: set(states(a["case"], DONE)) == {"delivered"}, 5)


@test
def who_declines_is_thanked_by_the_next_one_being_asked_at_once():
    a = push(record("S2", 7)).json
    c = case_until(a["case"], lambda c: c["accepted_at"])
    people = {t["member_name"][0]: t for t in house.all("tasks", "case=%d&kind=dissuade" % a["case"])}
    assert {k: t["state"] for k, t in people.items()} == {"钱": "declined", "孙": "accepted"}, people
    waited = seconds(people["孙"]["offered_at"]) - seconds(people["钱"]["ended_at"])
    assert waited < 0.5, "the next one was only asked after %.1f s, with the ladder" % waited
    assert c["state"] == "open"
    wait(lambda: person(7)[2] in "".join(texts_to(NEXT)), 5)
    assert person(7)[2] not in "".join(texts_to(DECLINE)), "who declined has got the number"


@test
def silence_climbs_the_ladder_until_somebody_takes_it():
    began = time.monotonic()
    a = push(record("S3", 2)).json
    case_until(a["case"], lambda c: c["accepted_at"])
    took = time.monotonic() - began
    people = {t["member_name"][0]: t["state"] for t in house.all("tasks", "case=%d&kind=dissuade" % a["case"])}
    assert people == {"李": "withdrawn", "郑": "withdrawn", "吴": "accepted"}, people
    assert took > 3.5, took
    asked = {m["member_name"][0]: seconds(m["created_at"]) for m in house.all("messages", "case=%d&purpose=task" % a["case"])}
    assert 1.5 < abs(asked["郑"] - asked["李"]) < 4 and 1.5 < asked["吴"] - max(asked["郑"], asked["李"]) < 4, asked
    wait(lambda: any("已由" in t for t in texts_to(SILENT)), 5)
    wait(lambda: any("已由" in t for t in texts_to(LEADER)), 5)


@test
def money_gone_is_handed_to_the_police_who_sign_for_it():
    a = push(record("S4", 3)).json
    c = case_until(a["case"], lambda c: c["outcome"] == "LOSS" or c["lost"])
    assert c["lost"] == 3500000, c

    def signed():
        h = [h for h in house.all("handovers") if h["case"] == a["case"]]
        return h if h and h[0]["acked_at"] else None

    h = wait(signed, 10, 0.1)
    assert len(h) == 1 and h[0]["amount"] == 3500000 and h[0]["state"] == "acknowledged" and h[0]["told_at"], h
    told = [t for t in texts_to(POLICE) if "止付" in t]
    assert told and person(3)[2] not in told[0] and person(3)[0] not in told[0], told
    line = (h[0]["first_word_at"], h[0]["red_line_at"])
    assert line[1] > line[0], line
    assert not [r for r in house.all("rewards") if r["case"] == a["case"]], "nobody is rewarded for a loss"


@test
def money_gone_in_words_is_an_alarm_at_once_and_a_handover_when_confirmed():
    a = push(record("S5", 4)).json
    c = case_until(a["case"], lambda c: c["lost"])
    assert c["lost"] == 3500000, c
    said = [i for i in house.all("inbox") if i["case"] == a["case"] and "已转账" in i["text"]]
    assert len(said) == 1 and said[0]["raised"] is True, said
    alarm = [x for x in house.all("alarms", role="manager") if x["kind"] == "raised" and x["case"] == a["case"]]
    assert alarm, "nobody was warned"
    assert any("已报值班" in t for t in texts_to(SAYS))
    wait(lambda: [h for h in house.all("handovers") if h["case"] == a["case"] and h["acked_at"]], 10, 0.1)


# -- the books --------------------------------------------------------------------------------------------------------------


def cells_of(export):
    a = house.ask("GET", "/v1/exports/" + export, role="manager")
    assert a.status == 200, a.raw
    if export.endswith(".csv"):
        assert a.raw.startswith(b"\xef\xbb\xbf")
        return list(csv.reader(io.StringIO(a.raw.decode("utf-8-sig"))))
    ws = load_workbook(io.BytesIO(a.raw)).active
    return [["" if c.value is None else c for c in r] for r in ws.iter_rows()]


@test
def exports_open_and_hold_every_row_without_formulas():
    push(record("=cmd|'/c calc'!A1", 52, name="=HYPERLINK(\"x\")", id_no="", fraud_type="@SUM(1+1)", remark="+1"))
    for noun in ("cases", "messages", "rewards"):
        before = len(house.all(noun))
        rows = cells_of(noun + ".csv")
        assert before <= len(rows) - 1 <= len(house.all(noun)), noun  # the ladders go on climbing
        assert not [c for r in rows for c in r if c[:1] in ("=", "+", "@", "\t") or re.match(r"-\D", c)], noun
        sheet = cells_of(noun + ".xlsx")
        assert len(rows) <= len(sheet) <= len(house.all(noun)) + 1 and sheet[0][0].value == rows[0][0]
        flat = [c for r in sheet for c in r if c != ""]
        assert not [c for c in flat if c.data_type == "f"], "a formula in " + noun
        for c in flat:
            if isinstance(c.value, (int, float)) and c.value > 1e9:
                assert c.is_date, "a number that a spreadsheet spoils: %r" % c.value
    heads = [c.value for c in cells_of("messages.xlsx")[0]]
    phone = heads.index("号码")
    for r in cells_of("messages.xlsx")[1:]:
        assert r[phone].data_type in ("s", "inlineStr") and re.fullmatch(r"1\d\d\*{4}\d{4}", r[phone].value), r[phone].value


@test
def each_submit_of_the_network_is_in_the_message_log():
    quiet()
    sent = sorted((to[-4:], re.match("^(【演练】)?【示例镇反诈】", t) is not None) for to, t in house.sim.texts())
    log = sorted((m["phone"][-4:], True) for m in house.all("messages") if m["state"] in ("delivered", "sent"))
    assert sent == log, "network and log differ"
    assert not [m for m in house.all("messages") if m["repeats"]], "nothing was lost, and something was sent again"


@test
def the_audit_chain_holds_and_the_backup_has_every_row():
    audit = house.ask("GET", "/v1/audit", role="auditor").json
    assert audit["ok"] is True and audit["rows"] > 200, audit
    r = cli("audit", "verify")
    assert r.returncode == 0 and audit["head"][:8] in r.stdout + audit["head"], r
    path = os.path.join(house.dir, "备份.db")
    r = cli("backup", path)
    assert r.returncode == 0, r
    base = sqlite3.connect(path)
    try:
        assert base.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        for noun, name in (("warnings", "warning"), ("cases", "cases"), ("tasks", "task"), ("residents", "resident"),
                           ("handovers", "handover"), ("rewards", "reward"), ("followups", "followup")):
            rows = base.execute("SELECT count(*) FROM " + name).fetchone()[0]
            assert rows == len(house.all(noun)), (noun, rows)
    finally:
        base.close()


@test
def it_ends_with_zero_and_without_complaints():
    assert house.stop() == 0
    assert "error" not in [line.split()[1] for line in house.said().splitlines() if len(line.split()) > 1], house.said()[-2000:]
    house.start()


if __name__ == "__main__":
    with House(modems=2, script=PHONES, more=MORE) as house:
        house.start()
        code = run()
        if code != 0:
            print("# daemon: %s" % ("running" if house.proc and house.proc.poll() is None else house.proc and house.proc.poll()))
            print("".join("# %s\n" % line for line in house.said().splitlines()[-40:]), end="")
    sys.exit(code)
