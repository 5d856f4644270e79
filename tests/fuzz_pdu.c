/*
 * Whatever octets come: no crash, every length inside its bounds, the same fingerprint each
 * time, text that is UTF-8. Whatever text goes out comes back the same, in any order of parts.
 */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "concat.h"
#include "pdu.h"
#include "text.h"

#include "banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_read(const char *hex, size_t n, enum pdu_form form)
{
	struct pdu p;
	uint8_t a[PDU_FINGERPRINT], b[PDU_FINGERPRINT];
	struct buf text;
	const char *at, *end;

	if (pdu_decode(hex, n, form, &p) != PDU_OK)
		return;
	assert(p.unit_count <= PDU_UD_MAX && p.ud_len <= PDU_UD_MAX && p.udh_len <= p.ud_len);
	assert(p.tpdu_len * 2 <= n && p.trailing <= p.tpdu_len);
	assert(strlen(p.address.number) < PDU_NUMBER_SIZE);
	assert(p.ref_bits == 0 || (p.part >= 1 && p.part <= p.parts && p.parts <= PDU_PARTS_MAX));
	assert(!p.udh_error || (p.ref_bits == 0 && p.port_bits == 0));
	pdu_fingerprint(&p, a);
	pdu_fingerprint(&p, b);
	assert(memcmp(a, b, sizeof a) == 0);
	buf_init(&text, 4 * PDU_UD_MAX);
	pdu_text(p.units, p.unit_count, &text);
	assert(!text.full);
	for (at = buf_str(&text), end = at + text.len; at < end;)
		assert(text_next(&at, end) != TEXT_BAD);
	buf_free(&text);
}

static void check_written(const char *text, size_t n, const struct pdu_split *split, unsigned start)
{
	struct pdu_message m = { .number = "+8613800138001", .dcs = -1, .vp = 167, .ref = 7 };
	struct concat_key key;
	struct concat *set = NULL;
	struct buf out;
	enum concat_rc rc = CONCAT_WAITING;

	buf_init(&out, n + 1);
	for (unsigned i = 0; i < split->parts; i++) {
		unsigned part = (start + i) % split->parts + 1;
		char hex[PDU_HEX_MAX + 1];
		size_t tpdu;
		struct pdu p;

		assert(pdu_encode_submit(&m, text, split, part, hex, &tpdu) == PDU_OK);
		assert(pdu_decode(hex, strlen(hex), PDU_WITH_SMSC, &p) == PDU_OK);
		assert(p.tpdu_len == tpdu && p.trailing == 0 && p.has_text && p.ud_len <= 140);
		if (!concat_key(&p, &key)) {
			pdu_text(p.units, p.unit_count, &out);
			rc = CONCAT_COMPLETE;
			break;
		}
		if (set == NULL)
			set = concat_open(&key);
		rc = concat_add(set, &p);
		assert(concat_add(set, &p) == CONCAT_REPEATED);
	}
	assert(rc == CONCAT_COMPLETE);
	if (set != NULL)
		concat_text(set, "", &out);
	assert(out.len == n && memcmp(buf_str(&out), text, n) == 0);
	concat_close(set);
	buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char figures[] = "0123456789ABCDEF";
	struct pdu_split split;
	char hex[2 * 600];
	size_t n = size < 600 ? size : 600;

	if (size == 0)
		return 0;
	check_read((const char *)data, size, PDU_WITH_SMSC); /* as characters */
	for (size_t i = 0; i < n; i++) {                     /* as octets */
		hex[2 * i] = figures[data[i] >> 4];
		hex[2 * i + 1] = figures[data[i] & 15];
	}
	check_read(hex, 2 * n, PDU_WITH_SMSC);
	check_read(hex, 2 * n, PDU_BARE);
	if (pdu_split((const char *)data + 1, size - 1, PDU_AUTO, data[0] & 1 ? 8 : 16, 255,
		    &split) == PDU_OK)
		check_written((const char *)data + 1, size - 1, &split, data[0] >> 1);
	return 0;
}
