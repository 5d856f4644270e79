/* Every line of tests/vectors/pdu.jsonl is a test with the line's id, and rules of the codec beside it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "explain.h"
#include "gsm7.h"
#include "json.h"
#include "pdu.h"

#include "banned.h"

enum { LINES_MAX = 2000 };

/* What is given and not computed; everything else that a line has must come out equal. */
static bool is_given(const char *op, const char *key)
{
	static const char *const always[] = { "op", "class", "note", "expect", "way", "smsc_field",
		"tpdu_only", "pdu", "params" };
	static const struct {
		const char *op, *key;
	} of_op[] = { { "join", "pdus" }, { "septets", "fill_bits" }, { "vp", "octet" },
		{ "count", "text" }, { "count", "text_repeat" }, { "count", "encoding" },
		{ "count", "ref_bits" } };

	for (size_t i = 0; i < sizeof always / sizeof *always; i++)
		if (strcmp(key, always[i]) == 0)
			return true;
	for (size_t i = 0; i < sizeof of_op / sizeof *of_op; i++)
		if (strcmp(op, of_op[i].op) == 0 && strcmp(key, of_op[i].key) == 0)
			return true;
	return false;
}

static void vector(void **state)
{
	json_t *line = *state, *out = explain_pdu(line), *want;
	const char *expect = json_str(line, "expect"), *key;
	const char *got = json_str(out, "expect"), *way = json_str(line, "way");
	bool decode_only = way != NULL && strcmp(way, "decode") == 0;

	assert_null(json_str(out, "error"));
	if (expect != NULL && strcmp(expect, "nocrash") != 0)
		assert_string_equal(got, expect);
	if (got == NULL || strcmp(got, "ok") == 0) {
		json_object_foreach(line, key, want) {
			json_t *value = json_object_get(out, key);

			if (is_given(json_str(line, "op"), key) || json_equal(value, want))
				continue;
			if (decode_only && strcmp(key, "hex") == 0)
				continue;
			print_error("%s: %s is %s\n", json_str(line, "id"), key,
				value == NULL ? "absent" : json_dumps(value, JSON_ENCODE_ANY));
			fail();
		}
	}
	json_decref(out);
}

static const char deliver[] =
	"0891683108000005F0040D91683108108300F10000623090415280230CB15B0C34AED341E8B2BC0C";

static void any_cut_is_refused_or_read_and_never_crashes(void **state)
{
	struct pdu p;

	(void)state;
	for (size_t n = 0; n < sizeof deliver; n++) {
		char *exact = malloc(n + 1); /* so that the sanitizer sees a read past the end */

		assert_non_null(exact);
		memcpy(exact, deliver, n);
		pdu_decode(exact, n, PDU_WITH_SMSC, &p);
		pdu_decode(exact, n, PDU_BARE, &p);
		assert_true(p.unit_count <= PDU_UD_MAX && p.udh_len <= p.ud_len);
		free(exact);
	}
}

static void any_octet_changed_never_crashes(void **state)
{
	char hex[sizeof deliver];
	struct pdu p;

	(void)state;
	for (size_t at = 0; at + 2 < sizeof deliver; at += 2)
		for (unsigned v = 0; v < 256; v++) {
			char octet[3];

			memcpy(hex, deliver, sizeof hex);
			snprintf(octet, sizeof octet, "%02x", v);
			memcpy(hex + at, octet, 2);
			pdu_decode(hex, sizeof hex - 1, PDU_WITH_SMSC, &p);
			assert_true(p.udh_len <= p.ud_len);
		}
}

static void longest_input_is_1024_digits(void **state)
{
	static char hex[PDU_HEX_MAX + 3];
	struct pdu p;

	(void)state;
	memset(hex, '0', sizeof hex);
	assert_int_equal(pdu_decode(hex, PDU_HEX_MAX + 2, PDU_BARE, &p), PDU_TOO_LONG);
	assert_int_not_equal(pdu_decode(hex, PDU_HEX_MAX, PDU_BARE, &p), PDU_TOO_LONG);
}

static void bare_tpdu_is_tried_when_the_told_length_says_so(void **state)
{
	static const char bare[] = "040D91683108108300F100006230904152802304E2B0BC0C";
	struct pdu p;

	(void)state;
	assert_int_equal(pdu_decode_told(bare, strlen(bare), strlen(bare) / 2, &p), PDU_OK);
	assert_string_equal(p.address.number, "+8613800138001");
	assert_int_not_equal(pdu_decode_told(bare, strlen(bare), 3, &p), PDU_OK);
}

