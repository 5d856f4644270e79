#!/usr/bin/env python3
"""Every bad input that offices send: what is refused says its code, row, column and mend, and its neighbours are taken.

One daemon without a modem; each bad record is pushed between two good ones, by HTTP, and all of them again
through the drop folder.
"""
import csv
import datetime
import io
import json
import os
import re
import socket
import struct
import sys
import time
import zipfile

from openpyxl import Workbook, load_workbook

from harness import House, area_of, run, test, wait

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEAD = ["预警编号", "预警时间", "风险等级", "诈骗类型", "受害人姓名", "身份证号码", "手机号码", "现住址", "村居", "涉案金额", "备注"]
MORE = """
drop = { dir = "drop"; stable = "1s"; rows_max = 300; file_max = "1M"; };
level_words = ( { word = "加急件"; level = "CRITICAL"; } );
fraud_types = ( { code = "EGG_LECTURE"; number = 88; name = "听课领鸡蛋"; aliases = ["领鸡蛋"]; } );
"""
HTTP = 'body_max = "512K";'
GOOD_ID = "310118196503079910"
house = None
numbers = iter(range(1, 100000))


def fresh():
    """A phone number that nobody had before."""
    return "1375550%04d" % next(numbers)


def row(no, **cells):
    """A good row, changed in the cells that are named (by column)."""
    base = {"预警编号": no, "预警时间": "2026-11-21 09:05", "风险等级": "高危", "诈骗类型": "冒充客服", "受害人姓名": "王小明",
            "身份证号码": "", "手机号码": fresh(), "现住址": "第1村6组12号", "村居": "第1村", "涉案金额": "", "备注": ""}
    base.update(cells)
    return [base[h] for h in HEAD]


def table(rows, encoding="utf-8"):
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode(encoding)


def book(rows):
    wb = Workbook()
    for r in rows:
        wb.active.append(r)
    out = io.BytesIO()
    wb.save(out)
    return out.getvalue()


def post(body, kind="text/csv"):
    return house.ask("POST", "/v1/warnings", body, {"Content-Type": kind} if kind else None)


def seen(result, reveal=True):
    """The warning of one result, in plain."""
    return house.ask("GET", "/v1/warnings/%d%s" % (result["id"], "?reveal=1&reason=%E6%B5%8B%E8%AF%95" if reveal else "")).json


def known(no):
    return [w for w in house.all("warnings") if w["warn_no"] == no]


def chinese(text):
    return len(re.findall("[\u4e00-\u9fff]", text)) >= 4


def check_fault(fault, code, column, plain, row_no):
    assert fault["code"] == code, fault
    assert fault.get("row") == row_no and fault.get("column", "") == column, fault
    assert chinese(fault["why"]) and chinese(fault["mend"]), fault
    if plain:
        value = fault["value"]
        assert value and "*" in value and plain not in value, fault


