#!/usr/bin/python3
"""Runs every test program, counts what they say in TAP, shows what failed.

Test programs are $B/test_* (cmocka), tests/e2e/test_*.py, and with --fuzz-seconds N each fuzz target
over its corpus and N seconds of new input. Of what computes as many run at a time as there are
processors, and beside them three of the end-to-end tests, which mostly wait; each for at most ten
minutes. The last line is "N passed, N failed".
"""
import argparse
import concurrent.futures
import glob
import os
import re
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LIMIT = 600
WAITING = 3
LONG = ("cloud_calls", "voice", "channels", "cloud")  # begun first, so that the lanes end together
PYTHON = "/usr/bin/python3"  # Debian's own, which has python3-openpyxl


def run(command, env, limit=LIMIT):
    start = time.monotonic()
    try:
        p = subprocess.run(command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                           stderr=subprocess.STDOUT, timeout=limit)
        code, out = p.returncode, p.stdout
    except subprocess.TimeoutExpired as e:
        code, out = "timeout", e.stdout or b""
    return code, out.decode("utf-8", "replace"), time.monotonic() - start


def judge(name, code, out):
    """(passed, failed, lines to show): a program that ends badly has failed, whatever it counted."""
    # cmocka says "not ok 5 # SKIP" for a test that skips itself.
    lines = re.findall(r"^(not )?ok \d+(.*)$", out, re.M)
    skipped = sum("# SKIP" in text for _, text in lines)
    ok = sum(not bad and "# SKIP" not in text for bad, text in lines)
    bad = [text for no, text in lines if no and "# SKIP" not in text]
    failed = len(bad)
    if code != 0 and failed == 0:
        failed = 1
    if ok == 0 and failed == 0:
        failed, bad = 1, ["no test executed"]
    if failed == 0:
        return ok, 0, skipped, ""
    tail = "\n".join(line for line in out.splitlines() if not re.match(r"^ok \d+", line))
    return ok, failed, skipped, "-- %s (exit %s)\n%s\n" % (name, code, tail[-6000:])


def unit(path, build):
    env = dict(os.environ, CMOCKA_MESSAGE_OUTPUT="TAP", B=build, TMPDIR=os.environ.get("TMPDIR", "/tmp"),
               ASAN_OPTIONS="abort_on_error=0:detect_leaks=1", UBSAN_OPTIONS="print_stacktrace=1")
    name = os.path.basename(path)
    command = [PYTHON, path] if path.endswith(".py") else [path]
    code, out, seconds = run(command, env)
    return (name, seconds) + judge(name, code, out)


def fuzz(path, seconds, more):
    name = os.path.basename(path)
    seeds = os.path.join(ROOT, "tests", "corpus", name[len("fuzz_"):])
    with tempfile.TemporaryDirectory() as grown:
        command = [path, "-max_total_time=%d" % seconds, "-timeout=20", "-rss_limit_mb=2048", "-print_final_stats=0", *more,
                   "-artifact_prefix=%s/" % os.environ.get("TMPDIR", "/tmp"), grown]
        if os.path.isdir(seeds):
            command.append(seeds)
        code, out, took = run(command, dict(os.environ, ASAN_OPTIONS="detect_leaks=0"), seconds + 120)
    if code == 0:
        return name, took, 1, 0, 0, ""
    return name, took, 0, 1, 0, "-- %s (exit %s)\n%s\n" % (name, code, out[-4000:])


def turn(path):
    """The long ones first, the others by their names."""
    name = os.path.basename(path)[len("test_"):-len(".py")]
    return LONG.index(name) if name in LONG else len(LONG), name


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--fuzz-seconds", type=int, default=0)
    ap.add_argument("--only-fuzz", action="store_true")
    ap.add_argument("--match", default="")
    ap.add_argument("--slow", action="store_true", help="show how long each program took")
    args = ap.parse_args()
    build = os.environ.get("B", "build")
    scripts, programs = [], []
    if not args.only_fuzz:
        scripts = sorted(glob.glob(os.path.join(ROOT, "tests", "e2e", "test_*.py")), key=turn)
        programs = sorted(p for p in glob.glob(os.path.join(ROOT, build, "test_*")) if os.access(p, os.X_OK))
    waiting = [lambda p=p: unit(p, build) for p in scripts if re.search(args.match, p)]
    busy = [lambda p=p: unit(p, build) for p in programs if re.search(args.match, p)]
    if args.fuzz_seconds > 0:
        # Beside the tests always the same way, so that what was green stays green; alone, ever new ones.
        more = [] if args.only_fuzz else ["-seed=1"]
        busy += [lambda p=p: fuzz(p, args.fuzz_seconds, more) for p in sorted(glob.glob(os.path.join(ROOT, "build/fuzz/fuzz_*")))
                 if re.search(args.match, p)]
    passed = failed = skipped = 0
    times = []
    with concurrent.futures.ThreadPoolExecutor(WAITING) as slow, concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as quick:
        for result in concurrent.futures.as_completed([slow.submit(j) for j in waiting] + [quick.submit(j) for j in busy]):
            name, seconds, ok, bad, skip, text = result.result()
            passed += ok
            failed += bad
            skipped += skip
            times.append((seconds, name))
            if text:
                print(text, flush=True)
    if args.slow:
        for seconds, name in sorted(times, reverse=True)[:15]:
            print("%6.1f s  %s" % (seconds, name))
    if skipped:
        print("%d of them skipped" % skipped)
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