static void fingerprint_ignores_the_way_but_not_the_text(void **state)
{
	uint8_t a[PDU_FINGERPRINT], b[PDU_FINGERPRINT];
	char other[sizeof deliver], *tail = other + sizeof deliver - 3;
	struct pdu p, q;

	(void)state;
	assert_int_equal(pdu_decode(deliver, strlen(deliver), PDU_WITH_SMSC, &p), PDU_OK);
	assert_int_equal(pdu_decode(deliver + 18, strlen(deliver) - 18, PDU_BARE, &q), PDU_OK);
	pdu_fingerprint(&p, a);
	pdu_fingerprint(&q, b);
	assert_memory_equal(a, b, sizeof a);
	memcpy(other, deliver, sizeof other);
	*tail = '1';
	assert_int_equal(pdu_decode(other, strlen(other), PDU_WITH_SMSC, &q), PDU_OK);
	pdu_fingerprint(&q, b);
	assert_memory_not_equal(a, b, sizeof a);
}

struct alone {
	const char *name, *hex;
};
static const struct alone alone_rows[] = {
	{ "part 0 stands alone",
		"0891683108000005F0440D91683108108300F30000623090415280231405000309020"
		"0C2ECB7BBAC03C1C3723A0806" },
	{ "a part above the total stands alone",
		"0891683108000005F0440D91683108108300F30000623090415280231E0500030902"
		"03C2ECB7BBAC03C1C3723A282C7EDBCB20FA9B1E6603" },
	{ "total 0 stands alone",
		"0891683108000005F0440D91683108108300F300006230904152802315050003090001"
		"C2ECB7BBAC03D1DFF4301B0403" },
	{ "an element of the wrong length stands alone",
		"0891683108000005F0440D91683108108300F3000062309041528023130400020902CC"
		"D16F391D546697DB65371D" },
	{ "an unusable header stands alone",
		"0891683108000005F0440D91683108108300F30008623090415280230E050009010201"
		"65875B578FD85728" },
};

static void stands_alone(void **state)
{
	const struct alone *r = *state;
	struct pdu p;

	assert_int_equal(pdu_decode(r->hex, strlen(r->hex), PDU_WITH_SMSC, &p), PDU_OK);
	assert_int_equal(p.ref_bits, 0);
	assert_true(p.has_text && p.unit_count > 0);
}

static void header_longer_than_what_is_there_is_refused(void **state)
{
	static const char cut[] = "00440D91683108108300F10008623090415280231E0A00030502";
	struct pdu p;

	(void)state;
	assert_int_equal(pdu_decode(cut, strlen(cut), PDU_WITH_SMSC, &p), PDU_BAD_HEADER);
}

struct same {
	const char *name, *a, *b;
	bool same;
};
static const struct same same_rows[] = {
	{ "with and without country code", "+8613800138001", "13800138001", true },
	{ "with 86 and with 0", "8613800138001", "013800138001", true },
	{ "another subscriber", "+8613800138001", "13800138002", false },
	{ "short number equal", "10086", "10086", true },
	{ "short number is no tail", "10086", "+8613810086", false },
	{ "seven digits are enough", "0138001", "5550138001", true },
	{ "nothing equals nothing", "", "", false },
	{ "letters only", "Fanzha", "Fanzha", false },
};

static void same_number(void **state)
{
	const struct same *r = *state;

	assert_int_equal(pdu_same_number(r->a, r->b), r->same);
	assert_int_equal(pdu_same_number(r->b, r->a), r->same);
}

static void validity_is_never_shorter_than_asked(void **state)
{
	(void)state;
	for (int minutes = 1; minutes <= 63 * 7 * 24 * 60; minutes += minutes < 2000 ? 1 : 97) {
		uint8_t vp = pdu_vp_of_minutes(minutes);

		assert_true(pdu_vp_minutes(vp) >= minutes);
		assert_true(vp == 0 || pdu_vp_minutes((uint8_t)(vp - 1)) < minutes);
	}
}