# What stands in which cell; what becomes of the row; the code; what of it may not be shown.
NOTED, REFUSED = "accepted", "rejected"
NOBODY = {"受害人姓名": "", "身份证号码": "", "手机号码": ""}
CELLS = [
    ("an_id_with_a_wrong_check_digit", "身份证号码", "310118199001019991", {}, NOTED, "bad_checksum", "19900101"),
    ("an_id_that_a_spreadsheet_rounded", "身份证号码", "310118199001019000", {}, REFUSED, "excel_damaged", "19900101"),
    ("an_id_in_scientific_notation", "身份证号码", "3.10118E+17", {}, REFUSED, "excel_damaged", None),
    ("an_id_that_is_too_short", "身份证号码", "31011819900101", {}, NOTED, "bad_length", "19900101"),
    ("an_id_with_a_day_that_is_none", "身份证号码", "310118199002309913", {}, NOTED, "bad_date", "19900230"),
    ("a_phone_that_is_too_short", "手机号码", "1390013900", {}, NOTED, "too_short", "1390013900"),
    ("a_phone_that_is_too_long", "手机号码", "139001390011", {}, NOTED, "too_long", "139001390011"),
    ("a_phone_with_stars", "手机号码", "139****9001", {}, NOTED, "masked", None),
    ("a_phone_in_scientific_notation_without_its_digits", "手机号码", "1.39E+10", {}, NOTED, "excel_damaged", "1.39E+10"),
    ("a_phone_of_letters", "手机号码", "一三九零零", {}, NOTED, None, None),
    ("nothing_but_a_short_phone", "手机号码", "1390013900", {"受害人姓名": ""}, REFUSED, "too_short", "1390013900"),
    ("nothing_but_a_damaged_id", "身份证号码", "31011819900101", {"受害人姓名": "", "手机号码": ""}, REFUSED, "bad_length", "19900101"),
    ("a_name_of_digits", "受害人姓名", "12345", {}, NOTED, None, "12345"),
    ("a_day_that_is_none", "预警时间", "2026-13-45", {}, NOTED, "bad_date", None),
    ("an_amount_below_nothing", "涉案金额", "-5", {}, NOTED, "negative", None),
    ("an_amount_of_words", "涉案金额", "很多很多", {}, NOTED, "bad_amount", None),
    ("an_error_of_a_formula", "手机号码", "#N/A", {}, NOTED, "cell_error", None),
    ("nobody_at_all", "", "", NOBODY, REFUSED, "nobody", None),
]


def cell_test(name, column, value, more, verdict, code, plain):
    def check():
        cells = dict(more)
        if column:
            cells[column] = value
        body = table([HEAD, row(name + "-1"), row(name, **cells), row(name + "-2")])
        j = post(body).json
        assert [r["row"] for r in j["results"]] == [2, 3, 4], j
        assert [r["status"] for r in j["results"]] == ["accepted", verdict, "accepted"], j
        bad = j["results"][1]
        if verdict == REFUSED:
            assert (j["accepted"], j["rejected"]) == (2, 1) and known(name) == []
            check_fault(bad["error"], code, column, plain, 3)
        else:
            mine = [n for n in bad["notes"] if n["column"] == column]
            assert len(mine) == 1, bad
            check_fault(mine[0], code or mine[0]["code"], column, plain, 3)
            record = seen(bad)["record"]
            assert code == "cell_error" or value in json.dumps(record["extra"], ensure_ascii=False), "what was not understood is lost: %s" % record
            assert bad["flags"], bad
        if plain:
            assert plain not in json.dumps(j, ensure_ascii=False)
        assert "notes" not in j["results"][0] and "notes" not in j["results"][2]

    check.__name__ = name + ("_refuses_the_row_alone" if verdict == REFUSED else "_is_noted_and_the_rest_is_taken")
    test(check)


for one in CELLS:
    cell_test(*one)


