/* Parts back together: any order, gaps, repeats, foreign parts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "concat.h"

#include "banned.h"

/* (It would break this text anew each time.) */
/* clang-format off */
static const char whole[] =
	"警惕诈骗🛑警惕诈骗警惕诈骗警惕诈骗警惕诈骗警惕诈骗警惕诈骗警惕诈"
	"骗警惕诈骗警惕诈骗警惕诈骗警惕诈骗警惕诈骗警惕诈骗警惕诈骗警惕诈"
	"骗警惕诈骗警惕诈骗警惕诈骗🚑警惕诈骗警惕诈骗警惕诈骗警惕诈骗警惕"
	"诈骗警惕诈骗警惕诈骗警惕诈骗警惕诈骗警惕诈骗警惕诈骗警惕诈骗警惕"
	"诈骗警惕诈骗完";
/* clang-format on */

static void part_of(const char *sender, unsigned ref, unsigned bits, unsigned part, struct pdu *p)
{
	struct pdu_message m = { .number = sender, .dcs = -1, .vp = -1, .ref = ref };
	struct pdu_split split;
	char hex[PDU_HEX_MAX + 1];
	size_t n;

	assert_int_equal(pdu_split(whole, strlen(whole), PDU_AUTO, bits, 6, &split), PDU_OK);
	assert_int_equal(split.parts, 3);
	assert_int_equal(pdu_encode_deliver(&m, whole, &split, part, hex, &n), PDU_OK);
	assert_int_equal(pdu_decode(hex, strlen(hex), PDU_WITH_SMSC, p), PDU_OK);
}

static const struct row {
	const char *name;
	unsigned order[6];
	enum concat_rc rcs[6];
	size_t count;
} rows[] = {
	{ "in order", { 1, 2, 3 }, { CONCAT_WAITING, CONCAT_WAITING, CONCAT_COMPLETE }, 3 },
	{ "backwards", { 3, 2, 1 }, { CONCAT_WAITING, CONCAT_WAITING, CONCAT_COMPLETE }, 3 },
	{ "repeated", { 2, 2, 1, 2, 1, 3 },
		{ CONCAT_WAITING, CONCAT_REPEATED, CONCAT_WAITING, CONCAT_REPEATED, CONCAT_REPEATED,
			CONCAT_COMPLETE },
		6 },
};

static void joined(void **state)
{
	const struct row *r = *state;
	struct concat_key key;
	struct concat *c;
	struct buf text;
	struct pdu p;

	part_of("+8613800138001", 7, 8, 1, &p);
	assert_true(concat_key(&p, &key));
	c = concat_open(&key);
	for (size_t i = 0; i < r->count; i++) {
		part_of("+8613800138001", 7, 8, r->order[i], &p);
		assert_int_equal(concat_add(c, &p), r->rcs[i]);
	}
	buf_init(&text, 1000);
	concat_text(c, "……", &text);
	assert_string_equal(buf_str(&text), whole);
	buf_free(&text);
	concat_close(c);
}

static void foreign_parts_are_not_taken(void **state)
{
	static const struct {
		const char *sender;
		unsigned ref, bits;
	} others[] = { { "+8613800138002", 7, 8 }, { "+8613800138001", 8, 8 },
		{ "+8613800138001", 7, 16 }, { "13800138001", 7, 8 } };
	struct concat_key key;
	struct concat *c;
	struct pdu p;

	(void)state;
	part_of("+8613800138001", 7, 8, 1, &p);
	concat_key(&p, &key);
	c = concat_open(&key);
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		part_of(others[i].sender, others[i].ref, others[i].bits, 1, &p);
		assert_int_equal(concat_add(c, &p), CONCAT_FOREIGN);
	}
	concat_close(c);
	concat_close(NULL);
}

static void what_is_missing_is_shown_once_a_gap(void **state)
{
	struct concat_key key;
	struct concat *c;
	struct buf text;
	struct pdu p;

	(void)state;
	part_of("+8613800138001", 7, 8, 3, &p);
	concat_key(&p, &key);
	c = concat_open(&key);
	assert_int_equal(concat_add(c, &p), CONCAT_WAITING);
	buf_init(&text, 1000);
	concat_text(c, "[缺]", &text);
	assert_true(strncmp(buf_str(&text), "[缺]", strlen("[缺]")) == 0);
	assert_null(strstr(buf_str(&text) + 1, "[缺]"));
	assert_non_null(strstr(buf_str(&text), "完"));
	buf_free(&text);
	concat_close(c);
}

static void a_message_alone_has_no_key(void **state)
{
	struct concat_key key;
	struct pdu p = { .ref_bits = 0 };

	(void)state;
	assert_false(concat_key(&p, &key));
	p = (struct pdu){ .ref_bits = 8, .parts = 1, .part = 1 };
	assert_false(concat_key(&p, &key));
}

int main(void)
{
	enum { N = sizeof rows / sizeof *rows };
	struct CMUnitTest tests[N + 3] = {
		[N] = cmocka_unit_test(foreign_parts_are_not_taken),
		[N + 1] = cmocka_unit_test(what_is_missing_is_shown_once_a_gap),
		[N + 2] = cmocka_unit_test(a_message_alone_has_no_key),
	};

	for (size_t i = 0; i < N; i++)
		tests[i] = (struct CMUnitTest){ .name = rows[i].name,
			.test_func = joined,
			.initial_state = (void *)(uintptr_t)&rows[i] };
	return cmocka_run_group_tests(tests, NULL, NULL) == 0 ? 0 : 1;
}
