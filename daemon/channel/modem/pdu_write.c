/* pdu_write.c - a short message to octets, and where a long text is cut. */
#include "pdu.h"

#include <assert.h>
#include <string.h>

#include "gsm7.h"
#include "text.h"

#include "banned.h"

enum { TPDU_MAX = 180, UD_OCTETS = 140, UDL_SEPTETS = 160 };

/* Capacity of one part in septets or UTF-16 units: alone, with an 8-bit, with a 16-bit reference. */
static const struct {
	size_t alone, narrow, wide;
} capacities[] = { [PDU_GSM7] = { 160, 153, 152 }, [PDU_UCS2] = { 70, 67, 66 } };

/* Units a character takes; 0 when the alphabet has not got it. */
static size_t cost(enum pdu_alphabet alphabet, uint32_t c)
{
	if (alphabet == PDU_GSM7)
		return gsm7_put(c, NULL);
	return c > 0xFFFF ? 2 : 1;
}

/* Walks the text once; counts units and, when `start` is given, notes where parts begin. */
static bool walk(const char *text, size_t n, enum pdu_alphabet alphabet, size_t room, size_t *units,
	struct pdu_split *out)
{
	const char *at = text, *end = text + n;
	size_t used = 0;

	*units = 0;
	while (at < end) {
		const char *from = at;
		uint32_t c = text_next(&at, end);
		size_t k = c == TEXT_BAD || c == 0 ? 0 : cost(alphabet, c);

		if (k == 0)
			return false;
		if (used + k > room) {
			if (out != NULL && out->parts < PDU_PARTS_MAX)
				out->start[out->parts] = (uint32_t)(from - text);
			if (out != NULL)
				out->parts++;
			used = 0;
		}
		used += k;
		*units += k;
	}
	return true;
}

enum pdu_rc pdu_split(const char *text, size_t n, enum pdu_alphabet alphabet, unsigned ref_bits,
	unsigned max_parts, struct pdu_split *out)
{
	size_t units, room;

	assert(alphabet != PDU_8BIT && (ref_bits == 8 || ref_bits == 16));
	if (max_parts > PDU_PARTS_MAX)
		max_parts = PDU_PARTS_MAX;
	if (n > (size_t)PDU_PARTS_MAX * 160 * 3)
		return PDU_TOO_MANY;
	if (alphabet == PDU_AUTO)
		alphabet = gsm7_count(text, n) != SIZE_MAX ? PDU_GSM7 : PDU_UCS2;
	*out = (struct pdu_split){ .alphabet = alphabet, .ref_bits = ref_bits, .parts = 1 };
	if (!walk(text, n, alphabet, SIZE_MAX, &units, NULL))
		return PDU_BAD_TEXT;
	room = ref_bits == 8 ? capacities[alphabet].narrow : capacities[alphabet].wide;
	if (units > capacities[alphabet].alone)
		walk(text, n, alphabet, room, &units, out);
	if (out->parts > max_parts)
		return PDU_TOO_MANY;
	out->start[out->parts] = (uint32_t)n;
	return PDU_OK;
}

struct octets {
	uint8_t b[TPDU_MAX];
	size_t n;
};

static void put(struct octets *o, unsigned value)
{
	assert(o->n < TPDU_MAX);
	o->b[o->n++] = (uint8_t)value;
}

static void put_time(struct octets *o, const struct pdu_time *t)
{
	assert(o->n + PDU_TIME_OCTETS <= TPDU_MAX);
	pdu_time_encode(t, o->b + o->n);
	o->n += PDU_TIME_OCTETS;
}

static bool put_address(struct octets *o, const char *number, uint8_t toa, bool smsc)
{
	size_t n = pdu_address_encode(number, toa, smsc, o->b + o->n);

	o->n += n;
	return n > 0;
}

static bool put_smsc(struct octets *o, const char *smsc)
{
	if (smsc != NULL && *smsc != '\0')
		return put_address(o, smsc, 0, true);
	put(o, 0);
	return true;
}

