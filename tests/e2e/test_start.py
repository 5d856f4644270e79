#!/usr/bin/env python3
"""Whatever quanzud finds at its start: it runs, or it ends at once with an exit code and one plain line."""
import os
import re
import signal
import socket
import sqlite3
import stat
import sys
import time

from harness import House, run, test, warning

USAGE, DATA, UNAVAILABLE, IO, NO_PERMISSION, CONFIG = 64, 65, 69, 74, 77, 78


def data(house, *path):
    return os.path.join(house.dir, "data", *path)


def lived(house, pushes=3):
    """A gateway that has worked and was stopped."""
    house.start()
    for i in range(pushes):
        assert house.ask("POST", "/v1/warnings", warning(i, 1)).status == 201
    assert house.stop() == 0
    return house


def refuses(house, code, *says, quick=2):
    began = time.monotonic()
    got, text = house.run()
    took = time.monotonic() - began
    assert got == code, (got, text)
    for words in says:
        assert words in text, (words, text)
    errors = [x for x in text.splitlines() if " error " in x or " fatal " in x]
    assert len(errors) <= 2 and "Traceback" not in text and "assert" not in text.lower(), text
    assert took < quick, took


def works(house, code=201):
    house.start()
    assert house.ask("POST", "/v1/warnings", warning(1000, 1)).status == code
    assert house.ask("GET", "/v1/audit", role="auditor").json["ok"]
    assert house.stop() == 0


# -- configuration ------------------------------------------------------------------------------------


@test
def a_wrong_configuration_is_told_with_file_and_line():
    with House() as h:
        for text, line, words in ((h.text + "nonsense = 1;\n", None, "nonsense"),
                                  (h.text.replace('area = "310118110000"', 'area = "31"'), 2, "area"),
                                  (h.text.replace("listen = [", "listen = [ ["), 4, ""),
                                  (h.text.replace('"info"', '"loud"'), 3, "log_level")):
            h.write_config(text)
            for options in ((), ("-t",)):
                code, said = h.run(*options)
                where = "%s:%d: " % (h.config, line or text.rstrip().count("\n") + 1)
                assert code == CONFIG and said.startswith(where) and words in said, (code, said, where)


@test
def a_good_configuration_is_only_checked_with_t():
    with House() as h:
        code, said = h.run("-t")
        assert code == 0 and "没有问题" in said, (code, said)
        assert not os.path.exists(data(h))


@test
def a_missing_configuration_and_wrong_options_are_told():
    with House() as h:
        os.unlink(h.config)
        code, said = h.run()
        assert code == CONFIG and h.config in said, (code, said)
        code, said = h.run("--nonsense")
        assert code == USAGE and "用法" in said, (code, said)
        code, said = h.run("too", "many")
        assert code == USAGE and "用法" in said, (code, said)


@test
def an_unreadable_secret_is_told():
    with House(modems=1, channel='pin_file = "no-such.pin";') as h:
        code, said = h.run()
        assert code == CONFIG and "pin_file" in said and "no-such.pin" in said, (code, said)


def nobody():
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)


# -- places ---------------------------------------------------------------------------------------------


@test
def a_taken_port_is_told():
    with House() as h, socket.socket() as s:
        s.bind(("127.0.0.1", h.port))
        s.listen()
        refuses(h, UNAVAILABLE, str(h.port), "占用")


@test
def a_second_daemon_on_the_same_socket_is_told_and_the_first_goes_on():
    with House() as first:
        first.start()
        text = first.text.replace(":%d" % first.port, ":%d" % (first.port + 1)).replace('"data"', '"data2"')
        first.write_config(text)
        code, said = first.run()
        assert code == UNAVAILABLE and "q.sock" in said, (code, said)
        assert first.ask("POST", "/v1/warnings", warning(1, 1)).status == 201
        assert first.stop() == 0


@test
def a_second_daemon_on_the_same_database_is_told_and_the_first_goes_on():
    with House() as first:
        first.start()
        first.write_config(first.text.replace(":%d" % first.port, ":%d" % (first.port + 1)).replace("q.sock", "q2.sock"))
        code, said = first.run()
        assert code == UNAVAILABLE and "另一个 quanzud" in said, (code, said)
        assert first.ask("POST", "/v1/warnings", warning(1, 1)).status == 201
        first.proc.kill()
        first.proc.wait(10)
        first.write_config(first.text)
        works(first)  # the lock went with the process


