#include "intake.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "filereport.h"
#include "intake_run.h"
#include "json.h"
#include "record_read.h"
#include "sheet.h"
#include "table.h"
#include "text.h"

#include "banned.h"

enum { ARENA_MAX = 64 << 20, HEAD = 4096 };

struct intake_run {
	const struct intake_job *job;
	struct intake_summary *summary;
	struct arena arena; /* of the slice */
	struct intake_item *items;
	size_t count, room; /* room grows to INTAKE_SLICE + 1 */
	bool stopped;
};

static const struct {
	const char *code, *name;
} verdicts[INTAKE_VERDICTS] = {
	[INTAKE_OPEN] = { "open", "待处理" },
	[INTAKE_ACCEPTED] = { "accepted", "已受理" },
	[INTAKE_MERGED] = { "merged", "已并入在办案件" },
	[INTAKE_CHANGED] = { "changed", "已更新" },
	[INTAKE_DUPLICATE] = { "duplicate", "重复，未再处理" },
	[INTAKE_REFUSED] = { "rejected", "未受理" },
	[INTAKE_SKIPPED] = { "skipped", "跳过（不是记录）" },
};

const char *intake_verdict_code(enum intake_verdict v)
{
	return verdicts[v].code;
}

const char *intake_verdict_name(enum intake_verdict v)
{
	return verdicts[v].name;
}

json_t *intake_item_json(const struct intake_item *item)
{
	json_t *o = json_object(), *notes = notes_json(&item->notes);

	json_put_int(o, "row", item->row);
	if (*item->sheet != '\0')
		json_put_str(o, "sheet", item->sheet);
	json_put_str(o, "status", intake_verdict_code(item->verdict));
	if (item->verdict == INTAKE_REFUSED)
		json_object_set_new(o, "error", fault_json(&item->fault));
	if (notes != NULL)
		json_object_set_new(o, "notes", notes);
	return o;
}

/* ---- slices ------------------------------------------------------------------------------ */

static void finish_item(struct intake_run *run, struct intake_item *item)
{
	assert(item->verdict != INTAKE_OPEN); /* the receiver forgot one */
	run->summary->verdicts[item->verdict]++;
	run->summary->records += item->verdict != INTAKE_SKIPPED;
	if (run->job->report != NULL)
		filereport_item(run->job->report, item);
}

/*
 * When the receiver stops, what it has not decided is open for ever: it gets no line, and the
 * run says that it was stopped.
 */
static void hand_over(struct intake_run *run)
{
	bool go;

	if (run->count == 0 || run->stopped)
		return;
	go = run->job->slice(run->job->arg, run->items, run->count);
	for (size_t i = 0; i < run->count; i++) {
		if (go || run->items[i].verdict != INTAKE_OPEN)
			finish_item(run, &run->items[i]);
		record_free(run->items[i].warning);
	}
	run->stopped = run->summary->stopped = !go;
	run->count = 0;
	arena_free(&run->arena);
}

const struct intake_job *intake_run_job(const struct intake_run *run)
{
	return run->job;
}

bool intake_run_stopped(const struct intake_run *run)
{
	return run->stopped;
}

__attribute__((format(printf, 2, 3))) static void intake_run_note(
	struct intake_run *run, const char *fmt, ...)
{
	struct intake_summary *s = run->summary;
	va_list ap;

	if (s->note_count == INTAKE_NOTES)
		return;
	va_start(ap, fmt);
	vsnprintf(s->note[s->note_count], sizeof s->note[0], fmt, ap);
	va_end(ap);
	s->note_count++;
}

/* Most bodies hold one record. */
static void need_room(struct intake_run *run)
{
	if (run->count < run->room)
		return;
	run->room = run->room == 0 ? 8 : run->room * 2;
	if (run->room > INTAKE_SLICE)
		run->room = INTAKE_SLICE + 1;
	run->items = realloc(run->items, run->room * sizeof *run->items);
	if (run->items == NULL)
		abort();
}

struct intake_item *intake_run_next(struct intake_run *run, const char *sheet, int row)
{
	struct intake_item *item;

	if (run->count == INTAKE_SLICE || run->arena.total > INTAKE_SLICE_BYTES)
		hand_over(run);
	need_room(run);
	item = &run->items[run->count];
	if (!run->stopped)
		run->count++;
	memset(item, 0, sizeof *item);
	item->sheet = arena_text(&run->arena, sheet, strlen(sheet));
	item->row = row;
	return item;
}

