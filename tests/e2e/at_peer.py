"""A second modem, written from 27.005, 27.007, 23.040 and V.250 alone, over TCP.

It shares nothing with daemon/sim, not even a table: what that simulator and the driver both believe and no
modem does is found here. It has bad manners of its own (see Habits), all of them allowed: whoever speaks AT
must live with them.

    with Peer(Habits(verbose=False)) as p:
        ...                       # device = "tcp:127.0.0.1:%d" % p.port
        p.texts                   # [("13800138000", "【示例镇反诈】..."), ...]
        p.say("13800138000", "171")
        assert not p.faults       # what it was written was what the standards allow
"""
import dataclasses
import random
import re
import socket
import threading
import time

GSM7 = ("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
        "abcdefghijklmnopqrstuvwxyzäöñüà")
GSM7_MORE = {10: "\f", 20: "^", 40: "{", 41: "}", 47: "\\", 60: "[", 61: "~", 62: "]", 64: "|", 101: "€"}


# -- 23.040 and 23.038 ----------------------------------------------------------------------------


def swap(digits):
    """Semi-octets: the low nibble first, F fills an odd one."""
    digits += "F" * (len(digits) % 2)
    return bytes(int(digits[i + 1] + digits[i], 16) for i in range(0, len(digits), 2))


def unswap(octets, count):
    return "".join("%x%x" % (b & 15, b >> 4) for b in octets)[:count]


def address(number):
    kind, digits = (0x91, number[1:]) if number.startswith("+") else (0xA1, number)
    return bytes([len(digits), kind]) + swap(digits)


def unpack(octets, count, skip):
    """`count` septets behind `skip` of them (those under the header)."""
    bits = int.from_bytes(octets, "little")
    codes = [bits >> 7 * i & 127 for i in range(skip, count)]
    text, escaped = "", False
    for c in codes:
        if escaped:
            text, escaped = text + GSM7_MORE.get(c, GSM7[c]), False
        elif c == 27:
            escaped = True
        else:
            text += GSM7[c]
    return text


def stamp(when=None):
    t = time.gmtime((when or time.time()) + 8 * 3600)
    return swap(time.strftime("%y%m%d%H%M%S", t)) + b"\x23"


