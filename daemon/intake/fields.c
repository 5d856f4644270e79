#include "fields.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "mask.h"

#include "banned.h"

struct masker {
	const char *part; /* of the field's name */
	char *(*mask)(const char *value, char *out, size_t n);
};

static char *show(const char *value, char *out, size_t n)
{
	size_t len = strlen(value);

	if (len >= n)
		return mask_any(value, out, n);
	memcpy(out, value, len + 1);
	return out;
}

/* The first whose word stands in the field's name; a field nobody names is masked blindly. */
static const struct masker maskers[] = {
	{ "phone", mask_phone },
	{ "id_no", mask_id },
	{ "account", mask_account },
	{ "addr", mask_address },
	{ "level", show },
	{ "fraud", show },
	{ "amount", show },
	{ "time", show },
	{ "deadline", show },
	{ "date", show },
	{ "weekday", show },
	{ "start", show },
	{ "end", show },
	{ "shift", show },
	{ "code", show },
	{ "type", show },
	{ "team", show },
	{ "village", show },
	{ "age", show },
	{ "sex", show },
	{ "name", mask_name },
	{ "officer", mask_name },
};

void field_fault(const struct field *f, int row, const struct cell_fault *why, struct fault *out)
{
	char *(*mask)(const char *, char *, size_t) = mask_any;
	char value[sizeof out->value];

	for (size_t i = 0; f->name != NULL && i < sizeof maskers / sizeof *maskers; i++) {
		if (strstr(f->name, maskers[i].part) == NULL)
			continue;
		mask = maskers[i].mask;
		break;
	}
	fault_set(out, why->code, why->why, why->mend);
	fault_at(out, row, f->label, mask(f->text, value, sizeof value));
}

void notes_add(struct notes *n, const struct fault *f)
{
	if (n->count < NOTES_MAX)
		n->item[n->count] = *f;
	n->count++;
}

json_t *notes_json(const struct notes *n)
{
	json_t *list;

	if (n->count == 0)
		return NULL;
	list = json_array();
	for (size_t i = 0; i < n->count && i < NOTES_MAX; i++)
		json_array_append_new(list, fault_json(&n->item[i]));
	return list;
}

bool field_digits_lost(const struct field *f)
{
	size_t digits = 0;
	const char *s = f->text;

	if (f->kind != SHEET_NUMBER)
		return false;
	for (; (*s >= '0' && *s <= '9') || *s == '.'; s++)
		digits += *s != '.';
	if (*s == 'E' || *s == 'e') {
		long places = strtol(s + 1, NULL, 10);

		return places >= (long)digits || places >= 15;
	}
	return strchr(f->text, '.') == NULL && digits > 15;
}

static void date_at(int64_t ms, struct date *out)
{
	int64_t rest;

	*out = (struct date){ .day = date_of_ms(ms), .prec = DATE_BY_SECOND };
	rest = (ms - date_ms(out)) / 1000;
	out->hour = (int)(rest / 3600);
	out->minute = (int)(rest / 60 % 60);
	out->second = (int)(rest % 60);
}

/* 1695105000 or 1695105000000: no sheet has such a serial, and JSON senders like them. */
static bool unix_time(const struct field *f, struct date *out)
{
	size_t n = strspn(f->text, "0123456789");

	if (f->kind != SHEET_NUMBER || f->text[n] != '\0' || (n != 10 && n != 13))
		return false;
	date_at(strtoll(f->text, NULL, 10) * (n == 10 ? 1000 : 1), out);
	return true;
}

/* 2023-09-19T14:30:00Z: with an offset, so date.h cannot know the local day. */
static bool iso_time(const struct field *f, struct date *out)
{
	int64_t ms;

	if (strlen(f->text) < 17 || f->text[10] != 'T' || strpbrk(f->text + 11, "Z+-") == NULL ||
		!clock_parse_iso(f->text, &ms))
		return false;
	date_at(ms, out);
	return true;
}

enum date_rc field_date(
	const struct field *f, const struct intake_ctx *ctx, bool birth, struct date *out)
{
	struct date_ctx how = { .ref = date_of_ms(ctx->now_ms),
		.number_cell = f->kind == SHEET_NUMBER || f->kind == SHEET_DATE,
		.epoch_1904 = ctx->epoch_1904,
		.birth = birth };
	enum date_rc rc;

	if (unix_time(f, out) || iso_time(f, out))
		return DATE_OK;
	rc = date_parse(f->text, &how, out);
	if (rc == DATE_OK || f->kind != SHEET_NUMBER)
		return rc;
	how.number_cell = false; /* 20230919 typed as a number */
	return date_parse(f->text, &how, out) == DATE_OK ? DATE_OK : rc;
}

int field_int(const struct field *f, int most)
{
	char clean[64], *end;
	long n;

	if (cell_clean(f->text, CELL_NFKC, clean, sizeof clean) != CELL_TEXT)
		return -1;
	if (clean[0] < '0' || clean[0] > '9')
		return -1;
	n = strtol(clean, &end, 10);
	if (n > most || n < 0)
		return -1;
	if (*end == '.') {
		end++;
		end += strspn(end, "0");
	}
	return strpbrk(end, "0123456789") != NULL ? -1 : (int)n;
}