# What is odd but can be read: column, text, and what the record says then.
@test
def odd_but_readable_cells_are_read():
    two = fresh(), fresh()
    own = fresh()
    rows = [
        ("several phones", {"手机号码": "%s、%s/021-55550001" % two}, lambda r: r["phones"] == [two[0], two[1], "021-55550001"]),
        ("all digits in scientific notation", {"手机号码": "%s.%sE+10" % (own[0], own[1:])}, lambda r: r["phones"] == [own]),
        ("blanks and hyphens", {"手机号码": " +86 %s-%s-%s " % (own[:3], own[3:7], own[7:])}, lambda r: r["phones"] == [own]),
        ("fullwidth", {"手机号码": own.translate({i + 48: i + 0xff10 for i in range(10)})}, lambda r: r["phones"] == [own]),
        ("leading apostrophe", {"手机号码": "'" + own, "身份证号码": "'" + GOOD_ID}, lambda r: r["phones"] == [own] and r["id_no"] == GOOD_ID),
        ("a tab that a web page put there", {"身份证号码": "\t" + GOOD_ID}, lambda r: r["id_no"] == GOOD_ID),
        ("small x", {"身份证号码": "11010519491231002x"}, lambda r: r["id_no"] == "11010519491231002X"),
        ("Chinese day", {"预警时间": "2026年11月21日 下午2点30分"}, lambda r: r["warn_time"].startswith("2026-11-21T14:30")),
        ("dots", {"预警时间": "2026.11.21 9:05"}, lambda r: r["warn_time"].startswith("2026-11-21T09:05")),
        ("day in Chinese figures", {"预警时间": "二〇二六年十一月二十一日"}, lambda r: r["warn_time"].startswith("2026-11-21")),
        ("thirty-five thousand", {"涉案金额": "3万5"}, lambda r: r["amount_fen"] == 3500000),
        ("in capitals", {"涉案金额": "叁万伍仟元整"}, lambda r: r["amount_fen"] == 3500000),
        ("with commas", {"涉案金额": "￥35,000.00"}, lambda r: r["amount_fen"] == 3500000),
        ("an ID with stars, whose tail helps to match", {"身份证号码": "310118********9991"},
         lambda r: r["id_no"] == "310118********9991" and "id_masked" in r["flags"]),
        ("nothing said", {"身份证号码": "无", "涉案金额": "不详", "备注": "/"}, lambda r: "id_no" not in r and "amount_fen" not in r),
    ]
    j = post(table([HEAD] + [row("odd%d" % i, **cells) for i, (_, cells, _) in enumerate(rows)])).json
    assert (j["accepted"], j["rejected"]) == (len(rows), 0), j
    for (name, _, good), result in zip(rows, j["results"]):
        record = seen(result)["record"]
        assert good(record), (name, record)
        assert not [n for n in result.get("notes", []) if n["code"] not in ("empty",)], (name, result)


@test
def the_cell_above_is_meant_by_ditto():
    own = fresh()
    rows = [HEAD, row("ditto1", 诈骗类型="刷单返利", 现住址="第2村3组", 村居="第2村", 手机号码=own),
            row("ditto2", 诈骗类型="同上", 现住址="同上", 村居="〃", 受害人姓名="李小红")]
    j = post(table(rows)).json
    assert j["accepted"] == 2, j
    record = seen(j["results"][1])
    assert record["record"]["fraud_type_raw"] == "刷单返利" and record["record"]["address"] == "第2村3组", record
    assert record["area"] == area_of(2)
    j = post(table([HEAD, row("ditto3", 手机号码="同上")])).json
    check_fault(j["results"][0]["notes"][0], "ditto", "手机号码", None, 2)


@test
def serial_numbers_of_a_workbook_are_days():
    rows = [HEAD, row("serial1"), row("serial2"), row("serial3")]
    rows[1][1], rows[2][1], rows[3][1] = 46347.5, datetime.datetime(2026, 11, 21, 14, 30), 46347
    rows[1][6], rows[2][6], rows[3][6] = 13755509991, 1.3755509992e10, "13755509993"
    rows[1][9], rows[2][9], rows[3][9] = 35000, 0.5, "3.5万"
    j = post(book(rows), XLSX).json
    assert j["accepted"] == 3 and not [r for r in j["results"] if "notes" in r], j
    records = [seen(r)["record"] for r in j["results"]]
    assert [r["warn_time"][:16] for r in records] == ["2026-11-21T12:00", "2026-11-21T14:30", "2026-11-21T00:00"], records
    assert [r["phones"] for r in records] == [["13755509991"], ["13755509992"], ["13755509993"]]
    assert [r["amount_fen"] for r in records] == [3500000, 50, 3500000], records


@test
def an_id_in_a_number_cell_has_lost_its_digits():
    rows = [HEAD, row("numid")]
    rows[1][5] = 310118196503079911
    j = post(book(rows), XLSX).json
    result = j["results"][0]
    fault = result.get("error") or result["notes"][0]
    assert result["status"] == "rejected" or known("numid")[0]["flags"], result
    assert fault["column"] == "身份证号码" and "文本" in fault["mend"], fault


