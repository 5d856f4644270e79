#include "filereport.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "date.h"

#include "banned.h"

enum { ADDED = 3, WHY_BYTES = 1024 };

struct filereport {
	struct outsheet *out;
	size_t columns; /* of the sheet's header; the added ones stand behind them */
	bool in_sheet, has_header, has_items;
	bool epoch_1904;
};

static const char *const added[ADDED] = { "处理结果", "原因", "怎么改" };

struct filereport *filereport_open(enum outsheet_kind kind, const char *path)
{
	struct outsheet *out = outsheet_open(kind, path);
	struct filereport *r;

	if (out == NULL)
		return NULL;
	r = calloc(1, sizeof *r);
	if (r == NULL)
		abort();
	r->out = out;
	return r;
}

void filereport_sheet(struct filereport *r, const char *name, bool epoch_1904)
{
	outsheet_sheet(r->out, *name == '\0' ? "结果" : name, NULL, 0);
	r->in_sheet = true;
	r->epoch_1904 = epoch_1904;
	r->has_header = false;
	r->columns = 0;
}

static void need_sheet(struct filereport *r)
{
	if (!r->in_sheet)
		filereport_sheet(r, "", false);
}

/* A serial number is no date to anybody who reads a text. */
static void put_cell(struct filereport *r, const struct sheet_cell *c)
{
	struct date_ctx how = {
		.ref = { 2000, 1, 1 }, .number_cell = true, .epoch_1904 = r->epoch_1904
	};
	char text[DATE_TEXT];
	struct date d;

	if (c->kind == SHEET_DATE && date_parse(c->text, &how, &d) == DATE_OK)
		outsheet_text(r->out, date_text(&d, text));
	else
		outsheet_text(r->out, c->text);
}

static void put_cells(struct filereport *r, const struct sheet_row *row)
{
	size_t n = row == NULL ? 0 : row->count;

	for (size_t i = 0; i < n; i++)
		put_cell(r, &row->cells[i]);
	for (; n < r->columns; n++)
		outsheet_text(r->out, NULL);
}

void filereport_head(struct filereport *r, const struct sheet_row *row, bool is_header)
{
	need_sheet(r);
	if (row->count > r->columns)
		r->columns = row->count;
	if (is_header)
		outsheet_bold(r->out);
	put_cells(r, row);
	for (size_t i = 0; is_header && i < ADDED; i++)
		outsheet_text(r->out, added[i]);
	r->has_header = r->has_header || is_header;
	outsheet_end_row(r->out);
}

/* JSON and forms have no header row: then the added columns stand alone. */
static void need_header(struct filereport *r)
{
	need_sheet(r);
	if (r->has_header)
		return;
	outsheet_bold(r->out);
	for (size_t i = 0; i < r->columns; i++)
		outsheet_text(r->out, NULL);
	for (size_t i = 0; i < ADDED; i++)
		outsheet_text(r->out, added[i]);
	outsheet_end_row(r->out);
	r->has_header = true;
}

/* 没有采用的内容 of an accepted row, in one line; "" none. */
static char *filereport_notes(const struct notes *n, char *out, size_t size)
{
	size_t at = 0;

	*out = '\0';
	for (size_t i = 0; i < n->count && i < NOTES_MAX && at < size; i++) {
		char line[400];

		fault_line(&n->item[i], line, sizeof line);
		at += (size_t)snprintf(out + at, size - at, "%s%s", i > 0 ? "；" : "", line);
	}
	return out;
}

static void put_why(struct filereport *r, const struct intake_item *item)
{
	char why[WHY_BYTES * 4], cell[256];

	if (item->verdict == INTAKE_REFUSED) {
		snprintf(cell, sizeof cell, "%s%s%s%s", *item->fault.column ? "「" : "",
			item->fault.column, *item->fault.column ? "」" : "", item->fault.why);
		outsheet_text(r->out, cell);
		outsheet_text(r->out, item->fault.mend);
		return;
	}
	outsheet_text(r->out, item->said);
	outsheet_text(r->out, filereport_notes(&item->notes, why, sizeof why));
}

void filereport_item(struct filereport *r, const struct intake_item *item)
{
	need_header(r);
	r->has_items = true;
	put_cells(r, item->raw); /* a row wider than its header moves the answer to the right */
	outsheet_text(r->out, intake_verdict_name(item->verdict));
	put_why(r, item);
	outsheet_end_row(r->out);
}

void filereport_fault(struct filereport *r, const struct fault *fault)
{
	need_header(r);
	put_cells(r, NULL);
	outsheet_text(r->out, r->has_items ? "后面的行未处理" : "整个文件未处理");
	outsheet_text(r->out, fault->why);
	outsheet_text(r->out, fault->mend);
	outsheet_end_row(r->out);
}

void filereport_note(struct filereport *r, const char *note)
{
	need_header(r);
	put_cells(r, NULL);
	outsheet_text(r->out, "说明");
	outsheet_text(r->out, note);
	outsheet_end_row(r->out);
}

enum outsheet_rc filereport_close(struct filereport *r)
{
	enum outsheet_rc rc = outsheet_close(r->out, NULL);

	free(r);
	return rc;
}

void filereport_abandon(struct filereport *r)
{
	if (r == NULL)
		return;
	outsheet_abandon(r->out);
	free(r);
}
