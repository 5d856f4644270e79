#!/usr/bin/env python3
"""The systemd unit: hardened to 1.6 or better by systemd's own score, and `make install` puts every file."""
import os
import re
import subprocess
import sys
import tempfile

results = []


def check(name, ok, note=""):
    results.append(ok)
    print("%sok %d - %s%s" % ("" if ok else "not ", len(results), name, "" if ok else " # " + note))


def score():
    p = subprocess.run(["systemd-analyze", "security", "--offline=true", "--threshold=16", "systemd/quanzud.service"],
                       capture_output=True, text=True)
    found = re.search(r"exposure level[^:]*:\s*([0-9.]+)", p.stdout)
    return p.returncode, float(found.group(1)) if found else 99.0


def install(build):
    with tempfile.TemporaryDirectory() as root:
        subprocess.run(["make", "-s", "install", "B=" + build, "DESTDIR=" + root, "-o", "all"] +
                       ["-o%s/%s" % (build, p) for p in ("quanzud", "quanzu", "quanzu-modemsim")], check=True,
                       stdout=subprocess.DEVNULL)
        return {os.path.relpath(os.path.join(d, f), root) for d, _, files in os.walk(root) for f in files}


def main():
    code, exposure = score()
    check("the unit scores 1.6 or better (%.1f)" % exposure, code == 0 and exposure <= 1.6, "exit %d" % code)
    files = install(os.environ.get("B", "build"))
    for want in ("usr/sbin/quanzud", "usr/bin/quanzu", "usr/bin/quanzu-modemsim", "etc/quanzu/quanzud.conf",
                 "usr/lib/systemd/system/quanzud.service",
                 "usr/lib/systemd/system/quanzud.service.d/cloud.conf.example", "usr/lib/sysusers.d/quanzu.conf",
                 "usr/lib/tmpfiles.d/quanzu.conf", "usr/lib/udev/rules.d/78-quanzu.rules",
                 "usr/share/man/man8/quanzud.8", "usr/share/man/man1/quanzu.1", "usr/share/man/man5/quanzud.conf.5"):
        check("make install puts " + want, want in files)
    print("1..%d" % len(results))
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
