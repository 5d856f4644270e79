#!/usr/bin/python3
"""Tells what the simulated phones hear and say, as it happens. story.py SIM.LOG SECONDS"""
import json
import sys
import time

NAMES = {"13800138001": "赵一(示例村)", "13800138002": "钱二(桥头村)", "13800138003": "孙三(桥头村)",
         "13800138004": "李四(石桥村)", "13800138005": "郑五(石桥村队长)", "13800138006": "周六(柳岸村)",
         "13800138009": "吴九(中心值班)", "13800138010": "冯警官(派出所)"}


CALLS = {"dial": "电话响了", "answered": "接起电话", "spoke": "听到: %s", "key": "按了 %s", "ended": "电话结束"}


def tell(start, e):
    at = "%5.1fs" % (e["t"] / 1e6 - start)
    if e["ev"] == "heard":
        print("%s  %s 收到: %s" % (at, NAMES.get(e["number"], e["number"]), e["text"]), flush=True)
    elif e["ev"] == "deliver":
        number = e["from"].replace("+86", "")
        print("%s  %s 回复: %s" % (at, NAMES.get(number, number), e["text"]), flush=True)
    elif e["ev"] == "call" and e["what"] in CALLS:
        what = CALLS[e["what"]]
        print("%s  %s %s" % (at, NAMES.get(e["number"], e["number"]), what % e["text"] if "%" in what else what),
              flush=True)


def main():
    path, until = sys.argv[1], time.monotonic() + float(sys.argv[2])
    start = None
    with open(path, encoding="utf-8") as f:
        while time.monotonic() < until:
            line = f.readline()
            if not line.endswith("\n"):
                time.sleep(0.05)
                continue
            e = json.loads(line)
            if "t" in e:
                start = e["t"] / 1e6 if start is None else start
                tell(start, e)


if __name__ == "__main__":
    main()
