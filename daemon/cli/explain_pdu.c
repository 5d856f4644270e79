/* explain_pdu.c - how quanzu reads and writes one short message. */
#include "explain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "concat.h"
#include "gsm7.h"
#include "json.h"
#include "pdu.h"
#include "seal.h"

#include "banned.h"

enum { TEXT_MAX = 200000, JOIN_MAX = 1000 };

static void put_outcome(json_t *out, bool ok)
{
	json_object_set_new(out, "expect", json_string(ok ? "ok" : "error"));
}

static json_t *hex_json(const uint8_t *octets, size_t n)
{
	char hex[2 * PDU_UD_MAX + 1];

	for (size_t i = 0; i < n; i++)
		snprintf(hex + 2 * i, 3, "%02X", octets[i]);
	hex[2 * n] = '\0';
	return json_string(hex);
}

static json_t *buf_json(const struct buf *b)
{
	return json_stringn(buf_str(b), b->len);
}

static json_t *units_json(const uint16_t *units, size_t n)
{
	struct buf text;
	json_t *value;

	buf_init(&text, TEXT_MAX);
	pdu_text(units, n, &text);
	value = buf_json(&text);
	buf_free(&text);
	return value;
}

static json_t *time_json(const struct pdu_time *t)
{
	char iso[PDU_ISO_SIZE];

	return t->known ? json_string(pdu_time_iso(t, iso)) : json_null();
}

/* Octets of a hex string of at most `max` octets; SIZE_MAX when it is none. */
static size_t octets_of(const char *hex, uint8_t *out, size_t max)
{
	size_t n = hex == NULL ? 0 : strlen(hex);

	if (hex == NULL || n % 2 != 0 || n / 2 > max || !seal_unhex(hex, out, n / 2))
		return SIZE_MAX;
	return n / 2;
}

static const char *const alphabet_names[] = { "", "gsm7", "8bit", "ucs2" };

static enum pdu_alphabet alphabet_named(const char *name)
{
	for (enum pdu_alphabet a = PDU_GSM7; name != NULL && a <= PDU_UCS2; a++)
		if (strcmp(name, alphabet_names[a]) == 0)
			return a;
	return PDU_AUTO;
}

static void put_header(json_t *out, const struct pdu *p)
{
	if (p->ref_bits > 0) {
		json_put_int(out, "ref", p->ref);
		json_put_int(out, "ref_bits", p->ref_bits);
		json_put_int(out, "parts", p->parts);
		json_put_int(out, "part", p->part);
	}
	if (p->port_bits > 0) {
		json_put_int(out, "dst_port", p->dst_port);
		json_put_int(out, "src_port", p->src_port);
		json_put_int(out, "port_bits", p->port_bits);
	}
	if (p->nat_locking >= 0)
		json_put_int(out, "nat_locking", p->nat_locking);
	if (p->nat_single >= 0)
		json_put_int(out, "nat_single", p->nat_single);
	if (p->udh_error)
		json_object_set_new(out, "udh_error", json_true());
}

static void put_data(json_t *out, const struct pdu *p)
{
	if (!p->has_ud)
		return;
	json_put_str(out, "encoding", alphabet_names[p->alphabet]);
	if (p->has_text) {
		json_object_set_new(out, "text", units_json(p->units, p->unit_count));
		if (p->alphabet == PDU_GSM7)
			json_put_int(out, "septets", (int64_t)p->septets);
	} else {
		json_put_str(out, "text", NULL);
		json_object_set_new(
			out, "data", hex_json(p->ud + p->udh_len, p->ud_len - p->udh_len));
	}
	put_header(out, p);
}

static void put_validity(json_t *out, const struct pdu *p)
{
	char text[2 + 2 * PDU_TIME_OCTETS + PDU_ISO_SIZE] = "";
	size_t used = 1;

	if (p->vp_form == PDU_VP_NONE)
		return;
	if (p->vp_form == PDU_VP_RELATIVE) {
		snprintf(text, sizeof text, "r%02X", p->vp[0]);
		json_put_int(out, "vp_minutes", pdu_vp_minutes(p->vp[0]));
	} else if (p->vp_form == PDU_VP_ABSOLUTE) {
		text[0] = 'a';
		pdu_time_iso(&p->vp_time, text + 1);
	} else {
		text[0] = 'e';
		for (size_t i = 0; i < PDU_TIME_OCTETS; i++, used += 2)
			snprintf(text + used, 3, "%02X", p->vp[i]);
	}
	json_put_str(out, "vp", text);
}

