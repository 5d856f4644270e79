#!/usr/bin/python3
"""Makes the demo's office files: as real ones look, with made-up people. data.py FOLDER"""
import csv
import os
import random
import sys

from openpyxl import Workbook
from openpyxl.styles import Font

TOWN = ("310118110000", "白鹤镇")
VILLAGES = [("310118110901", "示例村"), ("310118110902", "桥头村"), ("310118110903", "石桥村"), ("310118110904", "柳岸村")]
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def id_no(rng, sex):
    """A made-up number: the region code 310118 never issued these sequence numbers together with these days."""
    day = "%04d%02d%02d" % (rng.randint(1940, 2004), rng.randint(1, 12), rng.randint(1, 28))
    body = "310118" + day + "%02d%d" % (rng.randint(90, 99), rng.choice((1, 3, 5, 7, 9) if sex == "男" else (0, 2, 4, 6, 8)))
    return body + "10X98765432"[sum(int(c) * w for c, w in zip(body, WEIGHTS)) % 11]


def book(path, title, rows, text_columns=()):
    """A workbook as an office makes it: a title over all columns, then the header, numbers as text."""
    wb = Workbook()
    ws = wb.active
    ws.append([title])
    ws.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(rows[0]))
    ws["A1"].font = Font(bold=True, size=16)
    for row in rows:
        ws.append(row)
    for column in text_columns:
        for cell in ws[column]:
            cell.number_format = "@"
    wb.save(path)


def residents(rng):
    surnames, given = "王李张刘陈杨黄赵吴周徐孙马朱胡", "小明红伟芳娜强丽军洋勇艳杰涛秀英华玉兰建国"
    rows = [["序号", "姓名", "性别", "身份证号码", "联系电话", "家属姓名", "家属电话", "村居", "现住址", "人群类别", "风险等级"]]
    for i in range(240):
        sex = rng.choice("男女")
        village = VILLAGES[i % len(VILLAGES)][1]
        rows.append([i + 1, rng.choice(surnames) + rng.choice(given) + rng.choice(given), sex, id_no(rng, sex),
                     "139%08d" % (10000000 + i), "家属" + rng.choice("甲乙丙丁"), "137%08d" % (10000000 + i), village,
                     "%s%d组%d号" % (village, rng.randint(1, 9), rng.randint(1, 60)),
                     rng.choice(["独居老人", "财务人员", "学生家长", "刚需贷款", ""]), rng.choice(["高", "中", "低"])])
    return rows


def warning(no, person, level, kind, extra=""):
    return [no, "2026-11-21 09:0%d" % (int(no[-1]) % 10), level, kind, person[1], person[3], person[4], person[8], extra]


def main():
    out = sys.argv[1]
    rng = random.Random(20261121)
    os.makedirs(out, exist_ok=True)
    book(os.path.join(out, "村居.xlsx"), "白鹤镇村居代码表",
         [["代码", "名称", "类型", "上级"]] + [[TOWN[0], TOWN[1], "镇", ""]] + [[c, n, "村", TOWN[0]] for c, n in VILLAGES], "A")
    members = [["队伍", "姓名", "手机号", "职务", "村居", "保密承诺日期"],
               ["示例村劝导队", "赵一", "13800138001", "队员", "示例村", "2026-01-05"],
               ["桥头村劝导队", "钱二", "13800138002", "队员", "桥头村", "2026-01-05"],
               ["桥头村劝导队", "孙三", "13800138003", "队员", "桥头村", "2026-01-05"],
               ["石桥村劝导队", "李四", "13800138004", "队员", "石桥村", "2026-01-05"],
               ["石桥村劝导队", "郑五", "13800138005", "队长", "石桥村", "2026-01-05"],
               ["柳岸村劝导队", "周六", "13800138006", "队员", "柳岸村", "2026-01-05"],
               ["中心值班组", "吴九", "13800138009", "值班员", "白鹤镇", "2026-01-05"],
               ["白鹤派出所", "冯警官", "13800138010", "民警", "白鹤镇", "2026-01-05"]]
    book(os.path.join(out, "劝导队.xlsx"), "白鹤镇反诈劝导队名册", members, "C")
    people = residents(rng)
    book(os.path.join(out, "易受骗人员.xlsx"), "易受骗重点人员名单", people, "DEG")
    head = ["预警编号", "预警时间", "风险等级", "诈骗类型", "受害人姓名", "身份证号码", "手机号码", "现住址", "备注"]
    by_village = {v: [p for p in people[1:] if p[7] == v] for _, v in VILLAGES}
    with open(os.path.join(out, "预警-省厅.csv"), "w", encoding="gb18030", newline="") as f:
        w = csv.writer(f)
        w.writerow(head)
        w.writerow(warning("ST20261121002", by_village["桥头村"][3], "高危", "冒充客服"))
        w.writerow(warning("ST20261121003", by_village["石桥村"][5], "高危", "刷单返利"))
        w.writerow(["ST20261121009", "2026-11-21 09:09", "高", "投资理财", "李样本", "3.10118E+17", "13910000099",
                    "石桥村8组", "身份证号被表格软件改坏了"])
    rows = [head, warning("FZ20261121004", by_village["柳岸村"][2], "高", "冒充公检法")]
    book(os.path.join(out, "预警-反诈中心.xlsx"), "11月21日预警劝阻清单", rows, "FG")
    first = by_village["示例村"][1]
    with open(os.path.join(out, "warning.json"), "w", encoding="utf-8") as f:
        f.write('{"source":"国家反诈大数据平台","warn_no":"GJ20261121001","level":"高","fraud_type":"虚假投资理财",'
                '"name":"%s","id_no":"%s","phones":["%s"],"address":"%s"}\n' % (first[1], first[3], first[4], first[8]))


if __name__ == "__main__":
    main()