@test
def totals_repeated_headers_and_signatures_are_no_records():
    rows = [["白鹤镇预警劝阻清单"] + [""] * 10, HEAD, row("tot1"), ["小计", "", "", "", "1人", "", "", "", "", "35000", ""], HEAD, row("tot2"),
            ["合计", "", "", "", "2人", "", "", "", "", "70000", ""], [""] * 11, ["制表人：王某", "", "", "", "", "审核人：李某", "", "", "", "", ""]]
    for body, kind in ((table(rows), "text/csv"), (book(rows), XLSX)):
        j = post(body, kind).json
        assert len(j["results"]) == 2 and j["rejected"] == 0 and [r["row"] for r in j["results"]] == [3, 6], j
    assert len(known("tot1")) == len(known("tot2")) == 1


# -- the file as a whole --------------------------------------------------------------------------------


@test
def every_encoding_of_an_office_is_read():
    for i, (mark, code, cut) in enumerate((("", "utf-8", 0), ("", "utf-8-sig", 0), ("", "gb18030", 0), ("\ufeff", "utf-16-le", 0),
                                           ("\ufeff", "utf-16-be", 0), ("", "utf-16-le", 0))):
        body = (mark + table([HEAD, row("enc%d" % i, 受害人姓名="李䶮")]).decode()).encode(code)
        j = post(body).json
        assert j.get("accepted") == 1, (code, j)
        assert seen(j["results"][0])["record"]["name"] == "李䶮", code


@test
def a_file_cut_in_the_middle_of_a_character_keeps_all_but_that_cell():
    for code, cut in (("gb18030", 1), ("utf-8", 1), ("utf-8", 2)):
        no = "cut-%s-%d" % (code, cut)
        body = table([HEAD, row(no + "a"), row(no, 备注="家在村口大树下")], code).rstrip()[:-cut]
        j = post(body).json
        assert j["accepted"] == 2 and j["rejected"] == 0, (no, j)
        record = seen(j["results"][1])["record"]
        assert record["name"] == "王小明" and len(record["phones"]) == 1, record
        assert record["remark"].startswith("家在村口大树"), "%s: %s" % (no, record["remark"])


def ole(*streams):
    """A compound file with these streams in its directory: .xls, and any workbook with a password."""
    def entry(name, kind):
        n = name.encode("utf-16-le")
        return n.ljust(64, b"\0") + struct.pack("<H", len(n) + 2) + bytes([kind, 1]) + b"\xff" * 12 + b"\0" * 48

    head = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 16 + struct.pack("<HHHHH", 0x3e, 3, 0xfffe, 9, 6) + b"\0" * 6
    head += struct.pack("<IIIIIIIIII", 0, 1, 1, 0, 0x1000, 0xfffffffe, 0, 0xfffffffe, 0, 0)
    folder = entry("Root Entry", 5) + b"".join(entry(s, 2) for s in streams)
    return head.ljust(512, b"\xff") + struct.pack("<II", 0xfffffffd, 0xfffffffe) + b"\xff" * 504 + folder.ljust(512, b"\0")


def bomb():
    """A small workbook of 200 MB."""
    out, source = io.BytesIO(), zipfile.ZipFile(io.BytesIO(book([HEAD, row("bomb")])))
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for name in source.namelist():
            data = source.read(name)
            if name.endswith("sheet1.xml"):
                data = data.replace(b"</sheetData>", b'<row r="9"><c r="A9" t="inlineStr"><is><t>' + b"A" * 200000000 +
                                    b"</t></is></c></row></sheetData>")
            z.writestr(name, data)
    return out.getvalue()


