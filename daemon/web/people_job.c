#include "people_job.h"

#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "resident_key.h"
#include "table.h"

#include "banned.h"

enum { RESIDENTS_SLICE = 200, SETTLE = 2000 };

enum { ARENA_MAX = 512 << 20 };

struct people_job *people_job_new(enum header_kind kind, bool dry_run)
{
	struct people_job *j = calloc(1, sizeof *j);

	if (j == NULL)
		abort();
	j->kind = kind;
	j->dry_run = dry_run;
	j->results = json_array();
	arena_init(&j->arena, ARENA_MAX);
	return j;
}

void people_job_free(void *job)
{
	struct people_job *j = job;

	for (size_t i = 0; i < j->count; i++)
		json_decref(j->notes[i]);
	free(j->record);
	free(j->row);
	free(j->notes);
	json_decref(j->results);
	arena_free(&j->arena);
	free(j);
}

static void add_record(struct people_job *j, int row, const struct people_record *record,
	const struct notes *notes)
{
	if (j->count == j->room) {
		j->room = j->room == 0 ? 256 : 2 * j->room;
		j->record = realloc(j->record, j->room * sizeof *j->record);
		j->row = realloc(j->row, j->room * sizeof *j->row);
		j->notes = realloc(j->notes, j->room * sizeof *j->notes);
		if (j->record == NULL || j->row == NULL || j->notes == NULL)
			abort();
	}
	j->row[j->count] = row;
	j->notes[j->count] = notes_json(notes);
	j->record[j->count++] = *record;
}

static void add_result(struct people_job *j, int row, json_t *o)
{
	json_object_set_new(o, "row", json_integer(row));
	json_array_append_new(j->results, o);
}

static void reject(struct people_job *j, int row, const struct fault *why)
{
	add_result(j, row,
		json_pack("{s:s, s:o}", "result", people_done_code(PEOPLE_REJECTED), "error",
			fault_json(why)));
	j->counts.rejected++;
}

struct taker {
	struct people_job *j;
	const struct intake_ctx *ctx;
};

static bool take_row(void *arg, const struct table_row *t)
{
	const struct taker *taker = arg;
	struct people_job *j = taker->j;
	struct intake_ctx ctx = *taker->ctx;
	int row = t->row == NULL ? 0 : t->row->number;
	struct people_record record;
	struct notes notes;
	struct fault why;

	if (t->what != TABLE_RECORD && t->what != TABLE_VERTICAL)
		return true;
	ctx.epoch_1904 = t->epoch_1904;
	if (people_read(j->kind, t->fields, t->field_count, row, &ctx, &j->arena, &record, &why,
		    &notes))
		add_record(j, row, &record, &notes);
	else
		reject(j, row, &why);
	return j->count + (size_t)j->counts.rejected < PEOPLE_ROWS;
}

bool people_job_read(struct people_job *j, const void *bytes, size_t n,
	const struct intake_ctx *ctx, struct fault *why)
{
	struct taker taker = { j, ctx };
	struct table *t = table_new(j->kind, ctx, take_row, &taker);
	struct sheet_sink sink = table_sink(t);
	enum sheet_rc rc = sheet_read_bytes(bytes, n, &sheet_limits_bulk, &sink, why);

	if (rc == SHEET_OK)
		table_end(t);
	table_free(t);
	if (rc == SHEET_REFUSED)
		return false;
	if (j->count > 0 || j->counts.rejected > 0)
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
	int row = j->row[i];
	int *const counts[] = { &j->counts.rejected, &j->counts.created, &j->counts.updated,
		&j->counts.unchanged };
	json_t *o;

	if (r->done == PEOPLE_REJECTED) {
		r->fault.row = row;
		reject(j, row, &r->fault);
		return;
	}
	++*counts[r->done];
	o = json_pack("{s:s}", "result", people_done_code(r->done));
	if (r->id != 0)
		json_put_int(o, "id", r->id);
	if (r->note != NULL && r->note[0] != '\0')
		json_put_str(o, "note", r->note);
	if (j->notes[i] != NULL)
		json_object_set(o, "notes", j->notes[i]);
	add_result(j, row, o);
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
			reject(j, j->row[j->next + i], &why);
		else
			tell_row(j, j->next + i, &j->slice[i]);
	}
	j->next += n;
	return j->next < j->count ||
	       (j->kind == HEADER_RESIDENT && !j->dry_run && !lost && j->counts.created > 0);
}

json_t *people_job_answer(const struct people_job *j)
{
	return json_pack("{s:i, s:i, s:i, s:i, s:b, s:O}", "created", j->counts.created, "updated",
		j->counts.updated, "unchanged", j->counts.unchanged, "rejected", j->counts.rejected,
		"dry_run", j->dry_run, "results", j->results);
}
