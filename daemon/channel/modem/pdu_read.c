/* pdu_read.c - octets to a short message. One cursor; every length is checked before it is used. */
#include "pdu.h"

#include <string.h>

#include "gsm7.h"
#include "hex.h"
#include "seal.h"
#include "text.h"

#include "banned.h"

struct cursor {
	const uint8_t *at;
	size_t left;
};

/* The next n octets, or NULL when there are not so many. */
static const uint8_t *take(struct cursor *c, size_t n)
{
	const uint8_t *at = c->at;

	if (n > c->left)
		return NULL;
	c->at += n;
	c->left -= n;
	return at;
}

static bool take_octet(struct cursor *c, uint8_t *out)
{
	const uint8_t *at = take(c, 1);

	if (at != NULL)
		*out = *at;
	return at != NULL;
}

static enum pdu_rc unhex(const char *hex, size_t n, uint8_t *octets)
{
	if (n > PDU_HEX_MAX)
		return PDU_TOO_LONG;
	return n > 0 && n % 2 == 0 && hex_octets(hex, n / 2, octets) ? PDU_OK : PDU_NOT_HEX;
}

static enum pdu_rc read_address(struct cursor *c, bool smsc, struct pdu_address *out)
{
	size_t n = pdu_address_decode(c->at, c->left, smsc, out);

	if (n > 0) {
		take(c, n);
		return PDU_OK;
	}
	return !smsc && c->left > 0 && c->at[0] > PDU_NUMBER_MAX ? PDU_BAD_ADDRESS : PDU_CUT;
}

/* 23.038 4: the coding groups. */
static void read_coding(struct pdu *p)
{
	static const enum pdu_alphabet by_bits[4] = { PDU_GSM7, PDU_8BIT, PDU_UCS2, PDU_GSM7 };
	unsigned group = p->dcs >> 4;

	p->alphabet = PDU_GSM7;
	if (group < 8) {
		p->alphabet = by_bits[p->dcs >> 2 & 3];
		p->compressed = (p->dcs & 0x20) != 0;
		if (p->dcs & 0x10)
			p->msg_class = p->dcs & 3;
	} else if (group == 14) {
		p->alphabet = PDU_UCS2;
	} else if (group == 15) {
		p->alphabet = p->dcs & 0x04 ? PDU_8BIT : PDU_GSM7;
		p->msg_class = p->dcs & 3;
	}
}

static void read_concatenation(struct pdu *p, const uint8_t *data, size_t n, unsigned bits)
{
	size_t at = bits / 8;

	if (n != at + 2 || data[at] == 0 || data[at + 1] == 0 || data[at + 1] > data[at])
		return; /* ignored: the message stands alone */
	p->ref_bits = bits;
	p->ref = bits == 8 ? data[0] : (unsigned)data[0] << 8 | data[1];
	p->parts = data[at];
	p->part = data[at + 1];
}

static void read_element(struct pdu *p, unsigned id, const uint8_t *data, size_t n)
{
	if (id == 0x00 || id == 0x08) {
		read_concatenation(p, data, n, id == 0 ? 8 : 16);
	} else if (id == 0x04 && n == 2) {
		p->port_bits = 8;
		p->dst_port = data[0];
		p->src_port = data[1];
	} else if (id == 0x05 && n == 4) {
		p->port_bits = 16;
		p->dst_port = (unsigned)data[0] << 8 | data[1];
		p->src_port = (unsigned)data[2] << 8 | data[3];
	} else if (id == 0x24 && n == 1) {
		p->nat_single = data[0];
	} else if (id == 0x25 && n == 1) {
		p->nat_locking = data[0];
	}
}

static void forget_header(struct pdu *p)
{
	p->udh_error = true;
	p->ref_bits = p->ref = p->parts = p->part = 0;
	p->port_bits = p->dst_port = p->src_port = 0;
	p->nat_locking = p->nat_single = -1;
}

static enum pdu_rc read_header(struct pdu *p, size_t udl)
{
	struct cursor c = { p->ud, p->ud_len };
	size_t room = p->alphabet == PDU_GSM7 && !p->compressed ? udl * 7 / 8 : udl;
	uint8_t length, id, n;

	if (!take_octet(&c, &length))
		return PDU_OK; /* header bit and no data: an empty message */
	if (length > c.left || length + 1U > room)
		return PDU_BAD_HEADER;
	p->udh_len = length + 1U;
	c.left = length;
	while (c.left > 0) {
		const uint8_t *data;

		if (!take_octet(&c, &id) || !take_octet(&c, &n) || (data = take(&c, n)) == NULL) {
			forget_header(p);
			return PDU_OK;
		}
		read_element(p, id, data, n);
	}
	return PDU_OK;
}

