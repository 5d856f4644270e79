#include "push_job.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "json.h"
#include "record_read.h"
#include "table.h"

#include "banned.h"

static const struct {
	const char *type;
	enum push_form form;
} types[] = {
	{ "application/x-ndjson", PUSH_LINES },
	{ "application/jsonl", PUSH_LINES },
	{ "text/csv", PUSH_SHEET },
	{ "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", PUSH_SHEET },
	{ "application/vnd.ms-excel", PUSH_SHEET }, /* what Windows calls a .csv, too */
	{ "application/octet-stream", PUSH_SHEET },
};

/* What the first bytes say, for everybody who names no type or one that means nothing. */
static enum push_form sniff(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && (s[i] == ' ' || s[i] == '\t' || s[i] == '\r' || s[i] == '\n'))
		i++;
	if (i == n || s[i] == '{')
		return PUSH_OBJECT;
	if (s[i] == '[')
		return PUSH_ARRAY;
	return n > 4 && memcmp(s, "PK\x03\x04", 4) == 0 ? PUSH_SHEET : PUSH_UNKNOWN;
}

enum push_form push_job_form_of(const char *content_type, const void *bytes, size_t n)
{
	for (size_t k = 0; content_type != NULL && k < sizeof types / sizeof *types; k++)
		if (strncasecmp(content_type, types[k].type, strlen(types[k].type)) == 0)
			return types[k].form;
	/* application/json, and what curl -d and browsers' forms say of it. */
	return sniff(bytes, n);
}

bool push_job_is_long(const char *content_type)
{
	for (size_t k = 0; content_type != NULL && k < sizeof types / sizeof *types; k++)
		if (strncasecmp(content_type, types[k].type, strlen(types[k].type)) == 0)
			return true;
	return false;
}

struct push_job *push_job_new(void)
{
	struct push_job *j = calloc(1, sizeof *j);

	if (j == NULL)
		abort();
	return j;
}

void push_job_free(void *job)
{
	struct push_job *j = job;

	for (size_t i = 0; i < j->count; i++) {
		record_free(j->item[i].record);
		json_decref(j->item[i].result);
	}
	free(j->item);
	free(j);
}

static struct push_item *add_item(struct push_job *j, int row)
{
	if (j->count == j->room) {
		j->room = j->room == 0 ? 64 : 2 * j->room;
		j->item = realloc(j->item, j->room * sizeof *j->item);
		if (j->item == NULL)
			abort();
	}
	j->item[j->count] = (struct push_item){ .row = row };
	return &j->item[j->count++];
}

json_t *push_job_notes(const struct notes *notes)
{
	json_t *list;

	if (notes->count == 0)
		return NULL;
	list = json_array();
	for (size_t i = 0; i < notes->count && i < NOTES_MAX; i++)
		json_array_append_new(list, fault_json(&notes->item[i]));
	return list;
}

static json_t *row_result(int row, const char *status)
{
	return json_pack("{s:i, s:s}", "row", row, "status", status);
}

static void reject(struct push_job *j, struct push_item *it, const struct fault *why)
{
	json_decref(it->result);
	it->result = row_result(it->row, "rejected");
	json_object_set_new(it->result, "error", fault_json(why));
	record_free(it->record);
	it->record = NULL;
	j->rejected++;
}

/* A good record waits with its notes for what the desk says. */
static void judge(struct push_job *j, int row, struct warning_record *record,
	const struct fault *why, const struct notes *notes)
{
	struct push_item *it = add_item(j, row);
	json_t *list;

	it->record = record;
	if (record == NULL) {
		reject(j, it, why);
		return;
	}
	list = push_job_notes(notes);
	if (list == NULL)
		return;
	it->result = row_result(row, "");
	json_object_set_new(it->result, "notes", list);
}

static void take_json(
	struct push_job *j, int row, const json_t *value, const struct intake_ctx *ctx)
{
	struct warning_record *record = NULL;
	struct notes notes = { .count = 0 };
	struct fault why;