HTML = "<html><body><table><tr><td>姓名</td><td>手机号</td></tr><tr><td>王小明</td><td>13755500001</td></tr></table></body></html>"
WHOLE = [  # name of the file, bytes, code, what must stand in the mend
    ("旧表.xls", lambda: ole("Workbook"), "old_xls", "xlsx"),
    ("网页.xls", HTML.encode, "html", "另存为"),
    ("加密.xlsx", lambda: ole("EncryptedPackage", "EncryptionInfo"), "password", "去掉打开密码"),
    ("炸弹.xlsx", bomb, "zip_bomb", "新工作簿"),
    ("传一半.xlsx", lambda: book([HEAD, row("half")])[:-60], "damaged", "重新"),
    ("空.csv", lambda: b"", "empty_file", "保存完整"),
    ("照片.csv", lambda: bytes.fromhex("ffd8ffe000104a464946") + b"\0" * 300, "image", "原表格"),
    ("没表头.csv", "今天天气不错\n明天也是\n".encode, "no_header", "第一行"),
    ("引号.csv", lambda: table([HEAD]) + '坏1,2026-11-21,高,"冒充客服,王小明\n'.encode(), "bad_quote", "双引号"),
]


@test
def what_is_no_table_is_refused_with_its_reason():
    before = len(house.all("warnings"))
    for name, make, code, mend in WHOLE:
        kinds = [XLSX] if name.endswith("xlsx") else ["text/csv", "application/vnd.ms-excel"]
        for kind in kinds:
            a = post(make(), kind)
            assert a.status == 422, (name, kind, a.raw)
            j = a.json
            assert j["code"] == code and chinese(j["why"]) and mend in j["mend"] and j["detail"].startswith(
                ("第%d行：" % j["row"] if "row" in j else "") + j["why"]), (name, j)
    assert len(house.all("warnings")) == before


@test
def a_body_over_the_limit_is_413_and_the_connection_stays_usable_for_others():
    head = "POST /v1/warnings HTTP/1.1\r\nHost: q\r\nAuthorization: Bearer %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n"
    for kind, size in (("text/csv", 600 << 10), ("application/json", 300 << 10)):
        with socket.create_connection(("127.0.0.1", house.port), timeout=5) as s:
            s.sendall((head % (house.key(), kind, size)).encode())
            answer = s.recv(4096).decode()
        assert answer.startswith("HTTP/1.1 413 ") and "body_too_large" in answer and "内容太大" in answer, answer
    assert post(table([HEAD, row("after413")])).json["accepted"] == 1


@test
def two_lengths_and_chunks_are_refused_and_nothing_is_taken():
    body = json.dumps({"source": "s", "warn_no": "smuggled", "phones": [fresh()]})
    for extra in ("Content-Length: %d\r\nContent-Length: 5\r\n" % len(body), "Content-Length: 5\r\nContent-Length: %d\r\n" % len(body),
                  "Transfer-Encoding: chunked\r\n", "Transfer-Encoding: chunked\r\nContent-Length: %d\r\n" % len(body)):
        sent = "%x\r\n%s\r\n0\r\n\r\n" % (len(body), body) if "chunked" in extra else body
        with socket.create_connection(("127.0.0.1", house.port), timeout=5) as s:
            s.sendall(("POST /v1/warnings HTTP/1.1\r\nHost: q\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\n%s\r\n%s" % (
                house.key(), extra, sent)).encode())
            answer = b""
            while True:
                got = s.recv(65536)
                if not got:
                    break
                answer += got
        assert answer.startswith(b"HTTP/1.1 400 ") and answer.count(b"HTTP/1.1 ") == 1, answer
    assert known("smuggled") == []


@test
def bad_json_says_its_line_and_keeps_the_good_lines():
    a = post('{"source":"s",\n"warn_no":"bj",\n"name":}', "application/json")
    assert a.status == 400 and a.json["code"] == "bad_json" and a.json["row"] == 3 and chinese(a.json["mend"]), a.raw
    a = post('[{"source":"s","warn_no":"bj1","phones":["%s"]},\n{"a":}]' % fresh(), "application/json")
    assert a.status == 400 and a.json["row"] == 2 and known("bj1") == [], a.raw
    lines = '{"source":"s","warn_no":"bl1","phones":["%s"]}\n{"source":\n\n[1]\n{"source":"s","warn_no":"bl2","phones":["%s"]}\n'
    j = post(lines % (fresh(), fresh()), "application/x-ndjson").json
    assert [(r["row"], r["status"]) for r in j["results"]] == [(1, "accepted"), (2, "rejected"), (4, "rejected"), (5, "accepted")], j
    assert j["results"][1]["error"]["code"] == "bad_json" and j["results"][1]["error"]["row"] == 2
    assert len(known("bl1")) == len(known("bl2")) == 1