static void read_septets(struct pdu *p, size_t udl)
{
	uint8_t septets[PDU_UD_MAX];
	size_t skip = (8 * p->udh_len + 6) / 7;

	p->septets = gsm7_unpack(p->ud + p->udh_len, p->ud_len - p->udh_len,
		(unsigned)(7 * skip - 8 * p->udh_len), udl < skip ? 0 : udl - skip, septets);
	p->unit_count = gsm7_decode(septets, p->septets, p->units);
}

static enum pdu_rc read_user_data(struct cursor *c, struct pdu *p)
{
	enum pdu_rc rc = PDU_OK;
	uint8_t udl;
	bool packed = p->alphabet == PDU_GSM7 && !p->compressed;

	if (!take_octet(c, &udl))
		return PDU_CUT;
	p->has_ud = true;
	p->ud_len = packed ? gsm7_octets(udl, 0) : udl;
	if (p->ud_len > c->left)
		p->ud_len = c->left; /* shorter than promised: what is there */
	memcpy(p->ud, take(c, p->ud_len), p->ud_len);
	if (p->udhi)
		rc = read_header(p, udl);
	if (rc != PDU_OK)
		return rc;
	p->has_text = !p->compressed && p->alphabet != PDU_8BIT;
	if (packed)
		read_septets(p, udl);
	else if (p->has_text)
		for (size_t i = p->udh_len; i + 1 < p->ud_len; i += 2)
			p->units[p->unit_count++] = (uint16_t)(p->ud[i] << 8 | p->ud[i + 1]);
	return PDU_OK;
}

static bool read_pid_dcs(struct cursor *c, struct pdu *p)
{
	if (!take_octet(c, &p->pid) || !take_octet(c, &p->dcs))
		return false;
	p->has_pid = p->has_dcs = true;
	read_coding(p);
	return true;
}

static bool read_time(struct cursor *c, uint8_t *raw, struct pdu_time *out)
{
	const uint8_t *at = take(c, PDU_TIME_OCTETS);

	if (at == NULL)
		return false;
	if (raw != NULL)
		memcpy(raw, at, PDU_TIME_OCTETS);
	pdu_time_decode(
		at, PDU_TIME_OCTETS, out); /* unreadable: not known, and no reason to lose it */
	return true;
}

static enum pdu_rc read_deliver(struct cursor *c, struct pdu *p)
{
	enum pdu_rc rc = read_address(c, false, &p->address);

	if (rc != PDU_OK)
		return rc;
	if (!read_pid_dcs(c, p) || !read_time(c, p->scts_raw, &p->scts))
		return PDU_CUT;
	return read_user_data(c, p);
}

static bool read_validity(struct cursor *c, struct pdu *p)
{
	static const enum pdu_vp forms[4] = { PDU_VP_NONE, PDU_VP_ENHANCED, PDU_VP_RELATIVE,
		PDU_VP_ABSOLUTE };
	static const size_t octets[] = { [PDU_VP_NONE] = 0,
		[PDU_VP_RELATIVE] = 1,
		[PDU_VP_ENHANCED] = 7,
		[PDU_VP_ABSOLUTE] = 7 };
	const uint8_t *at;

	p->vp_form = forms[p->first >> 3 & 3];
	at = take(c, octets[p->vp_form]);
	if (at == NULL)
		return false;
	memcpy(p->vp, at, octets[p->vp_form]);
	if (p->vp_form == PDU_VP_ABSOLUTE)
		pdu_time_decode(p->vp, PDU_TIME_OCTETS, &p->vp_time);
	return true;
}

static enum pdu_rc read_submit(struct cursor *c, struct pdu *p)
{
	enum pdu_rc rc;

	p->rd = (p->first & 0x04) != 0;
	if (!take_octet(c, &p->mr))
		return PDU_CUT;
	if ((rc = read_address(c, false, &p->address)) != PDU_OK)
		return rc;
	if (!read_pid_dcs(c, p) || !read_validity(c, p))
		return PDU_CUT;
	return read_user_data(c, p);
}

/* What follows the status is optional and never spoils the report (23.040 9.2.3.27). */
static void read_parameters(struct cursor *c, struct pdu *p)
{
	uint8_t which;

	if (c->left == 0 || *c->at == 0xFF || !take_octet(c, &which))
		return; /* nothing, or padding */
	p->has_pid = (which & 1) && take_octet(c, &p->pid);
	p->has_dcs = (which & 2) && take_octet(c, &p->dcs);
	read_coding(p);
	if (which & 4)
		read_user_data(c, p);
}

