#!/usr/bin/env python3
"""quanzu-modemsim as other programs meet it: AT over TCP and pty, control socket, log file.

Prints TAP. The program is $B/quanzu-modemsim (B is build by default). The PDUs are made and read
here by hand, not by the program's own code.
"""
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import termios
import time
import tty

PROGRAM = os.path.join(os.environ.get("B", "build"), "quanzu-modemsim")
ALERT = "【反诈】17号任务：请回171接单"


def swap(digits):
    digits += "F" if len(digits) % 2 else ""
    return "".join(digits[i + 1] + digits[i] for i in range(0, len(digits), 2))


def submit(number, text, report=True, ref=None):
    """One UCS-2 SUBMIT: hex with an empty service centre, and the n of AT+CMGS=n."""
    data = text.encode("utf-16-be")
    if ref:
        data = bytes([5, 0, 3, *ref]) + data
    first = 0x01 | (0x20 if report else 0) | (0x40 if ref else 0)
    plus = number.startswith("+")
    number = number.lstrip("+")
    pdu = "%02X00%02X%s%s0008%02X%s" % (first, len(number), "91" if plus else "81", swap(number), len(data),
                                        data.hex().upper())
    return "00" + pdu, len(pdu) // 2


def septets(data, count, skip):
    bits = int.from_bytes(data, "little")
    return "".join(chr(bits >> 7 * i & 0x7F) for i in range(skip, count))