static void put_message(json_t *out, const struct pdu *p)
{
	static const char *const dirs[] = { "deliver", "submit", "status" };

	json_put_str(out, "dir", dirs[p->dir]);
	json_put_str(out, "smsc", p->smsc.number);
	json_put_str(out, "number", p->address.number);
	json_put_int(out, "toa", p->address.toa);
	json_put_int(out, "tpdu_len", (int64_t)p->tpdu_len);
	json_put_int(out, "trailing", (int64_t)p->trailing);
	if (p->has_pid)
		json_put_int(out, "pid", p->pid);
	if (p->has_dcs)
		json_put_int(out, "dcs", p->dcs);
	if (p->msg_class >= 0)
		json_put_int(out, "msg_class", p->msg_class);
	if (p->dir != PDU_SUBMIT)
		json_object_set_new(out, "scts", time_json(&p->scts));
	if (p->dir != PDU_DELIVER)
		json_put_int(out, "mr", p->mr);
	if (p->dir == PDU_STATUS) {
		json_object_set_new(out, "dt", time_json(&p->dt));
		json_put_int(out, "status", p->status);
		json_put_str(out, "outcome", pdu_outcome_name(pdu_outcome(p->status)));
	}
	put_validity(out, p);
	put_data(out, p);
}

static const char *explain_decode(const json_t *line, json_t *out)
{
	const char *hex = json_str(line, "pdu");
	struct pdu p;
	enum pdu_rc rc;

	if (hex == NULL)
		return "缺少 pdu（十六进制短信内容）";
	rc = pdu_decode(hex, strlen(hex),
		json_flag(line, "tpdu_only", false) ? PDU_BARE : PDU_WITH_SMSC, &p);
	put_outcome(out, rc == PDU_OK);
	if (rc == PDU_OK)
		put_message(out, &p);
	else
		json_put_str(out, "reason", pdu_rc_name(rc));
	return NULL;
}

static void put_pieces(json_t *out, const char *text, const struct pdu_split *split)
{
	json_t *pieces = json_array();

	for (unsigned i = 0; i < split->parts; i++)
		json_array_append_new(pieces, json_stringn(text + split->start[i],
						      split->start[i + 1] - split->start[i]));
	json_object_set_new(out, "pieces", pieces);
}

static enum pdu_rc put_parts(
	json_t *out, const struct pdu_message *m, const char *text, const struct pdu_split *split)
{
	json_t *pdus = json_array(), *lengths = json_array();
	char hex[PDU_HEX_MAX + 1];
	enum pdu_rc rc = PDU_OK;
	size_t n;

	for (unsigned part = 1; rc == PDU_OK && part <= split->parts; part++) {
		rc = pdu_encode_submit(m, text, split, part, hex, &n);
		if (rc != PDU_OK)
			break;
		json_array_append_new(pdus, json_string(hex));
		json_array_append_new(lengths, json_integer((json_int_t)n));
	}
	if (rc == PDU_OK) {
		json_object_set(out, "pdus", pdus);
		json_object_set(out, "cmgs", lengths);
		if (split->parts > 1)
			put_pieces(out, text, split);
	}
	json_decref(pdus);
	json_decref(lengths);
	return rc;
}

static const char *explain_encode(const json_t *line, json_t *out)
{
	const json_t *params = json_object_get(line, "params"),
		     *text = json_object_get(params, "text");
	struct pdu_message m = { .smsc = json_str(params, "smsc"),
		.number = json_str(params, "number"),
		.toa = (uint8_t)json_int(params, "toa", 0),
		.mr = (uint8_t)json_int(params, "mr", 0),
		.pid = (uint8_t)json_int(params, "pid", 0),
		.dcs = (int)json_int(params, "dcs", -1),
		.srr = json_flag(params, "srr", false),
		.rd = json_flag(params, "rd", false),
		.vp = (int)json_int(params, "vp", -1),
		.ref = (unsigned)json_int(params, "ref", 0) };
	unsigned bits = json_int(params, "ref_bits", 8) == 16 ? 16 : 8;
	struct pdu_split split;
	enum pdu_rc rc;

	if (m.number == NULL || !json_is_string(text))
		return "缺少 params.number 或 params.text（收件号码、短信文字）";
	rc = pdu_split(json_string_value(text), json_string_length(text),
		alphabet_named(json_str(params, "encoding")), bits, PDU_PARTS_MAX, &split);
	if (rc == PDU_OK)
		rc = put_parts(out, &m, json_string_value(text), &split);
	put_outcome(out, rc == PDU_OK);
	if (rc != PDU_OK)
		json_put_str(out, "reason", pdu_rc_name(rc));
	return NULL;
}

