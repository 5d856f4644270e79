#include "push_job.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "json.h"
#include "intake.h"
#include "sheet.h"

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

/* -- reading ----------------------------------------------------------------------------------- */

static void add_item(struct push_job *j, struct intake_item *from)
{
	struct push_item *it;

	if (j->count == j->room) {
		j->room = j->room == 0 ? 64 : 2 * j->room;
		j->item = realloc(j->item, j->room * sizeof *j->item);
		if (j->item == NULL)
			abort();
	}
	it = &j->item[j->count++];
	*it = (struct push_item){ .row = from->row };
	if (from->verdict == INTAKE_OPEN) {
		it->record = from->warning;
		from->warning = NULL;
		from->verdict = INTAKE_ACCEPTED;
		it->result = from->notes.count > 0 || *from->sheet != '\0' ? intake_item_json(from)
									   : NULL;
	} else {
		it->result = intake_item_json(from);
		j->rejected++;
	}
}

/* Kept until the desk takes them: a good record waits with its notes for what the desk says. */
static bool keep(void *arg, struct intake_item *items, size_t count)
{
	struct push_job *j = arg;

	for (size_t i = 0; i < count; i++)
		if (items[i].verdict != INTAKE_SKIPPED)
			add_item(j, &items[i]);
	return true;
}

bool push_job_read(struct push_job *j, enum push_form form, const void *bytes, size_t n,
	const struct intake_ctx *ctx, struct fault *why)
{
	struct sheet_limits limits = sheet_limits_live;
	struct intake_job job = {
		.kind = HEADER_WARNING, .ctx = ctx, .limits = &limits, .slice = keep, .arg = j
	};
	struct intake_summary summary;

	if (form == PUSH_UNKNOWN) {
		fault_set(why, "media_type", "不认识这种内容类型",
			"请用 application/json、application/x-ndjson、text/csv 或 xlsx 的类型。");
		return false;
	}
	job.is_json = form != PUSH_SHEET;
	if (job.is_json) { /* the length of the body was looked at already */
		limits.bytes = n;
		limits.rows = PUSH_RECORDS;
	}
	if (!intake_bytes(&job, bytes == NULL ? "" : bytes, n, &summary, why))
		return false;
	if (form != PUSH_SHEET || j->count > 0)
		return true;
	fault_set(why, "no_header", "没有找到表头，或者表头下面没有记录",
		"第一行写列名，例如 姓名、手机号、预警等级、住址，每条预警一行。");
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

static json_t *row_result(int row, const char *status)
{
	return json_pack("{s:i, s:s}", "row", row, "status", status);
}

static void drop_record(struct push_item *it, json_t *result)
{
	json_decref(it->result);
	it->result = result;
	record_free(it->record);
	it->record = NULL;
}

static void reject_by_store(struct push_job *j, struct push_item *it, enum store_rc rc)
{
	struct fault why;
	json_t *o;

	if (rc == STORE_FULL)
		fault_set(&why, "disk_full", "磁盘已满，没有接收", "请联系管理员清理磁盘后重发。");
	else if (rc == STORE_BROKEN)
		fault_set(&why, "store_broken", "数据库暂时不能用，没有接收", "请稍后重发。");
	else
		fault_set(&why, "not_stored", "没有存下来", "请重发这一条；再不行请联系管理员。");
	fault_at(&why, it->row, NULL, NULL);
	o = row_result(it->row, intake_verdict_code(INTAKE_REFUSED));
	json_object_set(o, "sheet", json_object_get(it->result, "sheet"));
	json_object_set_new(o, "error", fault_json(&why));
	drop_record(it, o);
	j->rejected++;
}

static void tell_one(struct push_job *j, struct push_item *it, const struct accept_result *a)
{
	bool known = a->state == ACCEPT_DUPLICATE;
	json_t *o = row_result(
		it->row, intake_verdict_code(known ? INTAKE_DUPLICATE : INTAKE_ACCEPTED));
	json_t *said = desk_accept_json(a);

	json_object_update(o, said);
	json_decref(said);
	json_object_set(o, "notes", json_object_get(it->result, "notes"));
	json_object_set(o, "sheet", json_object_get(it->result, "sheet"));
	drop_record(it, o);
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