	if (json_is_object(value)) {
		record = record_read_json(value, row, ctx, &why, &notes);
	} else {
		fault_set(&why, "not_an_object", "不是一个 JSON 对象", "每条预警写成 {…} 的形式。");
		fault_at(&why, row, NULL, NULL);
	}
	judge(j, row, record, &why, &notes);
}

static bool read_whole(struct push_job *j, enum push_form form, const void *bytes, size_t n,
	const struct intake_ctx *ctx, struct fault *why)
{
	json_error_t error;
	json_t *body = json_loadb(bytes == NULL ? "" : bytes, n, JSON_REJECT_DUPLICATES, &error);

	if (body == NULL) {
		fault_set(why, "bad_json", "不是完整的 JSON",
			"请检查括号、引号和逗号，编码用 UTF-8。");
		fault_at(why, error.line > 0 ? error.line : 0, NULL, NULL);
		return false;
	}
	if (form == PUSH_ARRAY)
		for (size_t i = 0; i < json_array_size(body) && i < PUSH_RECORDS; i++)
			take_json(j, (int)i + 1, json_array_get(body, i), ctx);
	else
		take_json(j, 0, body, ctx);
	json_decref(body);
	return true;
}

static void take_line(
	struct push_job *j, int row, const char *line, size_t n, const struct intake_ctx *ctx)
{
	json_t *value = json_loadb(line, n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL);
	const struct notes none = { .count = 0 };
	struct fault why;

	if (value != NULL) {
		take_json(j, row, value, ctx);
		json_decref(value);
		return;
	}
	fault_set(&why, "bad_json", "这一行不是完整的 JSON",
		"请检查括号、引号和逗号，编码用 UTF-8。");
	fault_at(&why, row, NULL, NULL);
	judge(j, row, NULL, &why, &none);
}

static void read_lines(struct push_job *j, const char *s, size_t n, const struct intake_ctx *ctx)
{
	for (int row = 1; n > 0 && j->count < PUSH_RECORDS; row++) {
		const char *end = memchr(s, '\n', n);
		size_t len = end == NULL ? n : (size_t)(end - s);
		size_t blank = 0;

		while (blank < len && (s[blank] == ' ' || s[blank] == '\t' || s[blank] == '\r'))
			blank++;
		if (blank < len)
			take_line(j, row, s, len, ctx);
		len += end != NULL;
		s += len;
		n -= len;
	}
}

struct sheet_taker {
	struct push_job *j;
	const struct intake_ctx *ctx;
};

static bool take_table_row(void *arg, const struct table_row *t)
{
	const struct sheet_taker *taker = arg;
	struct intake_ctx ctx = *taker->ctx;
	struct warning_record *record;
	struct notes notes;
	struct fault why;
	int row = t->row == NULL ? 0 : t->row->number;

	if (t->what != TABLE_RECORD && t->what != TABLE_VERTICAL)
		return true;
	ctx.epoch_1904 = t->epoch_1904;
	record = record_read(t->fields, t->field_count, row, &ctx, &why, &notes);
	judge(taker->j, row, record, &why, &notes);
	return taker->j->count < PUSH_RECORDS;
}

static bool read_sheet(struct push_job *j, const void *bytes, size_t n,
	const struct intake_ctx *ctx, struct fault *why)
{
	struct sheet_taker taker = { j, ctx };
	struct table *t = table_new(HEADER_WARNING, ctx, take_table_row, &taker);
	struct sheet_sink sink = table_sink(t);
	enum sheet_rc rc = sheet_read_bytes(bytes, n, &sheet_limits_live, &sink, why);

	if (rc == SHEET_OK)
		table_end(t);
	table_free(t);
	if (rc == SHEET_REFUSED)
		return false;
	if (j->count > 0)
		return true;
	fault_set(why, "no_header", "没有找到表头，或者表头下面没有记录",
		"第一行写列名，例如 姓名、手机号、预警等级、住址，每条预警一行。");
	return false;
}