/* The open sets of one run, and the fingerprints of all parts that came. */
struct join {
	struct concat *sets[JOIN_MAX];
	uint8_t seen[JOIN_MAX][PDU_FINGERPRINT];
	size_t open, known, messages;
	json_t *texts;
};

static bool seen_before(struct join *j, const struct pdu *p)
{
	uint8_t print[PDU_FINGERPRINT];

	pdu_fingerprint(p, print);
	for (size_t i = 0; i < j->known; i++)
		if (seal_equal(j->seen[i], print, sizeof print))
			return true;
	memcpy(j->seen[j->known++], print, sizeof print);
	return false;
}

static struct concat **set_of(struct join *j, const struct concat_key *key)
{
	for (size_t i = 0; i < j->open; i++)
		if (concat_same(concat_of(j->sets[i]), key))
			return &j->sets[i];
	j->messages++;
	j->sets[j->open] = concat_open(key);
	return &j->sets[j->open++];
}

static void take_part(struct join *j, const struct pdu *p)
{
	struct concat_key key;
	struct concat **set;
	struct buf text;

	if (!concat_key(p, &key)) {
		j->messages++;
		json_array_append_new(j->texts, units_json(p->units, p->unit_count));
		return;
	}
	set = set_of(j, &key);
	if (concat_add(*set, p) != CONCAT_COMPLETE)
		return;
	buf_init(&text, TEXT_MAX);
	concat_text(*set, "", &text);
	json_array_append_new(j->texts, buf_json(&text));
	buf_free(&text);
	concat_close(*set);
	*set = j->sets[--j->open];
}

static const char *explain_join(const json_t *line, json_t *out)
{
	const json_t *pdus = json_object_get(line, "pdus"), *pdu;
	struct join *j;
	size_t i;

	if (!json_is_array(pdus) || json_array_size(pdus) > JOIN_MAX)
		return "缺少 pdus（各段短信，最多1000段）";
	j = calloc(1, sizeof *j);
	if (j == NULL)
		abort();
	j->texts = json_array();
	json_array_foreach(pdus, i, pdu) {
		struct pdu p;
		const char *hex = json_is_string(pdu) ? json_string_value(pdu) : "";

		if (pdu_decode(hex, strlen(hex), PDU_WITH_SMSC, &p) == PDU_OK &&
			!seen_before(j, &p))
			take_part(j, &p);
	}
	json_object_set_new(out, "complete", json_boolean(json_array_size(j->texts) > 0));
	json_put_int(out, "left", (int64_t)j->open);
	if (json_array_size(j->texts) == 0)
		json_put_str(out, "text", NULL);
	else
		json_object_set(
			out, "text", j->messages == 1 ? json_array_get(j->texts, 0) : j->texts);
	while (j->open > 0)
		concat_close(j->sets[--j->open]);
	json_decref(j->texts);
	free(j);
	return NULL;
}

static const char *explain_septets(const json_t *line, json_t *out)
{
	uint8_t octets[PDU_UD_MAX], septets[PDU_UD_MAX];
	uint16_t units[PDU_UD_MAX];
	size_t n = octets_of(json_str(line, "packed"), octets, sizeof octets), count = PDU_UD_MAX;
	const char *text = json_str(line, "text");
	int64_t fill = json_int(line, "fill_bits", 0);

	if ((n == SIZE_MAX && text == NULL) || fill < 0 || fill > 6)
		return "缺少 packed 或 text，或者 fill_bits 不在0到6之间";
	if (json_int(line, "count", -1) >= 0 && json_int(line, "count", 0) < PDU_UD_MAX)
		count = (size_t)json_int(line, "count", 0);
	if (n != SIZE_MAX) {
		count = gsm7_unpack(octets, n, (unsigned)fill, count, septets);
		json_object_set_new(
			out, "text", units_json(units, gsm7_decode(septets, count, units)));
	}
	if (text != NULL && !gsm7_encode(text, json_string_length(json_object_get(line, "text")),
				    septets, 160, &count))
		return "文字不在 GSM-7 字母表内，或者超过160个字符";
	gsm7_pack(septets, count, (unsigned)fill, octets);
	json_put_int(out, "count", (int64_t)count);
	json_object_set_new(out, "packed", hex_json(octets, gsm7_octets(count, (unsigned)fill)));
	return NULL;
}