static const struct sheet_row *copy_row(struct arena *a, const struct sheet_row *row)
{
	struct sheet_row *copy;
	struct sheet_cell *cells;

	if (row == NULL)
		return NULL;
	copy = arena_take(a, sizeof *copy);
	cells = arena_take(a, (row->count + 1) * sizeof *cells);
	for (size_t i = 0; i < row->count; i++) {
		cells[i] = row->cells[i];
		cells[i].text = arena_text(a, row->cells[i].text, strlen(row->cells[i].text));
	}
	*copy = *row;
	copy->cells = cells;
	return copy;
}

void intake_run_record(struct intake_run *run, const char *sheet, int row,
	const struct field *fields, size_t count, bool epoch_1904, const struct sheet_row *raw)
{
	struct intake_item *item = intake_run_next(run, sheet, row);
	struct intake_ctx ctx = *run->job->ctx;
	bool good;

	if (run->stopped)
		return;
	ctx.epoch_1904 = epoch_1904;
	if (run->job->report != NULL)
		item->raw = copy_row(&run->arena, raw);
	if (run->job->kind == HEADER_WARNING) {
		item->warning = record_read(fields, count, row, &ctx, &item->fault, &item->notes);
		good = item->warning != NULL;
	} else {
		item->people = arena_take(&run->arena, sizeof *item->people);
		good = people_read(run->job->kind, fields, count, row, &ctx,
			run->job->arena == NULL ? &run->arena : run->job->arena, item->people,
			&item->fault, &item->notes);
	}
	item->verdict = good ? INTAKE_OPEN : INTAKE_REFUSED;
}

/* ---- tables -------------------------------------------------------------------------------- */

static void tell_warnings(struct intake_run *run, const struct table_row *t)
{
	const struct header_map *map = t->map;

	for (size_t i = 0; i < map->warnings; i++)
		intake_run_note(run, "%s%s%s", t->sheet, *t->sheet ? "：" : "",
			header_warning_text(map->warning[i]));
}

static void take_head(struct intake_run *run, const struct table_row *t)
{
	if (t->is_header)
		tell_warnings(run, t);
	if (run->job->report != NULL)
		filereport_head(run->job->report, t->row, t->is_header);
}

static void take_skip(struct intake_run *run, const struct table_row *t)
{
	struct intake_item *item = intake_run_next(run, t->sheet, t->row->number);

	item->verdict = INTAKE_SKIPPED;
	if (run->job->report != NULL)
		item->raw = copy_row(&run->arena, t->row);
}

static void take_sheet(struct intake_run *run, const struct table_row *t)
{
	hand_over(run);
	run->summary->sheets++;
	if (run->job->report != NULL)
		filereport_sheet(run->job->report, t->sheet, t->epoch_1904);
}

static void leave_out(struct intake_run *run, const struct table_row *t)
{
	bool hidden = t->what == TABLE_HIDDEN, text = *t->sheet == '\0';

	if (hidden)
		run->summary->hidden++;
	else
		run->summary->headless++;
	if (text)
		return; /* a file without sheets is refused as a whole */
	intake_run_note(
		run, "工作表“%s”%s，已跳过", t->sheet, hidden ? "是隐藏的" : "里没有找到表头");
}

static bool on_table(void *arg, const struct table_row *t)
{
	struct intake_run *run = arg;

	switch (t->what) {
	case TABLE_SHEET:
		take_sheet(run, t);
		break;
	case TABLE_HIDDEN:
	case TABLE_HEADLESS:
		leave_out(run, t);
		break;
	case TABLE_HEAD:
		take_head(run, t);
		break;
	case TABLE_SKIP:
		take_skip(run, t);
		break;
	case TABLE_RECORD:
	case TABLE_VERTICAL:
		intake_run_record(run, t->sheet, t->row == NULL ? 1 : t->row->number, t->fields,
			t->field_count, t->epoch_1904, t->row);
		break;
	}
	return !run->stopped;
}

struct source {
	int fd;
	const void *bytes;
	size_t n;
};