# -- words that nobody knows -----------------------------------------------------------------------------------


@test
def an_unknown_level_is_high_and_flagged():
    j = post({"source": "s", "warn_no": "lv", "level": "特特特", "phones": [fresh()], "area": area_of(1)}, None).json
    assert j["level"] == "HIGH" and "level_unmapped" in j["flags"], j
    w = seen(j)
    assert w["level_raw"] == "特特特" and "level_unmapped" in w["flags"]


@test
def an_unknown_fraud_type_is_kept_as_it_was_said():
    j = post({"source": "s", "warn_no": "ft", "level": "高", "fraud_type": "卖拐骗轮椅", "phones": [fresh()], "area": area_of(1)}, None).json
    w = seen(j)
    assert w["fraud_type_raw"] == "卖拐骗轮椅" and "fraud_unmapped" in w["flags"], w


@test
def the_words_of_the_office_count_however_a_warning_comes():
    cells = {"风险等级": "加急件", "诈骗类型": "领鸡蛋"}
    one = post({"source": "s", "warn_no": "ow1", "level": "加急件", "fraud_type": "领鸡蛋", "phones": [fresh()]}, None).json
    many = post(table([HEAD, row("ow2", **cells)])).json["results"][0]
    drop("本地说法.csv", table([HEAD, row("ow3", **cells)]))
    ended("本地说法.csv")
    for w in (seen(one), seen(many), known("ow3")[0]):
        assert (w["level"], w["fraud_type"]) == ("CRITICAL", "EGG_LECTURE") and "level_unmapped" not in w["flags"], w


@test
def an_unknown_area_goes_to_the_centre_with_an_alarm():
    j = post({"source": "s", "warn_no": "ar", "level": "高", "phones": [fresh()], "area": "火星村", "address": "火星村1组"}, None).json
    case = house.ask("GET", "/v1/cases/%d" % j["case"], role="manager").json
    assert "gap" in j["flags"] and case["area"] == "310118110000", (j, case)
    people = house.all("tasks", "case=%d" % j["case"])
    assert [t["member_name"][0] for t in people] == ["周"], "the centre's duty is not asked: %s" % people
    alarm = [a for a in house.all("alarms", role="manager") if a["kind"] == "gap" and a["case"] == j["case"]]
    assert alarm and "村" in alarm[0]["text"], alarm


@test
def unknown_fields_are_kept_and_masked():
    plain = "13755559876"
    j = post({"source": "s", "warn_no": "uf", "level": "高", "phones": [fresh()], "牛": 1, "foo": {"a": [plain]}}, None).json
    assert seen(j)["record"]["extra"] == {"牛": "1", "foo": {"a": [plain]}} or seen(j)["record"]["extra"]["foo"] == {"a": [plain]}
    assert plain not in json.dumps(seen(j, reveal=False))
    j = post(table([HEAD + ["经办人工号"], row("ufc") + ["A-7788"]])).json["results"][0]
    assert seen(j)["record"]["extra"]["经办人工号"] == "A-7788"


@test
def a_record_without_anybody_is_refused_in_every_form():
    a = post({"source": "s", "warn_no": "nb1", "level": "高", "address": "第1村"}, None)
    assert a.status == 422 and a.json["code"] == "nobody" and chinese(a.json["mend"]), a.raw
    j = post(json.dumps([{"source": "s", "warn_no": "nb2"}, {"source": "s", "warn_no": "nb3", "phones": [fresh()]}]), "application/json").json
    assert [r["status"] for r in j["results"]] == ["rejected", "accepted"] and known("nb1") == known("nb2") == []