@test
def a_data_folder_that_cannot_be_made_is_told():
    with House() as h:
        with open(data(h), "w", encoding="ascii"):
            pass  # a file stands in its place: also root cannot pass
        code, said = h.run()
        assert code in (NO_PERMISSION, IO) and "data" in said, (code, said)
        os.unlink(data(h))
        h.write_config(h.text.replace('"data"', '"/proc/quanzu"'))
        refuses(h, NO_PERMISSION, "/proc/quanzu")


@test
def a_data_folder_that_others_own_is_told():
    if os.geteuid() != 0:
        print("# needs root to become somebody else")

    with House(preexec=nobody) as h:
        os.chmod(h.dir, 0o755)
        os.chmod(h.config, 0o644)
        os.mkdir(data(h), 0o500)
        code, said = h.run()
        assert code in (NO_PERMISSION, IO) and "quanzu.db" in said, (code, said)


# -- devices --------------------------------------------------------------------------------------------


def with_device(house, device):
    """The configuration with one modem on that device; the line where it stands."""
    house.text = re.sub(r"channels = \(\s*\);", 'channels = ( { name = "a"; kind = "modem";\n device = "%s"; } );' % device,
                        house.text)
    house.write_config(house.text)
    return house.text[:house.text.index(device)].count("\n") + 1


def told(house, code, line, *says):
    """quanzud -t says it with the line; the daemon starts all the same, and its log has the same words."""
    got, text = house.run("-t")
    assert got == code, (got, text)
    told = [x for x in text.splitlines() if x.startswith("%s:%d: " % (house.config, line))]
    assert len(told) == 1 and "没有问题" not in text and all(w in told[0] for w in ("通道 a", *says)), text
    house.start()
    assert told[0].split(": ", 1)[1] in house.said(), (told, house.said())
    assert house.ask("POST", "/v1/warnings", warning(1, 1)).status == 201
    assert house.ask("GET", "/v1/channels").json["items"][0]["state"] == "lost"


@test
def a_device_that_is_not_there_is_told_by_the_check_and_at_the_start():
    with House() as h:
        line = with_device(h, "/dev/serial/by-id/none")
        told(h, UNAVAILABLE, line, "device", "/dev/serial/by-id/none 不存在", "串口")
        assert "the device of every modem is missing" in h.said(), h.said()
        assert h.stop() == 0


@test
def a_device_that_is_no_serial_port_is_told():
    with House() as h:
        line = with_device(h, "/dev/null")
        told(h, UNAVAILABLE, line, "device", "/dev/null 存在,但不是串口")
        assert h.stop() == 0


@test
def a_device_that_we_may_not_open_is_told_with_the_group_to_join():
    master, slave = os.openpty()
    with House(preexec=nobody) as h:
        if os.geteuid() != 0:
            os.fchmod(slave, 0)
        os.chmod(h.dir, 0o777)
        os.chmod(h.config, 0o644)
        line = with_device(h, os.ttyname(slave))
        os.chmod(h.config, 0o644)
        told(h, NO_PERMISSION, line, "device", os.ttyname(slave), "没有读写权限", "usermod -aG")
        assert h.stop() == 0
    os.close(master)
    os.close(slave)


@test
def every_device_that_is_missing_is_told_and_a_good_one_is_not():
    with House(modems=1) as h:
        h.text = h.text.replace("channels = (", 'channels = ( { name = "x"; kind = "modem"; device = "/dev/no-x"; },\n'
                                ' { name = "y"; kind = "modem"; device = "/dev/no-y"; },')
        h.write_config(h.text)
        code, said = h.run("-t")
        assert code == UNAVAILABLE and "/dev/no-x" in said and "/dev/no-y" in said and "sim1" not in said, (code, said)
        h.start()
        assert "the device of every modem is missing" not in h.said() and "/dev/no-y" in h.said(), h.said()
        assert h.stop() == 0


# -- keys -----------------------------------------------------------------------------------------------


@test
def a_first_start_makes_the_key_for_its_owner_alone():
    with House() as h:
        lived(h)
        assert stat.S_IMODE(os.stat(data(h, "keys")).st_mode) == 0o600
        assert stat.S_IMODE(os.stat(data(h)).st_mode) == 0o700
        assert stat.S_IMODE(os.stat(data(h, "quanzu.db")).st_mode) & 0o077 == 0


@test
def the_key_of_another_database_is_told():
    with House() as a, House() as b:
        lived(a), lived(b)
        with open(data(a, "keys"), "rb") as f:
            other = f.read()
        with open(data(b, "keys"), "r+b") as f:
            own = f.read()
            f.seek(0)
            f.write(other)
            f.truncate()
        refuses(b, CONFIG, "不配套")
        with open(data(b, "keys"), "wb") as f:
            f.write(own)
        works(b)