static size_t write_header(const struct pdu_split *split, unsigned ref, unsigned part, uint8_t *ud)
{
	size_t n = 0;

	if (split->parts == 1)
		return 0;
	ud[n++] = split->ref_bits == 8 ? 5 : 6;
	ud[n++] = split->ref_bits == 8 ? 0x00 : 0x08;
	ud[n++] = split->ref_bits == 8 ? 3 : 4;
	if (split->ref_bits == 16)
		ud[n++] = (uint8_t)(ref >> 8);
	ud[n++] = (uint8_t)ref;
	ud[n++] = (uint8_t)split->parts;
	ud[n++] = (uint8_t)part;
	return n;
}

static void put_septets(
	struct octets *o, const char *text, size_t n, const uint8_t *header, size_t h)
{
	uint8_t septets[UDL_SEPTETS];
	size_t skip = (8 * h + 6) / 7, count = 0;
	unsigned fill = (unsigned)(7 * skip - 8 * h);
	bool fits = gsm7_encode(text, n, septets, UDL_SEPTETS - skip, &count);

	assert(fits);
	put(o, (unsigned)(skip + count));
	for (size_t i = 0; i < h; i++)
		put(o, header[i]);
	assert(o->n + gsm7_octets(count, fill) <= TPDU_MAX);
	gsm7_pack(septets, count, fill, o->b + o->n);
	o->n += gsm7_octets(count, fill);
}

static void put_units(struct octets *o, const char *text, size_t n, const uint8_t *header, size_t h)
{
	const char *end = text + n;
	size_t at = o->n;

	put(o, 0);
	for (size_t i = 0; i < h; i++)
		put(o, header[i]);
	while (text < end) {
		uint32_t c = text_next(&text, end);

		if (c > 0xFFFF) {
			uint32_t high = 0xD800 + ((c - 0x10000) >> 10);

			put(o, high >> 8);
			put(o, high & 0xFF);
			c = 0xDC00 + ((c - 0x10000) & 0x3FF);
		}
		put(o, c >> 8 & 0xFF);
		put(o, c & 0xFF);
	}
	o->b[at] = (uint8_t)(o->n - at - 1);
	assert(o->b[at] <= UD_OCTETS);
}

static void put_text(struct octets *o, const char *text, const struct pdu_split *split,
	unsigned part, unsigned ref)
{
	uint8_t header[8];
	size_t h = write_header(split, ref, part, header);
	const char *from = text + split->start[part - 1];
	size_t n = split->start[part] - split->start[part - 1];

	if (split->alphabet == PDU_GSM7)
		put_septets(o, from, n, header, h);
	else
		put_units(o, from, n, header, h);
}

static void write_hex(
	const struct octets *o, size_t smsc, char hex[PDU_HEX_MAX + 1], size_t *tpdu_len)
{
	static const char figures[] = "0123456789ABCDEF";

	for (size_t i = 0; i < o->n; i++) {
		hex[2 * i] = figures[o->b[i] >> 4];
		hex[2 * i + 1] = figures[o->b[i] & 15];
	}
	hex[2 * o->n] = '\0';
	*tpdu_len = o->n - smsc;
}

/* The alphabet a coding octet stands for, of those that are sent (23.038 4). */
static enum pdu_alphabet alphabet_of(unsigned dcs)
{
	static const enum pdu_alphabet by_bits[4] = { PDU_GSM7, PDU_8BIT, PDU_UCS2, PDU_GSM7 };

	if (dcs < 0x80)
		return dcs & 0x20 ? PDU_8BIT : by_bits[dcs >> 2 & 3];
	if (dcs >= 0xF0)
		return dcs & 0x04 ? PDU_8BIT : PDU_GSM7;
	return dcs >= 0xE0 ? PDU_UCS2 : PDU_GSM7;
}