static enum pdu_rc read_status(struct cursor *c, struct pdu *p)
{
	enum pdu_rc rc;

	if (!take_octet(c, &p->mr))
		return PDU_CUT;
	if ((rc = read_address(c, false, &p->address)) != PDU_OK)
		return rc;
	if (!read_time(c, p->scts_raw, &p->scts) || !read_time(c, NULL, &p->dt))
		return PDU_CUT;
	if (!take_octet(c, &p->status))
		return PDU_CUT;
	read_parameters(c, p);
	return PDU_OK;
}

static enum pdu_rc reserved(struct cursor *c, struct pdu *p)
{
	(void)c;
	(void)p;
	return PDU_RESERVED;
}

enum pdu_rc pdu_decode(const char *hex, size_t n, enum pdu_form form, struct pdu *out)
{
	static enum pdu_rc (*const readers[4])(struct cursor *, struct pdu *) = { read_deliver,
		read_submit, read_status, reserved };
	static const enum pdu_dir dirs[4] = { PDU_DELIVER, PDU_SUBMIT, PDU_STATUS, PDU_DELIVER };
	uint8_t octets[PDU_HEX_MAX / 2];
	struct cursor c = { octets, n / 2 };
	enum pdu_rc rc;

	memset(out, 0, sizeof *out);
	out->msg_class = out->nat_locking = out->nat_single = -1;
	if ((rc = unhex(hex, n, octets)) != PDU_OK)
		return rc;
	if (form == PDU_WITH_SMSC && (rc = read_address(&c, true, &out->smsc)) != PDU_OK)
		return rc;
	out->tpdu_len = c.left;
	if (!take_octet(&c, &out->first))
		return PDU_CUT;
	out->dir = dirs[out->first & 3];
	out->udhi = (out->first & 0x40) != 0;
	out->srr = (out->first & 0x20) != 0;
	rc = readers[out->first & 3](&c, out);
	out->trailing = c.left;
	return rc;
}

enum pdu_rc pdu_decode_told(const char *hex, size_t n, size_t told, struct pdu *out)
{
	enum pdu_rc rc = pdu_decode(hex, n, PDU_WITH_SMSC, out);

	if (rc != PDU_OK && told > 0 && told * 2 == n)
		return pdu_decode(hex, n, PDU_BARE, out);
	return rc;
}

static bool is_high(uint16_t unit)
{
	return unit >= 0xD800 && unit <= 0xDBFF;
}

static bool is_low(uint16_t unit)
{
	return unit >= 0xDC00 && unit <= 0xDFFF;
}

void pdu_text(const uint16_t *units, size_t n, struct buf *out)
{
	char bytes[4];

	for (size_t i = 0; i < n; i++) {
		uint32_t c = units[i];

		if (is_high(units[i]) && i + 1 < n && is_low(units[i + 1])) {
			c = 0x10000 + ((c - 0xD800) << 10) + (units[i + 1] - 0xDC00U);
			i++;
		} else if (is_high(units[i]) || is_low(units[i])) {
			c = 0xFFFD;
		}
		buf_add(out, bytes, text_put(c, bytes));
	}
}

void pdu_fingerprint(const struct pdu *p, uint8_t out[PDU_FINGERPRINT])
{
	struct buf b;

	buf_init(&b, 1024);
	buf_addc(&b, (char)p->dir);
	buf_add(&b, p->address.number, strlen(p->address.number) + 1);
	buf_add(&b, p->scts_raw, sizeof p->scts_raw);
	if (p->dir == PDU_STATUS) {
		char iso[PDU_ISO_SIZE];

		buf_addc(&b, (char)p->mr);
		buf_addc(&b, (char)p->status);
		buf_adds(&b, pdu_time_iso(&p->dt, iso));
	}
	buf_addc(&b, (char)p->dcs);
	buf_addc(&b, (char)p->udhi);
	buf_add(&b, p->ud, p->ud_len);
	seal_sha256(b.data, b.len, out);
	buf_free(&b);
}

bool pdu_is_service(const struct pdu *p)
{
	unsigned group = p->dcs >> 4;

	return p->dir != PDU_DELIVER || p->pid == 0x40 || (group >= 12 && group <= 14) ||
	       p->port_bits != 0 || (p->msg_class == 2 && p->pid == 0x7F) || !p->has_text;
}