@test
def a_missing_key_is_told_and_none_is_made():
    with House() as h:
        lived(h)
        os.rename(data(h, "keys"), data(h, "away"))
        refuses(h, CONFIG, "密钥文件")
        assert not os.path.exists(data(h, "keys"))
        os.rename(data(h, "away"), data(h, "keys"))
        works(h)


@test
def a_key_that_others_can_read_or_that_is_none_is_told():
    with House() as h:
        lived(h)
        os.chmod(data(h, "keys"), 0o644)
        refuses(h, CONFIG, "chmod 600")
        os.chmod(data(h, "keys"), 0o600)
        with open(data(h, "keys"), "wb") as f:
            f.write(b"something else\n")
        refuses(h, CONFIG, "不是本程序的密钥文件")


# -- the database -----------------------------------------------------------------------------------------


@test
def a_newer_database_is_told_and_left_alone():
    with House() as h:
        lived(h)
        base = sqlite3.connect(data(h, "quanzu.db"))
        base.execute("INSERT INTO migration (version, at) VALUES (99, 0)")
        base.commit()
        base.close()
        refuses(h, DATA, "更新版本")
        base = sqlite3.connect(data(h, "quanzu.db"))
        assert base.execute("SELECT count(*) FROM warning").fetchone()[0] == 3
        base.execute("DELETE FROM migration WHERE version = 99")
        base.commit()
        base.close()
        works(h)


def spoil(house, how):
    """The database file through how(bytes), without its log beside it."""
    for tail in ("-wal", "-shm"):
        if os.path.exists(data(house, "quanzu.db" + tail)):
            os.unlink(data(house, "quanzu.db" + tail))
    with open(data(house, "quanzu.db"), "rb") as f:
        whole = f.read()
    with open(data(house, "quanzu.db"), "wb") as f:
        f.write(how(whole))


@test
def what_is_no_database_is_told():
    for how in (lambda b: b"This is a letter to somebody else.\n" * 400, lambda b: b"\0" * 8192,
                lambda b: b[:16] + os.urandom(4096)):
        with House() as h:
            lived(h)
            spoil(h, how)
            refuses(h, IO, "quanzu.db")


@test
def the_database_of_another_program_is_told_and_left_alone():
    with House() as h:
        lived(h)
        for tail in ("", "-wal", "-shm"):
            if os.path.exists(data(h, "quanzu.db" + tail)):
                os.unlink(data(h, "quanzu.db" + tail))
        base = sqlite3.connect(data(h, "quanzu.db"))
        base.execute("CREATE TABLE letters (a)")
        base.commit()
        refuses(h, DATA, "别的程序")
        assert base.execute("SELECT name FROM sqlite_master").fetchall() == [("letters",)]
        base.close()


@test
def a_torn_database_starts_or_is_told_and_never_hangs():
    codes = []
    for part in (0.03, 0.2, 0.5, 0.9):
        with House() as h:
            lived(h)
            spoil(h, lambda b, part=part: b[:int(len(b) * part)])
            code, said = None, ""
            try:
                h.start(seconds=5)
                code = h.stop()
            except AssertionError:
                code, said = h.proc.wait(5), h.said()
                h.proc = None
            assert code in (0, IO, DATA) and "AddressSanitizer" not in said, (part, code, said[-800:])
            codes.append(code)
    print("# exit codes of torn databases: %s" % codes)


@test
def an_empty_database_file_is_a_first_start():
    with House() as h:
        os.mkdir(data(h), 0o700)
        with open(data(h, "quanzu.db"), "wb"):
            pass
        works(h)


@test
def a_log_that_was_left_behind_is_read():
    """A kill leaves the WAL: what it holds was acknowledged."""
    with House() as h:
        h.start()
        for i in range(20):
            assert h.ask("POST", "/v1/warnings", warning(i, 1)).status == 201
        h.stop(signal.SIGKILL)
        assert os.path.getsize(data(h, "quanzu.db-wal")) > 0
        h.start()
        assert len(h.all("warnings")) == 20
        assert h.stop() == 0


@test
def a_locked_database_is_told():
    with House() as h:
        lived(h)
        base = sqlite3.connect(data(h, "quanzu.db"), isolation_level=None)
        base.execute("BEGIN EXCLUSIVE")
        refuses(h, IO, "locked", quick=12)
        base.execute("ROLLBACK")
        base.close()
        works(h)


if __name__ == "__main__":
    sys.exit(run())
