/* Whatever stands in a row of a channel's limits: it is read whole or not at all, and counts stay counts. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "quota.h"

#include "banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void same(const struct quota *a, const struct quota *b)
{
	char x[QUOTA_TEXT], y[QUOTA_TEXT];

	quota_text(a, x);
	quota_text(b, y);
	assert(strcmp(x, y) == 0);
}

static void look(struct quota *q, int64_t now_ms)
{
	static const struct quota_limits limits = { { 5, 40, 300, 2000 } };

	for (int s = 0; s < QUOTA_SPANS; s++)
		assert(quota_used(q, (enum quota_span)s, now_ms) >= 0);
	assert(quota_fill(q, &limits, now_ms) >= 0);
	for (int urgent = 0; urgent < 2; urgent++) {
		int64_t until = quota_ask(q, &limits, now_ms, 2, 3, urgent != 0).until_ms;

		assert(until == 0 || until > now_ms);
	}
	quota_add(q, &limits, now_ms, 2);
	assert(quota_used(q, QUOTA_MINUTE, now_ms) >= 2);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int64_t times[] = { 0, 1, INT64_C(1790000000000), INT64_C(4000000000000) };
	struct quota q, again, empty;
	char text[QUOTA_TEXT], *in;
	bool ok;

	in = malloc(size + 1);
	if (in == NULL)
		abort();
	memcpy(in, data, size);
	in[size] = '\0';
	ok = quota_of_text(in, &q);
	free(in);
	memset(&empty, 0, sizeof empty);
	if (!ok) {
		same(&q, &empty);
		return 0;
	}
	quota_text(&q, text);
	assert(quota_of_text(text, &again));
	same(&q, &again);
	for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
		struct quota one = q;

		look(&one, times[i]);
	}
	return 0;
}