bool push_job_read(struct push_job *j, enum push_form form, const void *bytes, size_t n,
	const struct intake_ctx *ctx, struct fault *why)
{
	switch (form) {
	case PUSH_OBJECT:
	case PUSH_ARRAY:
		return read_whole(j, form, bytes, n, ctx, why);
	case PUSH_LINES:
		read_lines(j, bytes, n, ctx);
		return true;
	case PUSH_SHEET:
		return read_sheet(j, bytes, n, ctx, why);
	case PUSH_UNKNOWN:
		break;
	}
	fault_set(why, "media_type", "不认识这种内容类型",
		"请用 application/json、application/x-ndjson、text/csv 或 xlsx 的类型。");
	return false;
}

/* -- the desk's side -------------------------------------------------------------------------- */

void push_job_take_slice(struct push_job *j, struct desk *d, const char *actor)
{
	struct store *s = desk_store(d);

	/* What the caller wrote stands by itself, and so does each record: one that fails is
	 * undone alone. */
	store_job_end(s);
	for (size_t i = 0; i < PUSH_SLICE && j->next + i < j->count && !store_lost(s); i++) {
		struct push_item *it = &j->item[j->next + i];

		if (it->record == NULL)
			continue;
		store_job_begin(s, s->now_ms);
		desk_accept(d, actor, it->record, &j->slice[i]);
		j->slice_rc[i] = store_job_end(s);
	}
	if (!store_lost(s))
		store_job_begin(s, s->now_ms);
}

static void reject_by_store(struct push_job *j, struct push_item *it, enum store_rc rc)
{
	struct fault why;

	if (rc == STORE_FULL)
		fault_set(&why, "disk_full", "磁盘已满，没有接收", "请联系管理员清理磁盘后重发。");
	else if (rc == STORE_BROKEN)
		fault_set(&why, "store_broken", "数据库暂时不能用，没有接收", "请稍后重发。");
	else
		fault_set(&why, "not_stored", "没有存下来", "请重发这一条；再不行请联系管理员。");
	fault_at(&why, it->row, NULL, NULL);
	reject(j, it, &why);
}

static void tell_one(struct push_job *j, struct push_item *it, const struct accept_result *a)
{
	bool known = a->state == ACCEPT_DUPLICATE;
	json_t *o = row_result(it->row, known ? "duplicate" : "accepted");
	json_t *said = desk_accept_json(a);

	json_object_update(o, said);
	json_decref(said);
	if (it->result != NULL)
		json_object_set(o, "notes", json_object_get(it->result, "notes"));
	json_decref(it->result);
	it->result = o;
	record_free(it->record);
	it->record = NULL;
	j->accepted += !known;
	j->duplicates += known;
}

bool push_job_tell_slice(struct push_job *j, enum store_rc rc)
{
	size_t n = j->count - j->next < PUSH_SLICE ? j->count - j->next : PUSH_SLICE;
	bool lost = rc == STORE_FULL || rc == STORE_BROKEN;

	j->rc = rc;
	if (lost)
		n = j->count - j->next; /* the rest has no better luck */
	for (size_t i = 0; i < n; i++) {
		struct push_item *it = &j->item[j->next + i];

		if (it->record == NULL)
			continue;
		if (lost || j->slice_rc[i] != STORE_OK)
			reject_by_store(j, it, lost ? rc : j->slice_rc[i]);
		else
			tell_one(j, it, &j->slice[i]);
	}
	j->next += n;
	return j->next < j->count;
}

json_t *push_job_answer(const struct push_job *j)
{
	json_t *list = json_array();

	for (size_t i = 0; i < j->count; i++)
		json_array_append(list, j->item[i].result);
	return json_pack("{s:i, s:i, s:i, s:o}", "accepted", j->accepted, "duplicates",
		j->duplicates, "rejected", j->rejected, "results", list);
}