@test
def rows_of_the_list_of_residents_are_judged_the_same_way():
    rows = [["姓名", "身份证号", "手机号", "村居", "现住址"], ["王好", GOOD_ID, fresh(), "第1村", "第1村1组"],
            ["", "", fresh(), "第1村", ""], ["李坏", "31011819650307", "1390013900", "第1村", "第1村2组"], ["赵哪", "", fresh(), "火星村", ""],
            ["孙糊", "3.10118E+17", fresh(), "第1村", "第1村3组"], ["周掩", "", "139****9001", "第1村", "第1村4组"]]
    a = house.ask("POST", "/v1/residents", table(rows, "gb18030"), {"Content-Type": "text/csv"}, role="manager")
    j = a.json
    by_row = {r["row"]: r for r in j["results"]}
    assert sorted(by_row) == [2, 3, 4, 5, 6, 7] and [by_row[i]["result"] for i in (2, 3, 4)] == ["created", "rejected", "created"], j
    assert "notes" not in by_row[2] and by_row[3]["error"]["code"] == "no_name" and by_row[5]["note"] == "area_unknown", j
    told = {(n["column"], n["code"]) for i in (4, 6, 7) for n in by_row[i].get("notes", []) + ([by_row[i]["error"]] if "error" in by_row[i] else [])}
    assert {("身份证号", "bad_length"), ("手机号", "too_short"), ("身份证号", "excel_damaged"), ("手机号", "masked")} <= told, j
    for r in j["results"]:
        for fault in r.get("notes", []) + ([r["error"]] if "error" in r else []):
            assert fault["row"] == r["row"] and chinese(fault["why"]) and chinese(fault["mend"]), fault
    assert b"1390013900" not in a.raw and b"31011819650307" not in a.raw


# -- the drop folder ---------------------------------------------------------------------------------------------------


def path(*names):
    return os.path.join(house.dir, "data", "drop", *names)


def drop(name, data):
    with open(path("." + name + ".part"), "wb") as f:
        f.write(data)
    os.rename(path("." + name + ".part"), path(name))


def ended(name):
    """(folder, rows of the report) once the file has ended."""
    stem, dot = os.path.splitext(name)
    folder = wait(lambda: next((d for d in ("done", "failed") if os.path.lexists(path(d, name))), None), 15, 0.05)
    if dot == ".xlsx":
        ws = load_workbook(path(folder, stem + "-结果.xlsx")).active
        return folder, [[("" if c.value is None else str(c.value)) for c in r] for r in ws.iter_rows()]
    with open(path(folder, stem + "-结果.csv"), encoding="utf-8-sig", newline="") as f:
        return folder, list(csv.reader(f))


@test
def the_report_beside_a_file_has_every_bad_row_with_its_mend():
    rows, wanted = [HEAD], [None]
    for i, (name, column, value, more, verdict, code, _) in enumerate(CELLS):
        rows += [row("dr%d-%s" % (i, name), **dict(more, **({column: value} if column else {}))), row("dr%d-good" % i)]
        wanted += [(column, value, verdict), ("", "", "good")]
    for name, data in (("坏数据.csv", table(rows, "gb18030")), ("坏数据.xlsx", book(rows))):
        drop(name, data)
        folder, told = ended(name)
        again = name.endswith("xlsx")
        assert folder == "done" and len(told) == len(rows), (len(told), len(rows))
        at = told[0].index("处理结果")
        for line, want, sent in zip(told[1:], wanted[1:], rows[1:]):
            column, value, verdict = want
            if value:
                assert line[HEAD.index(column)].lstrip("'") == value, (column, value, line)
            if verdict == REFUSED:
                assert line[at] == "未受理" and chinese(line[at + 1]) and chinese(line[at + 2]), line
                assert not column or column in line[at + 1], line
            else:
                assert line[at].startswith("重复") if again else line[at] in ("已受理", "已并入在办案件"), line
                assert line[at + 1].startswith("案件"), line
                assert verdict == "good" or (column in line[at + 2] and chinese(line[at + 2])), line
            assert line[0] == sent[0]