static bool read_table(struct intake_run *run, const struct source *from, struct fault *fault)
{
	struct table *table = table_new(run->job->kind, run->job->ctx, on_table, run);
	struct sheet_sink sink = table_sink(table);
	const struct sheet_limits *limits = run->job->limits;
	enum sheet_rc rc;

	if (from->bytes != NULL)
		rc = sheet_read_bytes(from->bytes, from->n, limits, &sink, fault);
	else
		rc = sheet_read(from->fd, limits, &sink, fault);
	if (rc == SHEET_OK)
		table_end(table);
	table_free(table);
	hand_over(run);
	if (rc != SHEET_OK || run->stopped)
		return rc != SHEET_REFUSED;
	if (run->summary->headless == 0 || run->summary->headless < run->summary->sheets)
		return true;
	fault_set(fault, "no_header", "没有找到表头，不知道每一列是什么",
		"请在第一行写上列名，如：姓名、身份证号、手机号、风险等级。");
	return false;
}

/* ---- JSON ---------------------------------------------------------------------------------- */

static bool read_json(struct intake_run *run, const void *bytes, size_t n, struct fault *fault)
{
	enum text_encoding e = text_sniff(bytes, n, false);
	struct buf text;
	bool ok;

	buf_init(&text, run->job->limits->bytes * 2 + 16);
	ok = e != TEXT_UNKNOWN && text_decode(e, bytes, n, &text, NULL);
	if (ok)
		ok = intake_run_json(run, buf_str(&text), text.len, fault);
	else
		sheet_refuse(fault, SHEET_NOT_TEXT, run->job->limits);
	buf_free(&text);
	hand_over(run);
	return ok;
}

/* All of a file that is JSON by its first bytes. */
static bool read_json_file(struct intake_run *run, int fd, size_t size, struct fault *fault)
{
	char *bytes = malloc(size + 1);
	size_t n = 0;
	bool ok;

	if (bytes == NULL)
		abort();
	while (n < size) {
		ssize_t got = pread(fd, bytes + n, size - n, (off_t)n);

		if (got == -1 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		n += (size_t)got;
	}
	if (n == size)
		ok = read_json(run, bytes, n, fault);
	else
		ok = sheet_refuse(fault, SHEET_CANNOT_READ, run->job->limits) == SHEET_OK;
	free(bytes);
	return ok;
}

/* ---- both ---------------------------------------------------------------------------------- */

static void begin_run(struct intake_run *run, const struct intake_job *job,
	struct intake_summary *s, struct fault *fault)
{
	memset(s, 0, sizeof *s);
	memset(fault, 0, sizeof *fault);
	*run = (struct intake_run){ .job = job, .summary = s };
	arena_init(&run->arena, ARENA_MAX);
}

static void end_run(struct intake_run *run, bool ok, const struct fault *fault)
{
	struct filereport *report = run->job->report;

	if (report != NULL && !ok)
		filereport_fault(report, fault);
	for (size_t i = 0; report != NULL && i < run->summary->note_count; i++)
		filereport_note(report, run->summary->note[i]);
	arena_free(&run->arena);
	free(run->items);
}

bool intake_file(
	const struct intake_job *job, int fd, struct intake_summary *summary, struct fault *fault)
{
	struct source from = { .fd = fd };
	struct intake_run run;
	struct stat st;
	char head[HEAD];
	ssize_t n;
	bool ok;

	begin_run(&run, job, summary, fault);
	n = pread(fd, head, sizeof head, 0);
	if (n > 0 && sheet_form_of(head, (size_t)n) == SHEET_FORM_JSON && fstat(fd, &st) == 0 &&
		(uint64_t)st.st_size <= job->limits->bytes)
		ok = read_json_file(&run, fd, (size_t)st.st_size, fault);
	else
		ok = read_table(&run, &from, fault);
	end_run(&run, ok, fault);
	return ok;
}

bool intake_bytes(const struct intake_job *job, const void *bytes, size_t n,
	struct intake_summary *summary, struct fault *fault)
{
	struct source from = { .fd = -1, .bytes = bytes, .n = n };
	struct intake_run run;
	bool ok;

	begin_run(&run, job, summary, fault);
	if (n <= job->limits->bytes &&
		(job->is_json || sheet_form_of(bytes, n < HEAD ? n : HEAD) == SHEET_FORM_JSON))
		ok = read_json(&run, bytes, n, fault);
	else
		ok = read_table(&run, &from, fault);
	end_run(&run, ok, fault);
	return ok;
}
