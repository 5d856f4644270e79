#include "sim_charset.h"

#include <stdlib.h>
#include <string.h>

#include "gsm7.h"
#include "hex.h"
#include "text.h"
#include "banned.h"

static const char *const names[SIM_SETS] = {
	[SIM_SET_GSM] = "GSM",
	[SIM_SET_IRA] = "IRA",
	[SIM_SET_UCS2] = "UCS2",
	[SIM_SET_HEX] = "HEX",
	[SIM_SET_UTF8] = "UTF-8",
	[SIM_SET_LATIN1] = "8859-1",
};

const char *sim_charset_name(enum sim_charset s)
{
	return names[s];
}

bool sim_charset_of(const char *name, enum sim_charset *out)
{
	for (int i = 0; i < SIM_SETS; i++)
		if (strcasecmp(names[i], name) == 0) {
			*out = (enum sim_charset)i;
			return true;
		}
	return false;
}

static void put_septets(uint32_t c, bool hex, struct buf *out)
{
	uint8_t s[2] = { '?' };
	unsigned n = gsm7_put(c, s);

	for (unsigned i = 0; i < (n ? n : 1); i++) {
		if (hex)
			buf_addf(out, "%02X", n ? s[i] : 0x3F);
		else
			buf_addc(out, (char)(n ? s[i] : '?'));
	}
}

static void put_ucs2(uint32_t c, struct buf *out)
{
	if (c > 0xFFFF) {
		c -= 0x10000;
		buf_addf(out, "%04X%04X", 0xD800 + (c >> 10), 0xDC00 + (c & 0x3FF));
	} else {
		buf_addf(out, "%04X", c);
	}
}

void sim_charset_put(enum sim_charset s, const char *text, struct buf *out)
{
	const char *end = text + strlen(text);
	uint32_t c;
	char utf8[4];

	while (text < end) {
		c = text_next(&text, end);
		if (c == TEXT_BAD)
			c = 0xFFFD;
		if (s == SIM_SET_UCS2)
			put_ucs2(c, out);
		else if (s == SIM_SET_GSM || s == SIM_SET_HEX)
			put_septets(c, s == SIM_SET_HEX, out);
		else if (s == SIM_SET_UTF8)
			buf_add(out, utf8, text_put(c, utf8));
		else
			buf_addc(out, (char)(c < (s == SIM_SET_IRA ? 0x80 : 0x100) ? c : '?'));
	}
}

/* Hex digits to octets; -1 when they are none. */
static long octets_of(const char *hex, size_t n, uint8_t *out, size_t max)
{
	if (n % 2 != 0 || n / 2 > max || !hex_octets(hex, n / 2, out))
		return -1;
	return (long)(n / 2);
}

static void put_units(const uint16_t *units, size_t n, struct buf *out)
{
	pdu_text(units, n, out);
}

static bool get_septets(const uint8_t *septets, size_t n, struct buf *out)
{
	uint16_t units[2 * PDU_HEX_MAX];

	for (size_t i = 0; i < n; i++)
		if (septets[i] > 127)
			return false;
	put_units(units, gsm7_decode(septets, n, units), out);
	return true;
}

static bool get_hex(enum sim_charset s, const char *bytes, size_t n, struct buf *out)
{
	uint8_t octets[PDU_HEX_MAX];
	uint16_t units[PDU_HEX_MAX / 2];
	long count = octets_of(bytes, n, octets, sizeof octets);

	if (count < 0)
		return false;
	if (s == SIM_SET_HEX)
		return get_septets(octets, (size_t)count, out);
	if (count % 2 != 0)
		return false;
	for (long i = 0; i < count; i += 2)
		units[i / 2] = (uint16_t)(octets[i] << 8 | octets[i + 1]);
	put_units(units, (size_t)count / 2, out);
	return true;
}

bool sim_charset_get(enum sim_charset s, const char *bytes, size_t n, struct buf *out)
{
	char utf8[4];

	if (n > 2 * PDU_HEX_MAX)
		return false;
	switch (s) {
	case SIM_SET_UCS2:
	case SIM_SET_HEX:
		return get_hex(s, bytes, n, out);
	case SIM_SET_GSM:
		return get_septets((const uint8_t *)bytes, n, out);
	case SIM_SET_UTF8:
		return text_valid(bytes, n) && buf_add(out, bytes, n);
	default:
		for (size_t i = 0; i < n; i++)
			buf_add(out, utf8, text_put((unsigned char)bytes[i], utf8));
		return true;
	}
}

void sim_charset_data(enum sim_charset s, const struct pdu *p, struct buf *out)
{
	struct buf text;

	if (p->alphabet == PDU_GSM7 && p->has_text) {
		buf_init(&text, 4096);
		pdu_text(p->units, p->unit_count, &text);
		sim_charset_put(s, buf_str(&text), out);
		buf_free(&text);
		return;
	}
	for (size_t i = p->udh_len; i < p->ud_len; i++)
		buf_addf(out, "%02X", p->ud[i]);
}

/* --- SUBMIT ------------------------------------------------------------------------- */

static int alphabet_of(int dcs)
{
	if ((dcs & 0xC0) == 0)
		return (dcs >> 2 & 3) == 2 ? PDU_UCS2 : (dcs >> 2 & 3) == 1 ? PDU_8BIT : PDU_GSM7;
	if ((dcs & 0xF0) == 0xE0)
		return PDU_UCS2;
	return (dcs & 0xF4) == 0xF4 ? PDU_8BIT : PDU_GSM7;
}

/* UDL and UD behind octets[n]; the new length, 0 when the data do not fit. */
static size_t put_data(
	enum sim_charset s, int dcs, const char *data, size_t n, uint8_t *octets, size_t at)
{
	uint8_t septets[160];
	struct buf text;
	size_t count;
	long got;
	bool fits;

	if (alphabet_of(dcs) != PDU_GSM7) {
		got = octets_of(data, n, octets + at + 1, 140);
		if (got < 0)
			return 0;
		octets[at] = (uint8_t)got;
		return at + 1 + (size_t)got;
	}
	buf_init(&text, 4096);
	fits = sim_charset_get(s, data, n, &text) &&
	       gsm7_encode(buf_str(&text), text.len, septets, sizeof septets, &count);
	buf_free(&text);
	if (!fits)
		return 0;
	octets[at] = (uint8_t)count;
	gsm7_pack(septets, count, 0, octets + at + 1);
	return at + 1 + gsm7_octets(count, 0);
}

int sim_charset_submit(enum sim_charset s, const struct sim_csmp *set, const char *number, int toda,
	const char *data, size_t n, char hex[PDU_HEX_MAX + 1])
{
	static const char digits[] = "0123456789ABCDEF";
	uint8_t octets[400];
	size_t at = 0, used;

	octets[at++] = 0; /* the modem's own service centre */
	octets[at++] = (uint8_t)((set->fo & ~0x03) | 0x01);
	octets[at++] = 0;
	used = pdu_address_encode(number, (uint8_t)toda, false, octets + at);
	if (used == 0 || (set->fo & 0x18) == 0x18 || (set->fo & 0x18) == 0x08)
		return 304;
	at += used;
	octets[at++] = (uint8_t)set->pid;
	octets[at++] = (uint8_t)set->dcs;
	if ((set->fo & 0x18) == 0x10)
		octets[at++] = (uint8_t)set->vp;
	at = put_data(s, set->dcs, data, n, octets, at);
	if (at == 0)
		return 305;
	for (size_t i = 0; i < at; i++) {
		*hex++ = digits[octets[i] >> 4];
		*hex++ = digits[octets[i] & 15];
	}
	*hex = '\0';
	return 0;
}