static const char *explain_address(const json_t *line, json_t *out)
{
	uint8_t octets[64];
	const char *hex = json_str(line, "hex"), *number = json_str(line, "number");
	const char *way = json_str(line, "way");
	bool smsc = json_flag(line, "smsc_field", false), ok = true;
	size_t n = octets_of(hex, octets, sizeof octets);
	struct pdu_address a = { .toa = (uint8_t)json_int(line, "toa", 0) };

	if ((hex == NULL || *hex == '\0') && number == NULL)
		return "缺少 hex 或 number";
	if (hex != NULL && *hex != '\0') {
		ok = n != SIZE_MAX && pdu_address_decode(octets, n, smsc, &a) > 0;
		json_put_str(out, "number", a.number);
		json_put_int(out, "toa", a.toa);
	}
	if (ok && (way == NULL || strcmp(way, "decode") != 0)) {
		n = pdu_address_encode(number == NULL ? a.number : number, a.toa, smsc, octets);
		ok = n > 0;
		json_object_set_new(out, "hex", hex_json(octets, n));
	}
	put_outcome(out, ok);
	return NULL;
}

static const char *explain_time(const json_t *line, json_t *out)
{
	uint8_t octets[64];
	struct pdu_time t;
	size_t n = octets_of(json_str(line, "hex"), octets, sizeof octets);
	bool ok;

	if (n == SIZE_MAX)
		return "缺少 hex（7个字节的时间）";
	ok = pdu_time_decode(octets, n, &t);
	json_object_set_new(out, "iso", time_json(&t));
	if (ok) {
		pdu_time_encode(&t, octets);
		json_object_set_new(out, "hex", hex_json(octets, PDU_TIME_OCTETS));
	}
	put_outcome(out, ok);
	return NULL;
}

static const char *explain_vp(const json_t *line, json_t *out)
{
	int64_t octet = json_int(line, "octet", -1);

	if (octet < 0 || octet > 255)
		return "octet 必须在0到255之间";
	json_put_int(out, "minutes", pdu_vp_minutes((uint8_t)octet));
	return NULL;
}

static bool count_text(const json_t *line, struct buf *out)
{
	const json_t *text = json_object_get(line, "text"),
		     *again = json_object_get(line, "text_repeat");
	const json_t *c = json_array_get(again, 0);
	json_int_t times = json_integer_value(json_array_get(again, 1));

	if (json_is_string(text))
		return buf_add(out, json_string_value(text), json_string_length(text));
	if (!json_is_string(c) || times < 0 || times > TEXT_MAX)
		return false;
	while (times-- > 0)
		if (!buf_adds(out, json_string_value(c)))
			return false;
	return true;
}

static size_t characters(const char *s, const char *end)
{
	size_t n = 0;

	for (; s < end; s++)
		n += ((unsigned char)*s & 0xC0) != 0x80;
	return n;
}

static const char *explain_count(const json_t *line, json_t *out)
{
	struct pdu_split split;
	struct buf text;
	enum pdu_rc rc;
	json_t *lengths = json_array();

	buf_init(&text, TEXT_MAX);
	rc = !count_text(line, &text)
		     ? PDU_BAD_TEXT
		     : pdu_split(buf_str(&text), text.len,
			       alphabet_named(json_str(line, "encoding")),
			       json_int(line, "ref_bits", 8) == 16 ? 16 : 8, PDU_PARTS_MAX, &split);
	put_outcome(out, rc == PDU_OK);
	if (rc == PDU_OK) {
		for (unsigned i = 0; i < split.parts; i++)
			json_array_append_new(lengths,
				json_integer((json_int_t)characters(buf_str(&text) + split.start[i],
					buf_str(&text) + split.start[i + 1])));
		json_put_int(out, "parts", split.parts);
		json_object_set(out, "piece_lengths", lengths);
	} else {
		json_put_str(out, "reason", pdu_rc_name(rc));
	}
	json_decref(lengths);
	buf_free(&text);
	return NULL;
}

/* Each gives NULL, or what the line lacks in plain Chinese. */
static const struct {
	const char *op;
	const char *(*explain)(const json_t *line, json_t *out);
} ops[] = {
	{ "decode", explain_decode },
	{ "encode", explain_encode },
	{ "join", explain_join },
	{ "septets", explain_septets },
	{ "address", explain_address },
	{ "time", explain_time },
	{ "vp", explain_vp },
	{ "count", explain_count },
};

json_t *explain_pdu(const json_t *line)
{
	json_t *out = json_object(), *id = json_object_get(line, "id");
	const char *op = json_str(line, "op");
	const char *lack = "缺少 op，或者没有这种 "
			   "op（decode、encode、join、septets、address、time、vp、count）";

	if (id != NULL)
		json_object_set(out, "id", id);
	for (size_t i = 0; op != NULL && i < sizeof ops / sizeof *ops; i++)
		if (strcmp(op, ops[i].op) == 0)
			lack = ops[i].explain(line, out);
	if (lack != NULL)
		json_put_str(out, "error", lack);
	return out;
}
