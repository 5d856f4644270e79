#include "fields_json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record_read.h"
#include "text.h"

#include "banned.h"

enum { CELL_CHARS = 1000, ARENA_MAX = 8 << 20, EXACT_DIGITS = 15 };

/* Keys of the HTTP contract that differ from the names of the fields. */
static const struct {
	const char *key, *field;
} aliases[] = {
	{ "name", "victim_name" },
	{ "phones", "phone" },
	{ "address", "addr_live" },
	{ "amount_total", "amount" },
	{ "suspect_phones", "suspect_phone" },
	{ "suspect_urls", "suspect_url" },
	{ "suspect_apps", "suspect_app" },
	{ "suspect_ims", "suspect_im" },
	{ "suspect_accounts", "suspect_account" },
	{ "fraud_type_raw", "fraud_type" },
};

static const char *alias_of(enum header_kind kind, const char *key)
{
	if (kind != HEADER_WARNING) /* lists of people: the header's own names, phones is phone */
		return strcmp(key, "phones") == 0 ? "phone" : NULL;
	for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++)
		if (strcmp(key, aliases[i].key) == 0)
			return aliases[i].field;
	return record_field(key) ? key : NULL;
}

static const char *field_of_key(const struct fields_json *flat, const char *key, bool in_transfer)
{
	struct header_options opt = { .kind = flat->kind,
		.own = flat->ctx->words,
		.own_count = flat->ctx->word_count,
		.victim_calls = flat->ctx->victim_calls,
		.hotline = flat->ctx->hotline };
	const char *name = alias_of(flat->kind, key);

	if (name == NULL && *header_words(flat->kind, key) != '\0')
		name = key;
	if (name == NULL)
		name = header_field(key, &opt);
	if (name != NULL && in_transfer && strcmp(name, "amount") == 0)
		return "tx_amount";
	return name;
}

/* ---- values to texts -------------------------------------------------------------------- */

static void set_string(struct fields_json *flat, struct field *f, const char *s)
{
	size_t keep = text_prefix(s, CELL_CHARS);

	f->text = arena_text(&flat->arena, s, keep);
	f->cut = s[keep] != '\0';
	f->kind = SHEET_TEXT;
}

/* Integers of JSON are exact, so a long one is a text and not a damaged number. */
static void set_number(struct fields_json *flat, struct field *f, const json_t *v)
{
	if (json_is_integer(v)) {
		f->text = arena_print(&flat->arena, "%lld", (long long)json_integer_value(v));
		f->kind = strlen(f->text) > EXACT_DIGITS ? SHEET_TEXT : SHEET_NUMBER;
	} else {
		f->text = arena_print(&flat->arena, "%.15g", json_real_value(v));
		f->kind = SHEET_NUMBER;
	}
}

/* ["138…", "139…"] as one cell with several numbers; false when it holds other things. */
static bool set_list(struct fields_json *flat, struct field *f, const json_t *list)
{
	struct buf b;
	const json_t *one;
	size_t i;
	bool ok = true;

	buf_init(&b, (size_t)CELL_CHARS * 4);
	json_array_foreach(list, i, one) {
		if (i > 0)
			buf_addc(&b, '\n');
		if (json_is_string(one))
			buf_adds(&b, json_string_value(one));
		else if (json_is_integer(one))
			buf_addf(&b, "%lld", (long long)json_integer_value(one));
		else
			ok = false;
		if (!ok || b.full)
			break;
	}
	f->cut = b.full;
	f->kind = SHEET_TEXT;
	f->text = arena_text(&flat->arena, buf_str(&b), b.len);
	buf_free(&b);
	return ok;
}

static void set_value(struct fields_json *flat, struct field *f, const json_t *v)
{
	f->text = "";
	if (json_is_string(v))
		set_string(flat, f, json_string_value(v));
	else if (json_is_number(v))
		set_number(flat, f, v);
	else if (json_is_boolean(v))
		f->text = json_is_true(v) ? "TRUE" : "FALSE", f->kind = SHEET_BOOL;
	else if (!json_is_array(v) || !set_list(flat, f, v))
		f->raw = v;
}

static void add_members(struct fields_json *flat, const json_t *object, int part, bool in_transfer);

static void add_transfers(struct fields_json *flat, const json_t *list)
{
	const json_t *one;
	size_t i;

	json_array_foreach(list, i, one)
		if (json_is_object(one))
			add_members(flat, one, (int)i, true);
}

static void add_member(
	struct fields_json *flat, const char *key, const json_t *v, int part, bool in_transfer)
{
	struct field *f;

	if (json_is_null(v) || flat->count == FIELDS_JSON)
		return;
	if (!in_transfer && flat->kind == HEADER_WARNING && strcmp(key, "tx") == 0 &&
		json_is_array(v)) {
		add_transfers(flat, v);
		return;
	}
	f = &flat->field[flat->count++];
	*f = (struct field){
		.name = field_of_key(flat, key, in_transfer), .label = key, .part = part
	};
	set_value(flat, f, v);
	if (f->raw != NULL || f->kind == SHEET_BOOL) {
		f->name = NULL; /* no field has such a form: kept as it came */
		f->raw = v;
	}
}

static void add_members(struct fields_json *flat, const json_t *object, int part, bool in_transfer)
{
	const char *key;
	json_t *v;

	json_object_foreach((json_t *)(uintptr_t)object, key, v)
		add_member(flat, key, v, part, in_transfer);
}

struct fields_json *fields_of_json(const json_t *object, enum header_kind kind, int row,
	const struct intake_ctx *ctx, struct fault *why)
{
	struct fields_json *flat;

	if (!json_is_object(object)) {
		fault_set(why, "not_an_object", "这一条不是JSON对象",
			"请把每条记录写成{\"字段\":值}的形式。");
		fault_at(why, row, "", "");
		return NULL;
	}
	if (json_object_size(object) > SHEET_COLUMNS) {
		fault_set(why, "too_many_fields", "这一条的字段超过256个", "请只保留需要的字段。");
		fault_at(why, row, "", "");
		return NULL;
	}
	flat = calloc(1, sizeof *flat);
	if (flat == NULL)
		abort();
	flat->kind = kind;
	flat->ctx = ctx;
	arena_init(&flat->arena, ARENA_MAX);
	add_members(flat, object, 0, false);
	return flat;
}

void fields_json_free(struct fields_json *f)
{
	if (f == NULL)
		return;
	arena_free(&f->arena);
	free(f);
}

struct warning_record *record_read_json(const json_t *object, int row, const struct intake_ctx *ctx,
	struct fault *why, struct notes *notes)
{
	struct fields_json *flat = fields_of_json(object, HEADER_WARNING, row, ctx, why);
	struct warning_record *r = NULL;

	*notes = (struct notes){ .count = 0 };
	if (flat != NULL)
		r = record_read(flat->field, flat->count, row, ctx, why, notes);
	fields_json_free(flat);
	return r;
}
