#include "people_job.h"

#include <stdlib.h>
#include <string.h>

#include "intake.h"
#include "json.h"
#include "resident_key.h"
#include "sheet.h"

#include "banned.h"

enum { RESIDENTS_SLICE = 200, SETTLE = 2000 };

/* The check comes once a slice of the intake: what that may bring has room above. */
enum { ARENA_MAX = 2 * PEOPLE_BYTES };

struct people_job *people_job_new(enum header_kind kind, bool dry_run)
{
	struct people_job *j = calloc(1, sizeof *j);

	if (j == NULL)
		abort();
	j->kind = kind;
	j->dry_run = dry_run;
	arena_init(&j->arena, ARENA_MAX);
	return j;
}

void people_job_free(void *job)
{
	struct people_job *j = job;

	for (size_t i = 0; i < j->items; i++) {
		json_decref(j->item[i].notes);
		json_decref(j->item[i].result);
	}
	free(j->item);
	free(j->record);
	free(j->at);
	arena_free(&j->arena);
	free(j);
}

static void add_record(struct people_job *j, const struct people_record *record)
{
	if (j->count == j->room) {
		j->room = j->room == 0 ? 256 : 2 * j->room;
		j->record = realloc(j->record, j->room * sizeof *j->record);
		j->at = realloc(j->at, j->room * sizeof *j->at);
		if (j->record == NULL || j->at == NULL)
			abort();
	}
	j->at[j->count] = j->items - 1;
	j->record[j->count++] = *record;
}

static void tell_item(struct people_item *it, json_t *o)
{
	json_object_set_new(o, "row", json_integer(it->row));
	if (it->sheet[0] != '\0')
		json_put_str(o, "sheet", it->sheet);
	it->result = o;
}

static void reject(struct people_job *j, struct people_item *it, const struct fault *why)
{
	tell_item(it, json_pack("{s:s, s:o}", "result", people_done_code(PEOPLE_REJECTED), "error",
			      fault_json(why)));
	j->counts.rejected++;
}

/* Sheets have many rows of one name. */
static const char *sheet_kept(struct people_job *j, const char *sheet)
{
	const char *last = j->items == 0 ? "" : j->item[j->items - 1].sheet;

	return strcmp(last, sheet) == 0 ? last : arena_text(&j->arena, sheet, strlen(sheet));
}

static void add_item(struct people_job *j, const struct intake_item *from)
{
	const char *sheet = sheet_kept(j, from->sheet);
	struct people_item *it;

	if (j->items == j->item_room) {
		j->item_room = j->item_room == 0 ? 256 : 2 * j->item_room;
		j->item = realloc(j->item, j->item_room * sizeof *j->item);
		if (j->item == NULL)
			abort();
	}
	it = &j->item[j->items++];
	*it = (struct people_item){ .sheet = sheet, .row = from->row };
	if (from->verdict == INTAKE_REFUSED) {
		reject(j, it, &from->fault);
		return;
	}
	it->notes = notes_json(&from->notes);
	add_record(j, from->people);
}

static bool keep(void *arg, struct intake_item *items, size_t count)
{
	struct people_job *j = arg;

	for (size_t i = 0; i < count; i++) {
		if (items[i].verdict == INTAKE_SKIPPED)
			continue;
		add_item(j, &items[i]);
		if (items[i].verdict == INTAKE_OPEN)
			items[i].verdict = INTAKE_ACCEPTED; /* the desk will say */
	}
	j->heavy = j->arena.total > PEOPLE_BYTES;
	return !j->heavy;
}

bool people_job_read(struct people_job *j, bool is_json, const void *bytes, size_t n,
	const struct intake_ctx *ctx, struct fault *why)
{
	struct sheet_limits limits = sheet_limits_bulk;
	struct intake_job job = { .kind = j->kind,
		.ctx = ctx,
		.limits = &limits,
		.slice = keep,
		.arg = j,
		.is_json = is_json,
		.arena = &j->arena };
	struct intake_summary summary;

	limits.rows = PEOPLE_ROWS;
	if (!intake_bytes(&job, bytes == NULL ? "" : bytes, n, &summary, why))
		return false;
	if (j->heavy)
		return sheet_refuse(why, SHEET_TOO_HEAVY, &limits) == SHEET_OK;
	if (j->items > 0)
		return true;
	fault_set(why, "no_header", "没有找到表头，或者表头下面没有记录",
		"第一行写列名，例如 姓名、手机号，每人一行。");
	return false;
}

static size_t slice_size(const struct people_job *j)
{
	/* Residents come by the hundred thousand: short slices, so that a warning need not wait. */
	size_t most = j->kind == HEADER_RESIDENT ? RESIDENTS_SLICE : PEOPLE_SLICE;

	return j->count - j->next < most ? j->count - j->next : most;
}

void people_job_take_slice(
	struct people_job *j, struct store *s, const char *actor, const char *centre)
{
	struct people_import how = { .actor = actor,
		.centre = centre,
		.kind = j->kind,
		.dry_run = j->dry_run,
		.whole = j->count <= PEOPLE_SLICE };
	struct people_counts counts = { 0 };

	if (j->next == j->count) {
		j->settling = resident_keys_settle(s, SETTLE);
		return;
	}
	people_import_slice(s, &how, j->record + j->next, slice_size(j), j->slice, &counts);
}

static void tell_row(struct people_job *j, size_t i, struct people_row *r)
{
	struct people_item *it = &j->item[j->at[i]];
	int *const counts[] = { &j->counts.rejected, &j->counts.created, &j->counts.updated,
		&j->counts.unchanged };
	json_t *o;

	if (r->done == PEOPLE_REJECTED) {
		r->fault.row = it->row;
		reject(j, it, &r->fault);
		return;
	}
	++*counts[r->done];
	o = json_pack("{s:s}", "result", people_done_code(r->done));
	if (r->id != 0)
		json_put_int(o, "id", r->id);
	if (r->note != NULL && r->note[0] != '\0')
		json_put_str(o, "note", r->note);
	if (it->notes != NULL)
		json_object_set(o, "notes", it->notes);
	tell_item(it, o);
}

bool people_job_tell_slice(struct people_job *j, enum store_rc rc)
{
	bool lost = rc != STORE_OK;
	size_t n = lost ? j->count - j->next : slice_size(j);
	struct fault why;

	if (j->next == j->count)
		return !lost && j->settling;
	fault_set(&why, rc == STORE_FULL ? "disk_full" : "not_stored", "没有存下来",
		"请稍后把这个文件再导入一次，已导入的不会重复。");
	for (size_t i = 0; i < n; i++) {
		if (lost)
			reject(j, &j->item[j->at[j->next + i]], &why);
		else
			tell_row(j, j->next + i, &j->slice[i]);
	}
	j->next += n;
	return j->next < j->count ||
	       (j->kind == HEADER_RESIDENT && !j->dry_run && !lost && j->counts.created > 0);
}

json_t *people_job_answer(const struct people_job *j)
{
	json_t *list = json_array();

	for (size_t i = 0; i < j->items; i++)
		json_array_append(list, j->item[i].result);
	return json_pack("{s:i, s:i, s:i, s:i, s:b, s:o}", "created", j->counts.created, "updated",
		j->counts.updated, "unchanged", j->counts.unchanged, "rejected", j->counts.rejected,
		"dry_run", j->dry_run, "results", list);
}