def deliver(pdu):
    """Sender, text and (ref, parts, part) of a DELIVER with service centre; GSM-7 letters and digits or UCS-2."""
    b = bytes.fromhex(pdu)
    b = b[1 + b[0]:]
    first, digits, toa = b[0], b[1], b[2]
    octets = (digits + 1) // 2
    sender = ("+" if toa == 0x91 else "") + swap(b[3:3 + octets].hex().upper())[:digits]
    b = b[3 + octets:]
    dcs, count, data = b[1], b[9], b[10:]
    header, long = 0, None
    if first & 0x40:
        header = data[0] + 1
        long = (data[3], data[4], data[5])
    if dcs == 8:
        return sender, data[header:count].decode("utf-16-be"), long
    return sender, septets(data, count, (header * 8 + 6) // 7), long


class Port:
    """One terminal: TCP or pty."""

    def __init__(self, address):
        if address.startswith("tcp:"):
            host, port = address[4:].rsplit(":", 1)
            self.sock = socket.create_connection((host, int(port)), 5)
            self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.fd = self.sock.fileno()
        else:
            self.sock = None
            self.fd = os.open(address, os.O_RDWR | os.O_NOCTTY)
            tty.setraw(self.fd, termios.TCSANOW)
        self.seen = b""

    def close(self):
        if self.sock:
            self.sock.close()
        else:
            os.close(self.fd)

    def write(self, data):
        os.write(self.fd, data if isinstance(data, bytes) else data.encode("latin-1"))

    def read(self, wait):
        """More bytes into self.seen; False when none came, None when the line is dead."""
        if not select.select([self.fd], [], [], wait)[0]:
            return False
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            data = b""
        if not data:
            return None
        self.seen += data
        return True

    def until(self, *ends, wait=3.0):
        """All up to and with the first of the ends that comes; AssertionError when none does."""
        limit = time.monotonic() + wait
        while True:
            for end in ends:
                at = self.seen.find(end.encode())
                if at >= 0:
                    at += len(end)
                    out, self.seen = self.seen[:at], self.seen[at:]
                    return out.decode("latin-1")
            left = limit - time.monotonic()
            if left <= 0 or self.read(left) is None:
                raise AssertionError("waited for %r, got %r" % (ends, self.seen))

    def at(self, command, wait=3.0):
        """Writes a command and returns what came up to its result."""
        self.write(command + "\r")
        out = self.until("OK\r\n", "ERROR", wait=wait)
        return out + (self.until("\r\n") if out.endswith("ERROR") else "")

    def ok(self, *commands):
        for c in commands:
            out = self.at(c)
            assert out.endswith("OK\r\n"), (c, out)
        return out

    def start(self, cnmi="2,1,0,1,0"):
        self.write(b"\x1b")
        time.sleep(0.02)
        self.ok("ATE0")
        self.seen = b""
        self.ok("AT+CMEE=1", "AT+CMGF=0", "AT+CNMI=" + cnmi)

    def send(self, number, text, wait=3.0, **how):
        pdu, n = submit(number, text, **how)
        self.write("AT+CMGS=%d\r" % n)
        self.until("> ")
        self.write(pdu + "\x1a")
        return self.until("OK\r\n", "ERROR: ", wait=wait)

    def silent(self, wait):
        self.read(wait)
        return self.seen == b""


class Sim:
    """The program with a folder of its own."""

    def __init__(self, *options, script=None, pty=False, count=1):
        self.dir = tempfile.mkdtemp(prefix="modemsim-")
        self.log = os.path.join(self.dir, "log")
        self.socket = os.path.join(self.dir, "control")
        args = [PROGRAM, "-n", str(count), "--log", self.log, "--control", self.socket, *options]
        args += ["--pty", os.path.join(self.dir, "modem")] if pty else ["--listen", "127.0.0.1:0"]
        if script is not None:
            path = os.path.join(self.dir, "script")
            with open(path, "w", encoding="utf-8") as f:
                f.write(script)
            args += ["--script", path]
        self.proc = subprocess.Popen(args, stdout=subprocess.PIPE, text=True)
        self.ready = [self.proc.stdout.readline().split() for _ in range(count)]
        self.address = [line[3] for line in self.ready]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.proc.poll() is None:
            self.proc.terminate()
        self.proc.wait(10)
        self.proc.stdout.close()

    def port(self, i=0, start=True):
        p = Port(self.address[i])
        if start:
            p.start()
        return p

    def control(self, *lines):
        with socket.socket(socket.AF_UNIX) as s:
            s.connect(self.socket)
            s.sendall("".join(line + "\n" for line in lines).encode())
            f = s.makefile(encoding="utf-8")
            answers = [json.loads(f.readline()) for _ in lines]
        return answers[0] if len(answers) == 1 else answers

    def good(self, *lines):
        for line in lines:
            answer = self.control(line)
            assert answer["ok"] is True, (line, answer)
        return answer

    def lines(self, ev=None):
        with open(self.log, encoding="utf-8") as f:
            all_of_them = [json.loads(line) for line in f]
        return [x for x in all_of_them if ev is None or x["ev"] == ev]

    def cpu(self):
        with open("/proc/%d/stat" % self.proc.pid, encoding="ascii") as f:
            fields = f.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


TESTS = []


def test(fn):
    TESTS.append(fn)
    return fn


@test
def one_ready_line_for_each_modem():
    with Sim(count=3) as sim:
        assert [x[:3] for x in sim.ready] == [["modem", str(i), str(13900139000 + i)] for i in range(3)], sim.ready
        assert len(set(sim.address)) == 3
        for i in range(3):
            sim.port(i).close()


@test
def the_usual_start_of_a_driver_succeeds():
    with Sim() as sim:
        p = sim.port()
        p.ok("AT", "ATE0", "ATV1", "ATQ0", "AT&D0", "AT+CMEE=1", "AT+CGMI", "AT+CGMM", "AT+CGMR", "AT+CGSN", "AT+CIMI",
             "AT+CCID", 'AT+CSCS="GSM"', "AT+CMGF=0", "AT+CSMS=0", 'AT+CPMS="SM","SM","SM"', 'AT+CPMS="SM","SM"',
             'AT+CPMS="SM"', "AT+CPMS=?", "AT+CNMI=?", "AT+CNMI=2,1,0,1,0", "AT+CMMS=?", "AT+CREG=1", "AT+CEREG=1",
             "AT+CLIP=1", "AT+CRC=0", "AT+CVHU=0", "AT+COPS?", "AT+CESQ", "AT+GCAP", "AT+CMGL=4", "ATZ", "AT&F")
        p.ok("ATE0")
        for command, answer in (("AT+CFUN?", "+CFUN: 1"), ("AT+CPIN?", "+CPIN: READY"), ("AT+CREG?", "+CREG: 0,1"),
                                ("AT+CSCA?", '+CSCA: "+8613800210500",145'), ("AT+CSQ", "+CSQ: 24,99"),
                                ("AT+CNMI?", "+CNMI: 0,0,0,0,0"), ("AT+CSMS?", "+CSMS: 0,1,1,1")):
            assert answer in p.at(command), command


@test
def the_log_has_what_the_network_took_and_when():
    with Sim() as sim:
        p = sim.port()
        before = time.monotonic_ns() // 1000
        assert "+CMGS: 0\r\n" in p.send("+8613800138001", ALERT)
        after = time.monotonic_ns() // 1000
        line, = sim.lines("submit")
        assert (line["modem"], line["from"], line["to"], line["dialled"]) == (0, "13900139000", "13800138001",
                                                                            "+8613800138001"), line
        assert (line["text"], line["alphabet"], line["part"], line["parts"], line["ref"]) == (ALERT, "ucs2", 1, 1, None)
        assert before <= line["t_cmd"] <= line["t_prompt"] <= line["t_data"] <= line["t_answer"] <= after, line


@test
def a_phone_answers_with_the_code_and_a_report_comes():
    with Sim(script='phone 138*\n  answer after 100ms "{code}1"\n  report after 50ms\n') as sim:
        p = sim.port()
        p.send("13800138001", ALERT)
        assert "+CDS: " in p.until("+CDS: ")
        assert 'SM",1' in p.until('+CMTI: "SM",1\r\n')
        pdu = p.at("AT+CMGR=1").split("\r\n")[2]
        assert deliver(pdu) == ("+8613800138001", "171", None), pdu
        report, = sim.lines("report")
        assert (report["outcome"], report["sent"]) == ("delivered", True)


@test
def long_messages_are_joined_in_any_order():
    with Sim() as sim:
        p = sim.port()
        p.send("13800138001", "号任务", ref=(9, 2, 2))
        p.send("13800138001", "反诈17", ref=(9, 2, 1))
        heard, = sim.lines("heard")
        assert (heard["text"], heard["code"], heard["number"]) == ("反诈17号任务", "17", "13800138001"), heard
        assert [(x["ref"], x["parts"], x["part"]) for x in sim.lines("submit")] == [(9, 2, 2), (9, 2, 1)]


@test
def a_long_answer_comes_in_parts_of_any_order():
    text = "已到现场" * 30
    with Sim(script='phone * answer "%s" parts 2,1' % text) as sim:
        p = sim.port()
        p.send("13800138001", ALERT)
        p.until('"SM",2\r\n')
        parts = [deliver(p.at("AT+CMGR=%d" % i).split("\r\n")[2]) for i in (1, 2)]
        assert [x[2][1:] for x in parts] == [(2, 2), (2, 1)], parts
        assert parts[1][1] + parts[0][1] == text


@test
def text_mode_sends_and_reads():
    with Sim(script='phone 13800138001 when /hello/ answer "hi {n}"') as sim:
        p = sim.port()
        p.ok("AT+CMGF=1", "AT+CSMP=17,167,0,0", 'AT+CSCS="IRA"')
        p.write('AT+CMGS="13800138001"\r')
        p.until("> ")
        p.write("hello\x1a")
        p.until("+CMGS: 0\r\n\r\nOK\r\n")
        p.until("+CMTI: ")
        out = p.at('AT+CMGL="ALL"')
        assert '+CMGL: 1,"REC UNREAD","+8613800138001",,"' in out and "\r\nhi 1\r\n" in out, out
        p.ok('AT+CSCS="UCS2"')
        out = p.at("AT+CMGR=1")
        assert "\r\n006800690020" in out and '"%s"' % "+8613800138001".encode("utf-16-be").hex().upper() in out, out


@test
def a_message_between_two_modems_arrives_octet_by_octet():
    with Sim(count=2) as sim:
        a, b = sim.port(0), sim.port(1)
        b.ok("AT+CNMI=2,2,0,0,0")
        a.send("13900139001", "环回测试", ref=(7, 3, 2))
        b.until("+CMT: ,")
        b.until("\r\n")
        assert deliver(b.until("\r\n").strip()) == ("+8613900139000", "环回测试", (7, 3, 2))
        a.until("+CDS: ")


@test
def control_answers_one_line_of_json_each():
    with Sim() as sim:
        p = sim.port()
        p.send("13800138001", ALERT)
        answers = sim.control("messages", "stats", "inject 0 13800138002 你好", "nonsense", "modem 0 number")
        assert [x["ok"] for x in answers] == [True, True, True, False, False], answers
        message, = answers[0]["messages"]
        assert (message["text"], message["to"], message["mr"]) == (ALERT, "13800138001", 0)
        assert answers[1]["modems"][0]["submitted"] == 1
        assert "nonsense" in answers[3]["error"]
        p.until("+CMTI: ")
        assert sim.control("messages 1")["messages"] == []
        sim.good("quit")
        assert sim.proc.wait(5) == 0
        assert not os.path.exists(sim.socket)


@test
def no_reply_is_sent_and_no_reply_lost_is_not():
    with Sim() as sim:
        p = sim.port()
        for fault, sent in (("no_reply", 1), ("no_reply_lost", 0)):
            sim.good("modem 0 " + fault)
            pdu, n = submit("13800138001", fault, report=False)
            p.write("AT+CMGS=%d\r" % n)
            p.until("> ")
            p.write(pdu + "\x1a")
            assert p.silent(0.3), p.seen
            assert "+GCAP" in p.at("AT+GCAP")
            assert sum(x["text"] == fault for x in sim.lines("submit")) == sent
        assert [x["result"] for x in sim.lines("answer")] == ["none"]
        assert [x["text"] for x in sim.lines("lost")] == ["no_reply_lost"]
        assert "+CMGS:" in p.send("13800138001", "again")


@test
def a_late_reply_comes_while_others_are_answered():
    with Sim() as sim:
        p = sim.port()
        sim.good("modem 0 late_reply 400")
        pdu, n = submit("13800138001", ALERT)
        p.write("AT+CMGS=%d\r" % n)
        p.until("> ")
        p.write(pdu + "\x1a")
        assert p.ok("AT") == "\r\nOK\r\n"
        p.until("+CMGS: 0\r\n\r\nOK\r\n")
        assert sim.lines("submit")[0]["t_answer"] is None
        assert sim.lines("answer")[0]["t"] - sim.lines("submit")[0]["t"] >= 400000


@test
def no_prompt_swallows_all_but_escape():
    with Sim() as sim:
        p = sim.port()
        sim.good("modem 0 no_prompt")
        p.write("AT+CMGS=20\r")
        assert p.silent(0.2)
        p.write("AT\r")
        assert p.silent(0.2)
        p.write(b"\x1b")
        p.until("OK\r\n")
        p.ok("AT")


@test
def a_hanging_modem_answers_afterwards():
    with Sim() as sim:
        p = sim.port()
        sim.good("modem 0 hang 400")
        t = time.monotonic()
        p.ok("AT+CSQ")
        assert time.monotonic() - t >= 0.3


@test
def an_unplugged_tcp_modem_closes_refuses_and_comes_back_new():
    with Sim() as sim:
        p = sim.port()
        sim.good("inject 13800138001 171")
        p.until("+CMTI: ")
        sim.good("modem 0 unplug 500")
        p.seen = b""
        assert p.read(1) is None
        try:
            Port(sim.address[0])
            raise AssertionError("not refused")
        except ConnectionRefusedError:
            pass
        time.sleep(0.6)
        q = sim.port(start=False)
        q.write("AT\r")
        assert q.until("OK\r\n") == "AT\r\r\nOK\r\n", "settings survived"
        q.ok("ATE0")
        assert deliver(q.at("AT+CMGL=4").split("\r\n")[2])[1] == "171", "the SIM did not"


def unplugged_at(moment):
    with Sim() as sim:
        p = sim.port()
        sim.good("modem 0 on %s 2 unplug 200" % moment)
        assert "+CMGS" in p.send("13800138001", "first")
        try:
            p.send("13800138001", "second")
            raise AssertionError("answered")
        except (AssertionError, OSError) as e:
            assert "answered" not in str(e)
        time.sleep(0.4)
        q = sim.port()
        assert "+CMGS" in q.send("13800138001", "third")
        return [x["text"] for x in sim.lines("submit")], [x["text"] for x in sim.lines("lost")]


@test
def unplugged_at_the_command_or_the_prompt_nothing_left():
    for moment in ("cmgs", "prompt"):
        assert unplugged_at(moment) == (["first", "third"], []), moment


@test
def unplugged_after_the_data_it_is_lost():
    assert unplugged_at("data") == (["first", "third"], ["second"])


@test
def unplugged_after_the_network_took_it_it_is_sent():
    assert unplugged_at("sent") == (["first", "second", "third"], [])


@test
def split_answers_come_byte_by_byte_and_whole():
    with Sim(script="modem 0 split") as sim:
        p = sim.port()
        p.write("AT+CGMI\r")
        assert p.until("OK\r\n") == "\r\nQUANZU\r\n\r\nOK\r\n"
        sim.good("modem 0 split off")
        p.ok("AT")


@test
def a_reset_says_so_and_forgets():
    with Sim() as sim:
        p = sim.port()
        sim.good("modem 0 reset")
        p.until("RDY")
        p.until("SMS Ready\r\n")
        p.write("AT\r")
        assert p.until("OK\r\n") == "AT\r\r\nOK\r\n"


@test
def full_storage_pin_and_network_can_be_taken_away():
    with Sim() as sim:
        p = sim.port()
        sim.good("modem 0 full_storage", "inject 13800138001 171")
        assert p.silent(0.2)
        assert '"SM",50,50' in p.at("AT+CPMS?")
        p.ok("AT+CMGD=7")
        p.until('+CMTI: "SM",7\r\n')
        sim.good("modem 0 unregistered")
        assert "331" in p.send("13800138001", ALERT) + p.until("\r\n")
        sim.good("modem 0 unregistered off", "modem 0 pin 1111")
        assert "SIM PIN" in p.at("AT+CPIN?")
        assert "ERROR" in p.at("AT+CPMS?")
        p.ok('AT+CPIN="1111"', "AT+CPMS?")


@test
def a_modem_with_a_delay_takes_its_time():
    with Sim(script="modem 0 delay 300") as sim:
        p = sim.port()
        p.send("13800138001", ALERT)
        line, = sim.lines("submit")
        assert 300000 <= line["t_answer"] - line["t_data"] < 2000000, line


@test
def the_newest_terminal_has_the_line():
    with Sim() as sim:
        a = sim.port()
        b = sim.port()
        assert a.read(1) is None
        b.ok("AT")


@test
def a_line_is_in_the_file_before_the_answer_is_out():
    with Sim() as sim:
        p = sim.port()
        for i in range(20):
            p.send("13800138001", "n%d" % i)
        sim.proc.kill()
        sim.proc.wait()
        assert [x["text"] for x in sim.lines("submit")] == ["n%d" % i for i in range(20)]


@test
def a_pty_is_a_raw_line_that_can_be_closed_and_opened():
    with Sim(pty=True, script='phone * answer after 200ms "{code}1"') as sim:
        assert os.path.islink(sim.address[0]), sim.address
        for i in range(3):
            p = sim.port()
            assert "+CMGS: %d\r\n" % i in p.send("13800138001", ALERT)
            p.close()
        time.sleep(0.4)
        p = sim.port()
        out = p.at("AT+CMGL=4")
        assert out.count("+CMGL:") == 1, "one conversation, one answer: " + out


@test
def an_unplugged_pty_vanishes_and_comes_back():
    with Sim(pty=True, count=2) as sim:
        assert sim.address[1].endswith("modem1")
        p = sim.port(1)
        sim.good("modem 1 unplug 400")
        p.seen = b""
        limit = time.monotonic() + 2
        while p.read(0.1) is not None:
            assert time.monotonic() < limit, "no hang-up"
        p.close()
        assert not os.path.lexists(sim.address[1])
        time.sleep(0.6)
        q = sim.port(1, start=False)
        q.write("AT\r")
        assert q.until("OK\r\n") == "AT\r\r\nOK\r\n"
        sim.port(0).ok("AT")
    assert not os.path.lexists(sim.address[0]), "the link stayed"


@test
def an_idle_simulator_sleeps():
    with Sim(pty=True, count=8) as sim:
        p = sim.port()
        p.close()
        q = sim.port(1)
        time.sleep(0.2)
        before = sim.cpu()
        time.sleep(1.5)
        assert sim.cpu() - before <= 0.03, sim.cpu() - before
        q.ok("AT")


@test
def sixty_four_modems_work():
    with Sim(count=64) as sim:
        ports = [sim.port(i) for i in range(64)]
        for p in ports:
            assert "+CMGS: 0\r\n" in p.send("13800138001", ALERT)
        assert sorted(x["modem"] for x in sim.lines("submit")) == list(range(64))


def flood(ports, total):
    pdu, n = submit("13800138001", ALERT, report=False)
    command, data = b"AT+CMGS=%d\r" % n, pdu.encode() + b"\x1a"
    state = {p.fd: [p, b"", False] for p in ports}
    done = 0
    for p in ports:
        p.write(command)
    started = time.monotonic()
    poll = select.poll()
    for p in ports:
        poll.register(p.fd, select.POLLIN)
    while done < total:
        for fd, _ in poll.poll():
            s = state[fd]
            s[1] += os.read(fd, 4096)
            if not s[2] and s[1].endswith(b"> "):
                s[1:] = b"", True
                os.write(fd, data)
            elif s[2] and s[1].endswith(b"OK\r\n"):
                s[1:] = b"", False
                done += 1
                os.write(fd, command)
    return total / (time.monotonic() - started)


@test
def it_is_quick():
    with Sim(count=8) as sim:
        ports = [sim.port(i) for i in range(8)]
        rate = flood(ports, 10000)
        print("# %d messages a second with 8 modems and this slow client" % rate)
        assert rate > 1000, rate
        used = sim.cpu()
        assert used < 10000 / 5000, "%.2f s of CPU for 10000 messages" % used


@test
def wrong_options_and_scripts_are_refused_with_a_reason():
    for args, code, words in ((["-n", "0", "--listen", "127.0.0.1:0"], 64, "1 to 64"),
                              (["--listen", "127.0.0.1:0", "--pty", "/tmp/x"], 64, "usage"),
                              ([], 64, "usage"),
                              (["--listen", "127.0.0.1:0", "--script", "/nonexistent"], 78, "No such file")):
        r = subprocess.run([PROGRAM, *args], capture_output=True, text=True, timeout=5, check=False)
        assert r.returncode == code and words in r.stderr, (args, r)
    with tempfile.NamedTemporaryFile("w", suffix=".phones") as f:
        f.write("phone 138*\n  answer 5\n  anser \"x\"\n")
        f.flush()
        r = subprocess.run([PROGRAM, "--listen", "127.0.0.1:0", "--script", f.name], capture_output=True, text=True,
                           timeout=5, check=False)
        assert r.returncode == 78 and f.name + ":3: 'anser' is no rule of a phone" in r.stderr, r


@test
def the_example_scripts_are_good():
    here = os.path.join(os.path.dirname(__file__), "..", "modem")
    scripts = sorted(x for x in os.listdir(here) if x.endswith(".phones"))
    assert scripts
    for name in scripts:
        with open(os.path.join(here, name), encoding="utf-8") as f, Sim(count=2, script=f.read()) as sim:
            sim.good("stats")


@test
def a_signal_ends_it_cleanly():
    with Sim() as sim:
        p = sim.port()
        p.send("13800138001", ALERT)
        sim.proc.send_signal(signal.SIGTERM)
        assert sim.proc.wait(5) == 0


def main():
    failed = 0
    print("1..%d" % len(TESTS))
    for i, fn in enumerate(TESTS, 1):
        try:
            fn()
            print("ok %d - %s" % (i, fn.__name__), flush=True)
        except Exception as e:  # a test that breaks is a test that fails
            failed += 1
            print("not ok %d - %s" % (i, fn.__name__))
            print("# %s: %s" % (type(e).__name__, e), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