static void times_come_back_from_milliseconds(void **state)
{
	struct pdu_time t;
	char iso[PDU_ISO_SIZE];

	(void)state;
	pdu_time_of_ms(1773037508000, 480, &t);
	assert_string_equal(pdu_time_iso(&t, iso), "2026-03-09T14:25:08+08:00");
	for (int64_t ms = 946684800000; ms < 4102444800000; ms += 86400000LL * 17 + 3661000) {
		pdu_time_of_ms(ms, -210, &t);
		assert_true(pdu_time_ms(&t) == ms);
	}
}

struct service {
	const char *name, *hex;
	bool service;
};
static const struct service service_rows[] = {
	{ "a plain answer", deliver, false },
	{ "type 0", "00040D91683108108300F140006230904152802304F0B4FB0C", true },
	{ "message waiting", "000405815505F100C862309041528023013100", true },
	{ "a WAP push",
		"0891683108000005F04405815505F1000462309041528023170605040B8423F00106246170706C6963"
		"6174696F6E2F78",
		true },
	{ "flash is text", "0891683108000005F0040D91683108108300F10018623090415280230495EA4FE1",
		false },
	{ "a report", "00064E0B813108108300F1623090415280236230904162132300", true },
};

static void service_message(void **state)
{
	const struct service *r = *state;
	struct pdu p;

	assert_int_equal(pdu_decode(r->hex, strlen(r->hex), PDU_WITH_SMSC, &p), PDU_OK);
	assert_int_equal(pdu_is_service(&p), r->service);
}

static void round_trip(const char *text, enum pdu_alphabet alphabet, unsigned bits)
{
	struct pdu_split split;
	struct pdu_message m = { .number = "+8613800138001", .dcs = -1, .vp = -1, .ref = 77 };
	struct buf out;

	assert_int_equal(pdu_split(text, strlen(text), alphabet, bits, 255, &split), PDU_OK);
	pdu_time_of_ms(1773037508000, 480, &m.scts);
	buf_init(&out, 100000);
	for (unsigned part = 1; part <= split.parts; part++) {
		char hex[PDU_HEX_MAX + 1];
		size_t n;
		struct pdu p;

		assert_int_equal(pdu_encode_deliver(&m, text, &split, part, hex, &n), PDU_OK);
		assert_int_equal(pdu_decode(hex, strlen(hex), PDU_WITH_SMSC, &p), PDU_OK);
		assert_int_equal(p.tpdu_len, n);
		assert_int_equal(p.trailing, 0);
		assert_int_equal(p.ref_bits, split.parts > 1 ? bits : 0);
		assert_true(split.parts == 1 ||
			    (p.ref == 77 && p.part == part && p.parts == split.parts));
		pdu_text(p.units, p.unit_count, &out);
	}
	assert_string_equal(buf_str(&out), text);
	buf_free(&out);
}

static void what_is_written_is_read_again_at_every_length(void **state)
{
	struct buf text;

	(void)state;
	buf_init(&text, 10000);
	for (size_t n = 0; n < 330; n++) {
		round_trip(buf_str(&text), PDU_AUTO, n % 2 == 0 ? 8 : 16);
		buf_adds(&text, n % 7 == 3 ? "€" : "k");
	}
	buf_clear(&text);
	for (size_t n = 0; n < 150; n++) {
		round_trip(buf_str(&text), PDU_UCS2, n % 2 == 0 ? 8 : 16);
		buf_adds(&text, n % 5 == 3 ? "🚑" : "劝");
	}
	buf_free(&text);
}

static void report_is_read_as_written(void **state)
{
	struct pdu_report r = { .number = "13800138001", .mr = 91, .status = 0x46 };
	char hex[PDU_HEX_MAX + 1];
	struct pdu p;
	size_t n;

	(void)state;
	pdu_time_of_ms(1773037508000, 480, &r.scts);
	pdu_time_of_ms(1773037519000, 480, &r.dt);
	assert_int_equal(pdu_encode_status(&r, hex, &n), PDU_OK);
	assert_int_equal(pdu_decode(hex, strlen(hex), PDU_WITH_SMSC, &p), PDU_OK);
	assert_true(p.dir == PDU_STATUS && p.mr == 91 && p.status == 0x46 && p.tpdu_len == n);
	assert_true(pdu_time_ms(&p.dt) - pdu_time_ms(&p.scts) == 11000);
}

