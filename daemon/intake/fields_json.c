#include "fields_json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record_read.h"
#include "text.h"

#include "banned.h"

enum { CELL_CHARS = 1000, ARENA_MAX = 8 << 20, EXACT_DIGITS = 15 };

#define W (1u << HEADER_WARNING)
#define PEOPLE (~W)

/* Keys of the HTTP contract that differ from the names of the fields. */
static const struct {
	unsigned kinds;
	const char *key, *field;
} aliases[] = {
	{ W, "name", "victim_name" },
	{ W | PEOPLE, "phones", "phone" },
	{ W, "address", "addr_live" },
	{ W, "amount_total", "amount" },
	{ W, "suspect_phones", "suspect_phone" },
	{ W, "suspect_urls", "suspect_url" },
	{ W, "suspect_apps", "suspect_app" },
	{ W, "suspect_ims", "suspect_im" },
	{ W, "suspect_accounts", "suspect_account" },
	{ W, "fraud_type_raw", "fraud_type" },
	{ 1u << HEADER_AREA | 1u << HEADER_TEAM, "kind", "type" },
	{ 1u << HEADER_MEMBER, "pledged_on", "secrecy_date" },
	{ 1u << HEADER_MEMBER, "trained_on", "training_date" },
	{ 1u << HEADER_DUTY, "weekdays", "weekday" },
	{ 1u << HEADER_DUTY, "day", "date" },
	{ 1u << HEADER_DUTY, "from", "start" },
	{ 1u << HEADER_DUTY, "to", "end" },
	{ 1u << HEADER_DUTY, "member", "member" },
	{ 1u << HEADER_DUTY, "off", "off" },
};

/* Lists of objects: their members are fields of a part each. */
static const struct group {
	enum header_kind kind;
	const char *key,
		*before; /* what stands before a member's name in the field's; NULL: nothing */
} groups[] = {
	{ HEADER_WARNING, "tx", NULL },
	{ HEADER_RESIDENT, "family", "family_" },
	{ HEADER_RESIDENT, "guardian", "guardian_" },
};

static const char *alias_of(enum header_kind kind, const char *key)
{
	for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++)
		if ((aliases[i].kinds >> kind & 1u) != 0 && strcmp(key, aliases[i].key) == 0)
			return aliases[i].field;
	return kind == HEADER_WARNING && record_field(key) ? key : NULL;
}

/* Of a group's member: the field that belongs to the group; NULL: there is none. */
static const char *field_of_member(
	struct fields_json *flat, const char *key, const struct group *group)
{
	const char *name = arena_print(&flat->arena, "%s%s", group->before, key);

	return *header_words(flat->kind, name) == '\0' ? NULL : name;
}

static const char *field_of_key(
	struct fields_json *flat, const char *key, const struct group *group)
{
	struct header_options opt = { .kind = flat->kind,
		.own = flat->ctx->words,
		.own_count = flat->ctx->word_count,
		.victim_calls = flat->ctx->victim_calls,
		.hotline = flat->ctx->hotline };
	const char *name;

	if (group != NULL && group->before != NULL)
		return field_of_member(flat, key, group);
	name = alias_of(flat->kind, key);
	if (name == NULL && *header_words(flat->kind, key) != '\0')
		name = key;
	if (name == NULL)
		name = header_field(key, &opt);
	if (name != NULL && group != NULL && strcmp(name, "amount") == 0)
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

static void add_members(
	struct fields_json *flat, const json_t *object, int part, const struct group *group);

static bool is_objects(const json_t *v)
{
	const json_t *one;
	size_t i;

	json_array_foreach(v, i, one)
		if (!json_is_object(one))
			return false;
	return json_is_array(v) || json_is_object(v);
}

/* NULL: no group, or one of another form, which is kept as it came. */
static const struct group *group_of(enum header_kind kind, const char *key, const json_t *v)
{
	for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
		if (groups[i].kind == kind && strcmp(groups[i].key, key) == 0)
			return is_objects(v) ? &groups[i] : NULL;
	return NULL;
}

static void add_group(struct fields_json *flat, const json_t *v, const struct group *group)
{
	const json_t *one;
	size_t i;

	if (json_is_object(v))
		add_members(flat, v, 0, group);
	json_array_foreach(v, i, one)
		add_members(flat, one, (int)i, group);
}

static void add_member(struct fields_json *flat, const char *key, const json_t *v, int part,
	const struct group *within)
{
	const struct group *group = within == NULL ? group_of(flat->kind, key, v) : NULL;
	struct field *f;

	if (json_is_null(v) || flat->count == FIELDS_JSON)
		return;
	if (group != NULL) {
		add_group(flat, v, group);
		return;
	}
	f = &flat->field[flat->count++];
	*f = (struct field){
		.name = field_of_key(flat, key, within), .label = key, .part = part, .keyed = true
	};
	set_value(flat, f, v);
	if (f->raw != NULL ||
		(f->kind == SHEET_BOOL && (f->name == NULL || strcmp(f->name, "off") != 0))) {
		f->name = NULL; /* no field has such a form: kept as it came */
		f->raw = v;
	}
}

static void add_members(
	struct fields_json *flat, const json_t *object, int part, const struct group *group)
{
	const char *key;
	json_t *v;

	json_object_foreach((json_t *)(uintptr_t)object, key, v)
		add_member(flat, key, v, part, group);
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
	flat = malloc(sizeof *flat); /* a field is filled when it is added */
	if (flat == NULL)
		abort();
	flat->kind = kind;
	flat->ctx = ctx;
	flat->count = 0;
	arena_init(&flat->arena, ARENA_MAX);
	add_members(flat, object, 0, NULL);
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