class Submit:
    """What AT+CMGS wrote: 23.040 9.2.2.2."""

    def __init__(self, pdu):
        self.pdu, self.at = pdu, 0
        self.take(self.take(1)[0])  # the service centre
        self.tpdu_len = len(pdu) - self.at
        first = self.take(1)[0]
        assert first & 3 == 1, "no SMS-SUBMIT: %02x" % first
        self.wants_report = bool(first & 0x20)
        self.take(1)  # the reference is ours to give
        digits = self.take(1)[0]
        kind = self.take(1)[0]
        self.to = ("+" if kind & 0x70 == 0x10 else "") + unswap(self.take((digits + 1) // 2), digits)
        self.pid, self.dcs = self.take(2)
        self.vp = self.take({0: 0, 0x10: 1, 8: 7, 0x18: 7}[first & 0x18])
        udl = self.take(1)[0]
        ud = self.take(len(pdu) - self.at)
        self.parts, self.part, self.ref = 1, 1, None
        header = ud[0] + 1 if first & 0x40 else 0
        self.read_header(ud[1:header])
        if self.dcs & 0x0C == 8:
            assert len(ud) == udl, "UDL is %d, the data are %d" % (udl, len(ud))
            self.text = ud[header:].decode("utf-16-be")
        else:
            assert len(ud) == (udl * 7 + 7) // 8, "UDL is %d septets, the data are %d octets" % (udl, len(ud))
            self.text = unpack(ud, udl, (header * 8 + 6) // 7)

    def take(self, n):
        out = self.pdu[self.at:self.at + n]
        assert len(out) == n, "the PDU ends too early"
        self.at += n
        return out

    def read_header(self, h):
        while h:
            kind, n = h[0], h[1]
            if kind == 0 and n == 3:
                self.ref, self.parts, self.part = h[2], h[3], h[4]
            elif kind == 8 and n == 4:
                self.ref, self.parts, self.part = h[2] << 8 | h[3], h[4], h[5]
            h = h[2 + n:]


CENTRE = bytes([8, 0x91]) + swap("8613800210500")  # here octets are counted, not digits


def deliver(number, text, header=b""):
    """One SMS-DELIVER in UCS-2: (PDU, its length without the service centre)."""
    data = header + text.encode("utf-16-be")
    tpdu = (bytes([0x44 if header else 0x04]) + address(number) + bytes([0, 8]) + stamp() + bytes([len(data)]) + data)
    return CENTRE + tpdu, len(tpdu)


def status_report(mr, number, status):
    tpdu = bytes([0x06, mr]) + address(number) + stamp() + stamp() + bytes([status])
    return CENTRE + tpdu, len(tpdu)


# -- the modem ------------------------------------------------------------------------------------


@dataclasses.dataclass
class Habits:
    verbose: bool = True     # False: it answers in figures until somebody sends ATV1 (V.250 6.2.6)
    echo: bool = True        # until ATE0
    end: str = "\r\n"        # around its lines
    direct: bool = True      # messages are handed over (+CMT), none are stored; else +CMTI
    service: int = 0         # of AT+CSMS; 1: what is handed over must be acknowledged
    gcap: bool = False       # AT+GCAP is known
    noise: tuple = ("^RSSI: 17", "^BOOT:53912034,0,0,0,75", "+CREG: 5", "%NWIND: 3")
    places: int = 5          # in its store
    seed: int = 1            # where its answers are cut


class Peer:
    def __init__(self, habits=Habits()):
        self.h = habits
        self.lock = threading.RLock()
        self.dice = random.Random(habits.seed)
        self.parts, self.texts, self.submits, self.commands, self.faults = {}, [], [], [], []
        self.store, self.unacknowledged, self.waiting, self.acks = {}, None, [], 0
        self.mr, self.ref = 250, 0  # 250: it wraps soon
        self.reports = True
        self.drop_at = None  # "prompt": the line breaks there, once
        self.conn, self.ended = None, False
        self.power_on()
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        self.thread = threading.Thread(target=self.serve, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *why):
        self.ended = True
        self.server.shutdown(socket.SHUT_RDWR)
        self.server.close()
        self.hang_up()
        self.thread.join(10)

    def power_on(self):
        """All settings as it was made with."""
        self.echo, self.verbose, self.cmee = self.h.echo, self.h.verbose, 0
        self.cnmi, self.pending = "0,0,0,0,0", None
        self.buffer, self.held_back = b"", []

    # -- bytes ------------------------------------------------------------------------------

    def serve(self):
        while not self.ended:
            try:
                self.conn, _ = self.server.accept()
            except OSError:
                return
            self.conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self.lock:
                self.power_on()
            try:
                while True:
                    got = self.conn.recv(4096)
                    if not got:
                        break
                    for b in got:
                        with self.lock:
                            self.byte(bytes([b]))
            except OSError:
                pass
            except AssertionError as why:
                self.faults.append(str(why))
            self.conn.close()
            self.conn = None

    def hang_up(self):
        if self.conn is not None:
            try:
                self.conn.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def send(self, text):
        """In pieces, wherever they happen to end."""
        data = text.encode("latin-1")
        while data and self.conn is not None:
            n = self.dice.choice((1, 2, 3, 5, 8, 40))
            try:
                self.conn.sendall(data[:n])
            except OSError:
                return
            data = data[n:]
            if self.dice.random() < 0.2:
                time.sleep(0.002)

    def line(self, text):
        self.send((self.h.end if self.verbose else "") + text + self.h.end)

    def result(self, text):
        figures = {"OK": "0", "ERROR": "4"}
        if self.verbose or text not in figures:
            self.line(text)
        else:
            self.send(figures[text] + "\r")

    def urc(self, *lines):
        """Never between the prompt and the end of the data: a modem holds it back."""
        with self.lock:
            if self.pending is not None or self.conn is None:
                self.held_back.append(lines)
                return
            for text in lines:
                self.line(text)

    def byte(self, b):
        if self.pending is not None:
            self.data_byte(b)
            return
        if self.echo and b != b"\x1b":
            self.send(b.decode("latin-1"))
        if b == b"\r":
            line, self.buffer = self.buffer.decode("latin-1"), b""
            at = line.upper().find("AT")  # noise before it is cut off (V.250 5.2.1)
            if at >= 0:
                self.command(line[at:])
        elif b not in (b"\n", b"\x1b"):
            self.buffer += b

    def data_byte(self, b):
        if self.echo:
            self.send(b.decode("latin-1"))
        if b == b"\x1b":
            self.pending, self.buffer = None, b""
            self.result("OK")
        elif b == b"\x1a":
            text, length = self.buffer.decode("latin-1"), self.pending
            self.pending, self.buffer = None, b""
            self.submit(text, length)
        else:
            self.buffer += b
            return
        held, self.held_back = self.held_back, []
        for lines in held:
            self.urc(*lines)

    # -- commands (27.005, 27.007, V.250) ---------------------------------------------------

    def command(self, line):
        self.commands.append(line)
        rest = line[2:]
        while rest:
            basic = re.match(r"(&?[A-Z])(\d*)", rest, re.I)
            if rest[0] in "+^*%$":
                one, _, rest = rest.partition(";")
                if self.extended(one) == "pending":
                    return
                if self.said is not None:
                    self.result(self.said)
                    return
            elif rest[0] in "DdAaHh":
                break
            elif basic:
                self.basic(basic.group(1).upper(), basic.group(2))
                rest = rest[basic.end():]
            else:
                self.result("ERROR")
                return
        self.result("OK")

    def basic(self, letter, value):
        if letter == "E":
            self.echo = value == "1"
        elif letter == "V":
            self.verbose = value == "1"

    def extended(self, text):
        """Writes what the command asks for; self.said is its refusal, or None."""
        self.said = None
        name = re.match(r"[+^*%$]\w+", text)
        name = name.group(0).upper() if name else text
        tail = text[len(name):]
        if tail == "" or tail in ("?", "=?"):
            known = self.asked().get(name + tail)
            if known is not None:
                for line in known:
                    self.line(line)
                return None
        do = {"+CMEE": self.set_cmee, "+CMGF": self.set_format, "+CSMS": self.set_service, "+CPMS": self.set_store,
              "+CNMI": self.set_notice, "+CMGS": self.begin_send, "+CMGR": self.read, "+CMGD": self.delete,
              "+CMGL": self.list_all, "+CNMA": self.acknowledge, "+CREG": self.fine, "+CSCS": self.set_charset,
              "+CFUN": self.fine, "+CLIP": self.fine}.get(name)
        if do is None or tail == "=?":
            self.said = "+CME ERROR: 4" if self.cmee == 1 else "ERROR"
            return None
        return do(tail[1:] if tail.startswith("=") else tail)

    def asked(self):
        used = len(self.store)
        return {
            "+CGMI": ["Example Works"], "+CGMM": ["P1"], "+CGMR": ["P1.07"], "+CGSN": ["+CGSN: \"866000000000777\""],
            "+CIMI": ["460000000000777"], "^ICCID": ["^ICCID: 89860000000000000777"], "+CFUN?": ["+CFUN: 1"],
            "+CPIN?": ["+CPIN: READY"], "+CMGF?": ["+CMGF: 0"], "+CSMS?": ["+CSMS: %d, 1, 1, 0" % self.h.service],
            "+CPMS=?": ["+CPMS: (\"ME\"), (\"ME\"), (\"ME\")"],
            "+CPMS?": ["+CPMS: " + ", ".join(["\"ME\", %d, %d" % (used, self.h.places)] * 3)],
            "+CNMI=?": ["+CNMI: (0,1,2), (0,%d), (0), (0,1), (0,1)" % (2 if self.h.direct else 1)],
            "+CNMI?": ["+CNMI: " + self.cnmi.replace(",", ", ")],
            "+CSCA?": ["+CSCA: \"+8613800210500\", 145"], "+CREG?": ["+CREG: 1, 5"], "+CSQ": ["+CSQ: 19, 99"],
            "+COPS?": ["+COPS: 0, 0, \"Example\""], **({"+GCAP": ["+GCAP: +CGSM"]} if self.h.gcap else {}),
        }

    def fine(self, value):
        pass

    def refuse(self, code):
        self.said = "+CMS ERROR: %d" % code

    def set_cmee(self, value):
        self.cmee = int(value)

    def set_charset(self, value):
        if value != "\"IRA\"":
            self.said = "ERROR"

    def set_format(self, value):
        if value != "0":
            self.refuse(303)

    def set_service(self, value):
        if value != str(self.h.service):
            self.refuse(302)
        else:
            self.line("+CSMS: 1, 1, 0")

    def set_store(self, value):
        """Two names or one, never three; and only its own."""
        names = [x.strip() for x in value.split(",")]
        if len(names) > 2 or any(x != "\"ME\"" for x in names):
            self.refuse(302)
        else:
            self.line("+CPMS: " + ", ".join(["%d, %d" % (len(self.store), self.h.places)] * 3))

    def set_notice(self, value):
        mode, mt, bm, ds, bfr = (int(x) for x in (value.split(",") + ["0"] * 5)[:5])
        if mode > 2 or mt not in (0, 2 if self.h.direct else 1) or bm or ds > 1 or bfr > 1:
            self.refuse(302)
        else:
            self.cnmi = "%d,%d,%d,%d,%d" % (mode, mt, bm, ds, bfr)

    def begin_send(self, value):
        self.pending = int(value)
        if self.drop_at == "prompt":
            self.drop_at = None
            self.pending = None
            self.hang_up()
            return "pending"
        self.send("\r\n>")
        time.sleep(0.005)
        self.send(" ")
        return "pending"

    def submit(self, text, length):
        for words in self.h.noise:
            self.line(words)
        assert re.fullmatch("[0-9A-Fa-f]+", text) and len(text) % 2 == 0, "no PDU: %r" % text
        s = Submit(bytes.fromhex(text))
        assert s.tpdu_len == length, "AT+CMGS=%d, the TPDU has %d" % (length, s.tpdu_len)
        self.mr = (self.mr + 1) % 256
        self.submits.append(s)
        self.join(s)
        self.line("+CMGS: %d" % self.mr)
        if self.h.noise:
            self.line(self.h.noise[0])
        self.result("OK")
        if s.wants_report and self.reports:
            mr, to = self.mr, s.to
            threading.Timer(0.05, lambda: self.report(mr, to)).start()

    def join(self, s):
        if s.parts == 1:
            self.texts.append((s.to, s.text))
            return
        key = (s.to, s.ref, s.parts)
        got = self.parts.setdefault(key, {})
        assert s.part not in got, "part %d came twice" % s.part
        got[s.part] = s.text
        if len(got) == s.parts:
            self.texts.append((s.to, "".join(got[i] for i in sorted(got))))
            del self.parts[key]

    def read(self, value):
        if not value.isdigit() or int(value) not in self.store:
            self.refuse(321)
            return
        pdu, n = self.store[int(value)]
        self.line("+CMGR: 0, , %d" % n)
        self.line(pdu.hex())

    def list_all(self, value):
        if self.h.direct:
            self.said = "ERROR"
            return
        for i, (pdu, n) in sorted(self.store.items()):
            self.line("+CMGL: %d, 0, , %d" % (i, n))
            self.line(pdu.hex())

    def delete(self, value):
        """Without flags: AT+CMGD=1,4 is not known here."""
        if not value.isdigit():
            self.refuse(304)
        elif int(value) not in self.store:
            self.refuse(321)
        else:
            del self.store[int(value)]
            if self.waiting:
                self.arrive(*self.waiting.pop(0))

    def acknowledge(self, value):
        if self.h.service == 0 or self.unacknowledged is None:
            self.refuse(340)
            return
        self.unacknowledged = None
        self.acks += 1
        if self.waiting:
            threading.Timer(0.01, self.arrive, self.waiting.pop(0)).start()

    # -- the network ----------------------------------------------------------------------------

    def arrive(self, name, pdu, n):
        """One at a time while an acknowledgement is owed; into the store where messages are not handed over."""
        with self.lock:
            mt, ds = int(self.cnmi.split(",")[1]), int(self.cnmi.split(",")[3])
            if self.h.service == 1 and self.unacknowledged is not None:
                self.waiting.append((name, pdu, n))
            elif name == "+CDS" and ds == 1:
                self.unacknowledged = pdu if self.h.service == 1 else None
                self.urc("+CDS: %d" % n, pdu.hex())
            elif name == "+CMT" and mt == 2:
                self.unacknowledged = pdu if self.h.service == 1 else None
                self.urc("+CMT: , %d" % n, pdu.hex())
            elif name == "+CMT":
                self.keep(name, pdu, n)

    def keep(self, name, pdu, n):
        free = [i for i in range(1, self.h.places + 1) if i not in self.store]
        if not free:
            self.waiting.append((name, pdu, n))
            return
        self.store[free[-1]] = (pdu, n)  # from the last place on: nobody promised an order
        if self.cnmi.split(",")[1] == "1":
            self.urc("+CMTI: \"ME\", %d" % free[-1])

    def report(self, mr, number, status=0):
        self.arrive("+CDS", *status_report(mr, "86" + number if not number.startswith("+") else number, status))

    def say(self, number, text, parts=1, backwards=False):
        """A person writes to us."""
        if parts == 1:
            self.arrive("+CMT", *deliver(number, text))
            return
        self.ref = (self.ref + 1) % 256
        size = -(-len(text) // parts)
        order = list(range(parts))
        for i in reversed(order) if backwards else order:
            header = bytes([5, 0, 3, self.ref, parts, i + 1])
            self.arrive("+CMT", *deliver(number, text[i * size:(i + 1) * size], header))