struct refused {
	const char *name, *number, *text;
	int dcs, vp;
	unsigned ref, max_parts;
	enum pdu_rc rc;
};
static const struct refused refused_rows[] = {
	{ "no number", "", "x", -1, -1, 0, 6, PDU_BAD_ADDRESS },
	{ "a number with a line end", "13800138001\r", "x", -1, -1, 0, 6, PDU_BAD_ADDRESS },
	{ "a number with letters", "1380013800x", "x", -1, -1, 0, 6, PDU_BAD_ADDRESS },
	{ "plus alone", "+", "x", -1, -1, 0, 6, PDU_BAD_ADDRESS },
	{ "text that is not UTF-8", "13800138001", "\xff\xfe", -1, -1, 0, 6, PDU_BAD_TEXT },
	{ "coding octet of another alphabet", "13800138001", "劝", 0, -1, 0, 6, PDU_BAD_VALUE },
	{ "validity out of range", "13800138001", "x", -1, 256, 0, 6, PDU_BAD_VALUE },
	{ "reference out of range", "13800138001",
		"劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝"
		"劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝",
		-1, -1, 256, 6, PDU_BAD_VALUE },
	{ "more parts than allowed", "13800138001",
		"劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝"
		"劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝劝",
		-1, -1, 0, 1, PDU_TOO_MANY },
};

static void refused(void **state)
{
	const struct refused *r = *state;
	struct pdu_message m = { .number = r->number, .dcs = r->dcs, .vp = r->vp, .ref = r->ref };
	struct pdu_split split;
	char hex[PDU_HEX_MAX + 1];
	size_t n;
	enum pdu_rc rc = pdu_split(r->text, strlen(r->text), PDU_AUTO, 8, r->max_parts, &split);

	if (rc == PDU_OK)
		rc = pdu_encode_submit(&m, r->text, &split, 1, hex, &n);
	assert_int_equal(rc, r->rc);
}

#define PLAIN(fn) ((struct CMUnitTest){ .name = #fn, .test_func = (fn) })
#define ROWS(table, fn) \
	for (size_t i = 0; i < sizeof(table) / sizeof *(table); i++) \
		tests[n++] = (struct CMUnitTest) \
		{ \
			.name = (table)[i].name, .test_func = (fn), \
			.initial_state = (void *)(uintptr_t) & (table)[i] \
		}

static size_t load(const char *path, json_t *lines[LINES_MAX])
{
	FILE *f = fopen(path, "r");
	char *line = NULL;
	size_t room = 0, n = 0;

	if (f == NULL) {
		perror(path);
		exit(1);
	}
	while (n < LINES_MAX && getline(&line, &room, f) > 0) {
		lines[n] = json_loads(line, JSON_ALLOW_NUL, NULL);
		if (lines[n] == NULL) {
			fprintf(stderr, "%s:%zu: not JSON\n", path, n + 1);
			exit(1);
		}
		n++;
	}
	free(line);
	fclose(f);
	return n;
}

int main(void)
{
	static json_t *lines[LINES_MAX];
	static struct CMUnitTest tests[LINES_MAX + 100];
	size_t count = load("tests/vectors/pdu.jsonl", lines), n = 0;

	for (; n < count; n++)
		tests[n] = (struct CMUnitTest){ .name = json_str(lines[n], "id"),
			.test_func = vector,
			.initial_state = lines[n] };
	ROWS(alone_rows, stands_alone);
	ROWS(same_rows, same_number);
	ROWS(service_rows, service_message);
	ROWS(refused_rows, refused);
	tests[n++] = PLAIN(any_cut_is_refused_or_read_and_never_crashes);
	tests[n++] = PLAIN(any_octet_changed_never_crashes);
	tests[n++] = PLAIN(header_longer_than_what_is_there_is_refused);
	tests[n++] = PLAIN(longest_input_is_1024_digits);
	tests[n++] = PLAIN(bare_tpdu_is_tried_when_the_told_length_says_so);
	tests[n++] = PLAIN(fingerprint_ignores_the_way_but_not_the_text);
	tests[n++] = PLAIN(validity_is_never_shorter_than_asked);
	tests[n++] = PLAIN(times_come_back_from_milliseconds);
	tests[n++] = PLAIN(what_is_written_is_read_again_at_every_length);
	tests[n++] = PLAIN(report_is_read_as_written);
	n = (size_t)_cmocka_run_group_tests("pdu", tests, n, NULL, NULL);
	for (size_t i = 0; i < count; i++)
		json_decref(lines[i]);
	return n == 0 ? 0 : 1;
}
