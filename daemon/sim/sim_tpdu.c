#include "sim_tpdu.h"

#include <stdlib.h>
#include <string.h>

#include "gsm7.h"
#include "text.h"
#include "banned.h"

enum { CHINA = 8 * 60 }; /* minutes east of UTC: the centre's zone */

struct sim_pdu *sim_pdu_new(enum pdu_dir dir, const char *hex, size_t tpdu_len)
{
	size_t n = strlen(hex);
	struct sim_pdu *p = calloc(1, sizeof *p + n + 1);

	if (p == NULL)
		abort();
	p->dir = dir;
	p->origin = -1;
	p->tpdu_len = tpdu_len;
	memcpy(p->hex, hex, n);
	return p;
}

struct sim_pdu *sim_pdu_copy(const struct sim_pdu *p)
{
	size_t size = sizeof *p + strlen(p->hex) + 1;
	struct sim_pdu *out = malloc(size);

	if (out == NULL)
		abort();
	memcpy(out, p, size);
	return out;
}

static void put_hex(char *hex, const uint8_t *octets, size_t n)
{
	static const char digits[] = "0123456789ABCDEF";

	for (size_t i = 0; i < n; i++) {
		*hex++ = digits[octets[i] >> 4];
		*hex++ = digits[octets[i] & 15];
	}
	*hex = '\0';
}

/* The length octet of user data as the sender wrote it: septets or octets. */
static uint8_t udl_of(const struct pdu *p)
{
	if (p->alphabet == PDU_GSM7 && !p->compressed)
		return (uint8_t)(p->septets + (p->udh_len * 8 + 6) / 7);
	return (uint8_t)p->ud_len;
}

struct sim_pdu *sim_tpdu_forward(
	const struct pdu *submit, const char *smsc, const char *from, int64_t now_ms)
{
	uint8_t octets[12 + 1 + 12 + 2 + PDU_TIME_OCTETS + 1 + PDU_UD_MAX];
	char hex[2 * sizeof octets + 1];
	size_t n, head;
	struct pdu_time scts;

	n = head = pdu_address_encode(smsc, 0, true, octets);
	/* DELIVER, no more messages waiting; header flag and report wish as they came */
	octets[n++] = (uint8_t)(0x04 | (submit->first & 0x60));
	n += pdu_address_encode(from, 0, false, octets + n);
	octets[n++] = submit->pid;
	octets[n++] = submit->dcs;
	pdu_time_of_ms(now_ms, CHINA, &scts);
	pdu_time_encode(&scts, octets + n);
	n += PDU_TIME_OCTETS;
	octets[n++] = udl_of(submit);
	memcpy(octets + n, submit->ud, submit->ud_len);
	n += submit->ud_len;
	put_hex(hex, octets, n);
	return sim_pdu_new(PDU_DELIVER, hex, n - head);
}

static size_t units(const char *text, size_t n)
{
	const char *s = text, *end = text + n;
	size_t count = 0;

	while (s < end)
		count += text_next(&s, end) > 0xFFFF ? 2 : 1;
	return count;
}

static bool piece_fits(const struct pdu_split *s, const char *text, size_t n)
{
	struct pdu_split piece;

	if (pdu_split(text, n, s->alphabet, s->ref_bits, 1, &piece) != PDU_OK)
		return false;
	/* one part of several holds a little less than one that stands alone */
	if (s->alphabet == PDU_GSM7)
		return gsm7_count(text, n) <= (s->ref_bits == 16 ? 152 : 153);
	return units(text, n) <= (s->ref_bits == 16 ? 66 : 67);
}

/* Parts of `cut` characters instead of as many as fit. */
static bool cut_short(struct pdu_split *s, const char *text, unsigned cut)
{
	size_t at = 0, n = strlen(text), step;

	s->parts = 0;
	while (at < n || s->parts == 0) {
		step = text_prefix(text + at, cut);
		if (s->parts == PDU_PARTS_MAX || !piece_fits(s, text + at, step))
			return false;
		s->start[s->parts++] = (uint32_t)at;
		at += step;
	}
	s->start[s->parts] = (uint32_t)n;
	return true;
}

unsigned sim_tpdu_say(const char *smsc, const char *from, const struct sim_say *how,
	const char *text, unsigned ref, int64_t now_ms, struct sim_pdu *list[PDU_PARTS_MAX],
	enum pdu_rc *rc)
{
	struct pdu_split split;
	struct pdu_message m = { .smsc = smsc, .number = from, .dcs = -1, .vp = -1, .ref = ref };
	char hex[PDU_HEX_MAX + 1];
	size_t len;

	*rc = pdu_split(text, strlen(text), how->alphabet, how->ref_bits, PDU_PARTS_MAX, &split);
	if (*rc != PDU_OK)
		return 0;
	if (how->cut > 0 && text_count(text) > how->cut && !cut_short(&split, text, how->cut)) {
		*rc = PDU_TOO_MANY;
		return 0;
	}
	if (from[strspn(from, "+0123456789*#")] != '\0')
		m.toa = 0xD0;
	if (how->msg_class >= 0)
		m.dcs = (split.alphabet == PDU_UCS2 ? 0x18 : 0x10) | how->msg_class;
	pdu_time_of_ms(now_ms, CHINA, &m.scts);
	for (unsigned i = 1; i <= split.parts; i++) {
		*rc = pdu_encode_deliver(&m, text, &split, i, hex, &len);
		if (*rc != PDU_OK) {
			while (--i > 0)
				free(list[i - 1]);
			return 0;
		}
		list[i - 1] = sim_pdu_new(PDU_DELIVER, hex, len);
	}
	return split.parts;
}

struct sim_pdu *sim_tpdu_report(const char *smsc, const char *to, uint8_t mr, uint8_t status,
	int64_t taken_ms, int64_t now_ms)
{
	struct pdu_report r = { .smsc = smsc, .number = to, .mr = mr, .status = status };
	char hex[PDU_HEX_MAX + 1];
	struct sim_pdu *p;
	size_t len;
	enum pdu_rc rc;

	pdu_time_of_ms(taken_ms, CHINA, &r.scts);
	pdu_time_of_ms(now_ms, CHINA, &r.dt);
	rc = pdu_encode_status(&r, hex, &len);
	if (rc != PDU_OK)
		return NULL;
	p = sim_pdu_new(PDU_STATUS, hex, len);
	p->mr = mr;
	return p;
}
