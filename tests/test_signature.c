/* Signed pushes: the oracle is Python's hmac and the vectors of RFC 4231. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "seal.h"
#include "signature.h"

#include "banned.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define NOW INT64_C(1795219200)

/* SHA-256 of "qz_" and 43 times A. */
static const char secret[] = "e3c0ee8fa0f2b84267e5eb654eddccd945d31ab8ecadcb627625ca0c919fece5";

/* -- HMAC itself, RFC 4231 ------------------------------------------------------------------ */

static const struct hmac_row {
	const char *name, *key, *data, *mac; /* hex, hex, hex */
} hmac_rows[] = {
	{ "RFC 4231 case 1", "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265",
		"b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7" },
	{ "RFC 4231 case 2", "4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
		"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
	{ "RFC 4231 case 4", "0102030405060708090a0b0c0d0e0f10111213141516171819",
		"cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd"
		"cd"
		"cdcdcdcdcdcdcdcd",
		"82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b" },
};

static void hmac_is_that_of_the_rfc(void **state)
{
	const struct hmac_row *r = *state;
	uint8_t key[64], data[64], mac[SEAL_HASH];
	char hex[2 * SEAL_HASH + 1];

	assert_true(seal_unhex(r->key, key, strlen(r->key) / 2));
	assert_true(seal_unhex(r->data, data, strlen(r->data) / 2));
	seal_hmac256(key, strlen(r->key) / 2, data, strlen(r->data) / 2, mac);
	assert_string_equal(seal_hex(mac, sizeof mac, hex), r->mac);
}

/* -- the whole signature -------------------------------------------------------------------- */

static const struct row {
	const char *name, *method, *target, *nonce, *body;
	size_t n;
	const char *want;
} rows[] = {
	{ "a body of JSON", "POST", "/v1/warnings", "n-0000001", "{\"name\":\"张三\"}", 17,
		"v1=b83f4bc018f0231fc491196b4ef956b702f95b2773e67c56c412bfe284639a62" },
	{ "a query is signed as it stands", "POST", "/v1/warnings?x=1&y=%E5%BC%A0", "n-0000001", "",
		0, "v1=3cc247abc8ff89efc7a6cc2e18c5877d5a8653fa4fe8b37e01c21efb8cdd987c" },
	{ "no body at all", "GET", "/v1/cases?state=open", "abcDEF._-123", NULL, 0,
		"v1=a99a29e5426360b2927f6ca69f63c8e6f453160a4bc1a4af1104b1f8e7ed862a" },
	{ "bytes that are no text", "POST", "/v1/warnings", "n-0000001", "\0\xff\n\r", 4,
		"v1=2c38d1ca57ee2d5c8beb6cd5474e0ff7501e008f39b950fd233c3e1d8bbad239" },
};

static struct signature of_row(const struct row *r)
{
	return (struct signature){ r->method, r->target, "1795219200", r->nonce, r->body, r->n };
}

static void is_what_python_makes(void **state)
{
	const struct row *r = *state;
	struct signature s = of_row(r);
	char made[SIGNATURE_TEXT];

	signature_make(secret, &s, made);
	assert_string_equal(made, r->want);
	assert_int_equal(signature_check(secret, &s, r->want, NOW), SIGNATURE_OK);
}

static void every_flipped_bit_is_refused(void **state)
{
	char body[] = "{\"name\":\"x\"}", target[] = "/v1/warnings?a=1", nonce[] = "n-0000001";
	char at[] = "1795219200", method[] = "POST", given[SIGNATURE_TEXT];
	struct signature s = { method, target, at, nonce, body, sizeof body - 1 };
	struct {
		char *p;
		size_t n;
	} parts[] = { { body, sizeof body - 1 }, { target, sizeof target - 1 },
		{ nonce, sizeof nonce - 1 }, { at, sizeof at - 1 }, { method, sizeof method - 1 },
		{ given, SIGNATURE_TEXT - 1 } };
	int tried = 0;

	(void)state;
	signature_make(secret, &s, given);
	for (size_t i = 0; i < COUNT(parts); i++)
		for (size_t bit = 0; bit < 8 * parts[i].n; bit++) {
			char was = parts[i].p[bit / 8];

			parts[i].p[bit / 8] = (char)(was ^ (1 << bit % 8));
			assert_int_not_equal(signature_check(secret, &s, given, NOW), SIGNATURE_OK);
			parts[i].p[bit / 8] = was;
			tried++;
		}
	assert_int_equal(signature_check(secret, &s, given, NOW), SIGNATURE_OK);
	assert_true(tried > 900);
}

static const struct time_row {
	const char *name, *time;
	int64_t now;
	enum signature_rc want;
} time_rows[] = {
	{ "now", "1795219200", NOW, SIGNATURE_OK },
	{ "five minutes old", "1795219200", NOW + 300, SIGNATURE_OK },
	{ "a second older", "1795219200", NOW + 301, SIGNATURE_STALE },
	{ "five minutes ahead", "1795219200", NOW - 300, SIGNATURE_OK },
	{ "a second further ahead", "1795219200", NOW - 301, SIGNATURE_STALE },
	{ "the end of numbers", "999999999999", NOW, SIGNATURE_STALE },
	{ "too long a number", "9999999999999", NOW, SIGNATURE_FORM },
	{ "a sign", "-1795219200", NOW, SIGNATURE_FORM },
	{ "milliseconds with a point", "1795219200.5", NOW, SIGNATURE_FORM },
	{ "nothing", "", NOW, SIGNATURE_FORM },
	{ "no number", "now", NOW, SIGNATURE_FORM },
};

static void time_is_judged(void **state)
{
	const struct time_row *r = *state;
	struct signature s = { "POST", "/", r->time, "n-0000001", "", 0 };
	char given[SIGNATURE_TEXT];

	signature_make(secret, &s, given);
	assert_int_equal(signature_check(secret, &s, given, r->now), r->want);
}

/* A wrong signature must not tell whether the clock is right. */
static void a_wrong_signature_is_wrong_at_any_time(void **state)
{
	struct signature s = { "POST", "/", "1", "n-0000001", "", 0 };
	char given[SIGNATURE_TEXT];

	(void)state;
	signature_make("another secret", &s, given);
	assert_int_equal(signature_check(secret, &s, given, NOW), SIGNATURE_WRONG);
}

static const struct nonce_row {
	const char *name, *nonce;
	bool want;
} nonce_rows[] = {
	{ "eight characters", "aZ09._-x", true },
	{ "seven are too few", "aZ09._-", false },
	{ "64 are the most", "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
		true },
	{ "65 are too many", "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdefX",
		false },
	{ "a line feed", "aaaaaaaa\n", false },
	{ "a blank", "aaaa aaaa", false },
	{ "no ASCII", "随机数随机数", false },
	{ "empty", "", false },
};

static void nonce_is_judged(void **state)
{
	const struct nonce_row *r = *state;

	assert_int_equal(signature_nonce_ok(r->nonce), r->want);
}

#define ROWS(table, fn) \
	for (size_t i = 0; i < COUNT(table); i++) \
		tests[n++] = (struct CMUnitTest) \
		{ \
			.name = (table)[i].name, .test_func = (fn), \
			.initial_state = (void *)&(table)[i] \
		}

int main(void)
{
	struct CMUnitTest
		tests[COUNT(hmac_rows) + COUNT(rows) + COUNT(time_rows) + COUNT(nonce_rows) + 2] = {
			cmocka_unit_test(every_flipped_bit_is_refused),
			cmocka_unit_test(a_wrong_signature_is_wrong_at_any_time)
		};
	size_t n = 2;

	ROWS(hmac_rows, hmac_is_that_of_the_rfc);
	ROWS(rows, is_what_python_makes);
	ROWS(time_rows, time_is_judged);
	ROWS(nonce_rows, nonce_is_judged);
	return _cmocka_run_group_tests("signature", tests, n, NULL, NULL);
}