@test
def files_that_are_no_tables_fail_with_their_reason_beside_them():
    for name, make, _, mend in WHOLE:
        drop(name, make())
    for name, _, code, mend in WHOLE:
        folder, told = ended(name)
        text = "\n".join(",".join(t) for t in told)
        assert folder == "failed" and text.count("整个文件未处理") == 1 and mend in text, (name, folder, text)


@test
def a_file_with_too_many_rows_says_from_where_on_it_was_left():
    drop("太长.csv", table([HEAD] + [row("long%d" % i, 风险等级="低") for i in range(400)]))
    _, told = ended("太长.csv")
    at = told[0].index("处理结果")
    taken = [t for t in told[1:] if t[at] == "已受理"]
    assert 300 <= len(taken) < 400 and told[-1][at] == "后面的行未处理" and "300" in told[-1][at + 1] and told[-1][at + 2], told[-1]
    assert len([w for w in house.all("warnings") if w["warn_no"].startswith("long")]) == len(taken), "a row was taken without a line"


@test
def a_file_that_is_too_big_is_not_read():
    drop("大.csv", table([HEAD, row("big1")]) + b"x" * (1 << 20))
    folder, told = ended("大.csv")
    assert folder == "failed" and "太大" in told[1][1] and known("big1") == [], told


@test
def links_pipes_and_second_names_are_never_opened():
    outside = os.path.join(house.dir, "outside.csv")
    with open(outside, "wb") as f:
        f.write(table([HEAD, row("outside")]))
    os.symlink(outside, path("链接.csv"))
    os.mkfifo(path("管道.csv"))
    os.link(outside, path("硬链接.csv"))
    os.mkdir(path("文件夹.csv"))
    for name, why in (("链接.csv", "不是普通文件"), ("管道.csv", "不是普通文件"), ("硬链接.csv", "还有一个名字")):
        folder, told = ended(name)
        assert folder == "failed" and why in told[1][1] and told[1][2], (name, told)
    assert known("outside") == [] and os.path.isdir(path("文件夹.csv")) and os.path.exists(outside)
    os.rmdir(path("文件夹.csv"))


@test
def a_file_that_is_still_being_written_waits():
    with open(path("慢慢写.csv"), "wb") as f:
        f.write(table([HEAD, row("slow1")]))
        f.flush()
        time.sleep(1.6)
        assert os.path.exists(path("慢慢写.csv")) and known("slow1") == [], "taken while it was written"
        f.write(table([row("slow2")]))
    with open(path(".隐藏.csv"), "wb") as f:
        f.write(table([HEAD, row("hidden")]))
    with open(path("下载中.csv.crdownload"), "wb") as f:
        f.write(table([HEAD, row("partial")]))
    folder, told = ended("慢慢写.csv")
    assert folder == "done" and len(told) == 3 and len(known("slow2")) == 1, told
    assert os.path.exists(path(".隐藏.csv")) and os.path.exists(path("下载中.csv.crdownload"))
    assert known("hidden") == known("partial") == []


@test
def lines_of_json_may_be_dropped_too():
    drop("平台.ndjson", ('{"source":"s","warn_no":"dj1","phones":["%s"]}\n{"source":\n{"source":"s","warn_no":"dj2","phones":["%s"]}\n' % (
        fresh(), fresh())).encode())
    folder, told = ended("平台.ndjson")
    assert folder == "done" and [t[0] for t in told] == ["处理结果", "已受理", "未受理", "已受理"] and "JSON" in told[2][1], told


@test
def nothing_personal_of_all_that_stands_in_the_log():
    said = house.said()
    for word in ("王小明", "李䶮", "1375550", "1390013900", GOOD_ID, "310118199001019991", "6组12号"):
        assert word not in said, word
    assert house.stop() == 0


if __name__ == "__main__":
    with House(more=MORE, http=HTTP) as house:
        house.start()
        house.settle(3, 2)
        code = run()
        if code != 0:
            print("# daemon: %s" % ("running" if house.proc and house.proc.poll() is None else house.proc and house.proc.poll()))
            print("".join("# %s\n" % line for line in house.said().splitlines()[-40:]), end="")
    sys.exit(code)