static enum pdu_rc check(const struct pdu_message *m, const struct pdu_split *split, unsigned part)
{
	unsigned max_ref = split->ref_bits == 8 ? 0xFF : 0xFFFF;

	assert(part >= 1 && part <= split->parts);
	if (m->dcs < -1 || m->dcs > 255 || m->vp < -1 || m->vp > 255)
		return PDU_BAD_VALUE;
	if (m->dcs >= 0 && alphabet_of((unsigned)m->dcs) != split->alphabet)
		return PDU_BAD_VALUE;
	return split->parts > 1 && m->ref > max_ref ? PDU_BAD_VALUE : PDU_OK;
}

/* What is before the TPDU, when all of it can be written. */
static enum pdu_rc begin(
	struct octets *o, const struct pdu_message *m, const struct pdu_split *split, unsigned part)
{
	enum pdu_rc rc = check(m, split, part);

	if (rc != PDU_OK)
		return rc;
	return put_smsc(o, m->smsc) ? PDU_OK : PDU_BAD_ADDRESS;
}

static unsigned coding(const struct pdu_message *m, const struct pdu_split *split)
{
	if (m->dcs >= 0)
		return (unsigned)m->dcs;
	return split->alphabet == PDU_UCS2 ? 0x08 : 0x00;
}

enum pdu_rc pdu_encode_submit(const struct pdu_message *m, const char *text,
	const struct pdu_split *split, unsigned part, char hex[PDU_HEX_MAX + 1], size_t *tpdu_len)
{
	struct octets o = { .n = 0 };
	enum pdu_rc rc = begin(&o, m, split, part);
	size_t smsc = o.n;

	if (rc != PDU_OK)
		return rc;
	put(&o, 0x01U | (m->rd ? 0x04U : 0) | (m->vp >= 0 ? 0x10U : 0) | (m->srr ? 0x20U : 0) |
			(split->parts > 1 ? 0x40U : 0));
	put(&o, m->mr);
	if (!put_address(&o, m->number, m->toa, false))
		return PDU_BAD_ADDRESS;
	put(&o, m->pid);
	put(&o, coding(m, split));
	if (m->vp >= 0)
		put(&o, (unsigned)m->vp);
	put_text(&o, text, split, part, m->ref);
	write_hex(&o, smsc, hex, tpdu_len);
	return PDU_OK;
}

enum pdu_rc pdu_encode_deliver(const struct pdu_message *m, const char *text,
	const struct pdu_split *split, unsigned part, char hex[PDU_HEX_MAX + 1], size_t *tpdu_len)
{
	struct octets o = { .n = 0 };
	enum pdu_rc rc = begin(&o, m, split, part);
	size_t smsc = o.n;

	if (rc != PDU_OK)
		return rc;
	put(&o, 0x04U | (m->srr ? 0x20U : 0) | (split->parts > 1 ? 0x40U : 0));
	if (!put_address(&o, m->number, m->toa, false))
		return PDU_BAD_ADDRESS;
	put(&o, m->pid);
	put(&o, coding(m, split));
	put_time(&o, &m->scts);
	put_text(&o, text, split, part, m->ref);
	write_hex(&o, smsc, hex, tpdu_len);
	return PDU_OK;
}

enum pdu_rc pdu_encode_status(
	const struct pdu_report *r, char hex[PDU_HEX_MAX + 1], size_t *tpdu_len)
{
	struct octets o = { .n = 0 };
	size_t smsc;

	if (!put_smsc(&o, r->smsc))
		return PDU_BAD_ADDRESS;
	smsc = o.n;
	put(&o, 0x06);
	put(&o, r->mr);
	if (!put_address(&o, r->number, r->toa, false))
		return PDU_BAD_ADDRESS;
	put_time(&o, &r->scts);
	put_time(&o, &r->dt);
	put(&o, r->status);
	write_hex(&o, smsc, hex, tpdu_len);
	return PDU_OK;
}
