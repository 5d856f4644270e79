/*
 * A text or JSON file as warnings: an accepted record names somebody and survives being kept;
 * a refused one says why, in a masked form; every row ends one way.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "intake.h"
#include "text.h"

#include "banned.h"

static json_t *written(const struct warning_record *r)
{
	struct buf b;
	json_t *o;

	buf_init(&b, 16 << 20);
	record_write(r, &b);
	o = json_loads(buf_str(&b), JSON_REJECT_DUPLICATES, NULL);
	buf_free(&b);
	return o;
}

static void check_record(const struct warning_record *r)
{
	json_t *a = written(r), *b;
	struct warning_record *back = record_of_json(a);

	assert(*r->name != '\0' || *r->id_no != '\0' || r->phone_count > 0);
	assert(r->warn_no[0] != '\0' && *r->source != '\0' && *r->fraud_type != '\0');
	assert(a != NULL);
	b = written(back);
	assert(json_equal(a, b));
	for (int i = 0; i < r->phone_count; i++)
		assert(text_valid(r->phones[i], strlen(r->phones[i])));
	record_free(back);
	json_decref(a);
	json_decref(b);
}

static size_t digits_in_a_row(const char *s)
{
	size_t most = 0, now = 0;

	for (; *s != '\0'; s++) {
		now = *s >= '0' && *s <= '9' ? now + 1 : 0;
		most = now > most ? now : most;
	}
	return most;
}

static void check_fault(const struct fault *f)
{
	assert(*f->code != '\0' && *f->why != '\0' && *f->mend != '\0');
	assert(text_valid(f->value, strlen(f->value)) && text_valid(f->column, strlen(f->column)));
	if (strcmp(f->code, "bad_checksum") == 0 || strcmp(f->code, "bad_prefix") == 0)
		assert(digits_in_a_row(f->value) < 8);
}

static bool on_slice(void *arg, struct intake_item *items, size_t count)
{
	size_t *seen = arg;

	assert(count >= 1 && count <= INTAKE_SLICE);
	for (size_t i = 0; i < count; i++) {
		assert(items[i].row >= 1);
		if (items[i].verdict == INTAKE_OPEN) {
			check_record(items[i].warning);
			items[i].verdict = INTAKE_ACCEPTED;
		} else if (items[i].verdict == INTAKE_REFUSED) {
			assert(items[i].warning == NULL);
			check_fault(&items[i].fault);
		}
		for (size_t k = 0; k < items[i].notes.count && k < NOTES_MAX; k++)
			check_fault(&items[i].notes.item[k]);
	}
	*seen += count;
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct intake_ctx ctx = { .now_ms = INT64_C(1695105000000),
		.area_code = "021" };
	size_t seen = 0, told = 0;
	struct intake_job job = { .kind = HEADER_WARNING,
		.ctx = &ctx,
		.limits = &sheet_limits_live,
		.slice = on_slice,
		.arg = &seen };
	struct intake_summary s;
	struct fault f;

	if (size >= 4 && (memcmp(data, "PK", 2) == 0 || memcmp(data, "\xD0\xCF", 2) == 0))
		return 0; /* that way leads into the child; fuzz_xlsx has it */
	if (!intake_bytes(&job, data, size, &s, &f))
		check_fault(&f);
	for (size_t i = 0; i < INTAKE_VERDICTS; i++)
		told += s.verdicts[i];
	assert(told == seen && s.verdicts[INTAKE_OPEN] == 0);
	return 0;
}
