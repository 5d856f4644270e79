/* Whatever the bytes: rows rise, texts are valid and bounded, a refusal says why. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "csv.h"
#include "text.h"

#include "banned.h"

struct seen {
	const struct sheet_limits *limits;
	int last;
	size_t rows;
	uint64_t sum; /* of everything told */
};

static bool on_sheet(void *arg, const struct sheet_info *info)
{
	(void)arg;
	assert(info->name != NULL && !info->hidden);
	return true;
}

static bool on_row(void *arg, const struct sheet_row *row)
{
	struct seen *s = arg;
	bool some = false;

	assert(row->number > s->last);
	assert(row->count >= 1 && row->count <= s->limits->columns);
	for (size_t i = 0; i < row->count; i++) {
		const char *t = row->cells[i].text;

		assert(text_valid(t, strlen(t)));
		assert(text_count(t) <= s->limits->cell_chars);
		assert((row->cells[i].kind == SHEET_EMPTY) == (*t == '\0'));
		some = some || *t != '\0';
		for (; *t != '\0'; t++)
			s->sum = s->sum * 31 + (unsigned char)*t;
	}
	assert(some);
	s->last = row->number;
	s->rows++;
	assert(s->rows <= s->limits->rows + SHEET_ABOVE);
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sheet_limits limits = sheet_limits_live;
	struct csv_source source = { .fd = -1, .bytes = (const char *)data, .size = size };
	uint64_t first = 0;

	limits.rows = 100;
	limits.columns = 8;
	limits.cell_chars = 20;
	for (int again = 0; again < 2; again++) { /* and alike each time */
		struct seen s = { .limits = &limits };
		struct sheet_sink sink = { on_sheet, on_row, &s };
		struct fault fault;
		enum sheet_rc rc;

		memset(&fault, 0, sizeof fault);
		rc = csv_read(&source, &limits, &sink, &fault);
		assert(rc == SHEET_OK || rc == SHEET_REFUSED);
		if (rc == SHEET_REFUSED)
			assert(*fault.code != '\0' && *fault.why != '\0' && *fault.mend != '\0');
		assert(again == 0 || s.sum == first);
		first = s.sum;
	}
	return 0;
}
