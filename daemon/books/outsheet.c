#include "outsheet.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include "clock.h"
#include "date.h"
#include "money.h"
#include "text.h"

#include "banned.h"

enum { XLSX_ROWS = 1048576, XLSX_CHARS = 32767, SHEET_NAME_CHARS = 31, LONG_NUMBER = 12 };

struct outsheet {
	enum outsheet_kind kind;
	enum outsheet_rc rc;
	int error; /* errno of the first failure */
	int fd;    /* memory file, or -1 */
	char path[4096];
	FILE *csv;
	lxw_workbook *book;
	lxw_worksheet *sheet;
	lxw_format *text, *bold, *integer, *money, *time;
	size_t sheets, columns; /* columns: of the header; 0 none */
	lxw_row_t row;
	lxw_col_t column;
	bool bold_row;
	struct buf scratch;
};

static void fail(struct outsheet *w, enum outsheet_rc rc)
{
	if (w->rc != OUTSHEET_OK)
		return;
	w->rc = rc;
	w->error = errno;
}

static lxw_format *format(struct outsheet *w, const char *number, bool bold)
{
	lxw_format *f = workbook_add_format(w->book);

	if (number != NULL)
		format_set_num_format(f, number);
	if (bold)
		format_set_bold(f);
	format_set_align(f, LXW_ALIGN_VERTICAL_TOP);
	return f;
}

static bool open_xlsx(struct outsheet *w)
{
	lxw_workbook_options options = { .constant_memory = LXW_TRUE };

	w->book = workbook_new_opt(w->path, &options);
	if (w->book == NULL)
		return false;
	w->text = format(w, "@", false);
	w->bold = format(w, "@", true);
	w->integer = format(w, "0", false);
	w->money = format(w, "#,##0.00", false);
	w->time = format(w, "yyyy-mm-dd hh:mm", false);
	return true;
}

struct outsheet *outsheet_open(enum outsheet_kind kind, const char *path)
{
	struct outsheet *w = calloc(1, sizeof *w);
	bool ok = true;

	if (w == NULL)
		abort();
	w->kind = kind;
	w->fd = -1;
	buf_init(&w->scratch, XLSX_CHARS * 4 + 16);
	if (path == NULL) {
		w->fd = memfd_create("outsheet", MFD_CLOEXEC);
		ok = w->fd != -1;
		snprintf(w->path, sizeof w->path, "/proc/self/fd/%d", w->fd);
	} else {
		ok = (size_t)snprintf(w->path, sizeof w->path, "%s", path) < sizeof w->path;
	}
	if (ok && kind == OUTSHEET_XLSX)
		ok = open_xlsx(w);
	else if (ok)
		ok = (w->csv = fopen(w->path, "we")) != NULL;
	if (ok && kind == OUTSHEET_CSV)
		fputs("\xEF\xBB\xBF", w->csv);
	if (!ok) {
		outsheet_abandon(w);
		return NULL;
	}
	return w;
}

/* ---- texts ----------------------------------------------------------------------------- */

/* What an XML file cannot hold, and nobody can see. */
static const char *printable(struct outsheet *w, const char *s)
{
	const char *end = s + strlen(s);
	size_t chars = 0;

	buf_clear(&w->scratch);
	while (s < end && chars < XLSX_CHARS - 1) {
		const char *from = s;
		uint32_t c = text_next(&s, end);

		if (c == TEXT_BAD || (c < 0x20 && c != '\n' && c != '\t') || c == 0xFFFE ||
			c == 0xFFFF)
			continue;
		buf_add(&w->scratch, from, (size_t)(s - from));
		chars += c > 0xFFFF ? 2 : 1;
	}
	return buf_str(&w->scratch);
}

/* A spreadsheet program would calculate it, or round it. */
static bool needs_mark(const char *s)
{
	size_t digits = strspn(s, "0123456789");

	if (*s == '\0')
		return false;
	return strchr("=+-@\t\r", *s) != NULL || (s[digits] == '\0' && digits >= LONG_NUMBER);
}

static void csv_cell(struct outsheet *w, const char *s, bool guard)
{
	bool quote = strpbrk(s, ",\"\r\n") != NULL;

	if (w->column++ > 0)
		fputc(',', w->csv);
	if (quote)
		fputc('"', w->csv);
	if (guard && needs_mark(s))
		fputc('\'', w->csv);
	for (; *s != '\0'; s++) {
		if (*s == '"')
			fputc('"', w->csv);
		fputc(*s, w->csv);
	}
	if (quote)
		fputc('"', w->csv);
}

static void took(struct outsheet *w, lxw_error e)
{
	if (e != LXW_NO_ERROR)
		fail(w, OUTSHEET_TOO_BIG);
	w->column++;
}

void outsheet_text(struct outsheet *w, const char *s)
{
	s = printable(w, s == NULL ? "" : s);
	if (w->kind == OUTSHEET_CSV) {
		/* Line feeds stay, in quotes; a CSV cell cannot hold more without harm. */
		csv_cell(w, s, true);
		return;
	}
	assert(w->sheet != NULL);
	if (*s == '\0')
		w->column++;
	else
		took(w, worksheet_write_string(
				w->sheet, w->row, w->column, s, w->bold_row ? w->bold : w->text));
}

void outsheet_bold(struct outsheet *w)
{
	assert(w->column == 0);
	w->bold_row = true;
}

/* ---- numbers --------------------------------------------------------------------------- */

static void number(struct outsheet *w, double value, lxw_format *f)
{
	took(w, worksheet_write_number(w->sheet, w->row, w->column, value, f));
}

void outsheet_int(struct outsheet *w, int64_t n)
{
	char text[24];

	snprintf(text, sizeof text, "%lld", (long long)n);
	if (w->kind == OUTSHEET_CSV)
		csv_cell(w, text, false);
	else
		number(w, (double)n, w->integer);
}

void outsheet_money(struct outsheet *w, int64_t fen)
{
	char text[MONEY_TEXT];

	if (w->kind == OUTSHEET_CSV)
		csv_cell(w, money_text(fen, text), false);
	else
		number(w, (double)fen / 100.0, w->money);
}

void outsheet_time(struct outsheet *w, int64_t ms)
{
	struct clock_day d;
	char text[80];
	int64_t days;

	if (ms == 0) {
		outsheet_text(w, NULL);
		return;
	}
	clock_local(ms, &d);
	if (w->kind == OUTSHEET_CSV) {
		snprintf(text, sizeof text, "%04d-%02d-%02d %02d:%02d:%02d", d.year, d.month, d.day,
			d.hour, d.minute, d.second);
		csv_cell(w, text, false);
		return;
	}
	days = date_days((struct date_day){ d.year, d.month, d.day }) + 25569;
	number(w, (double)days + (d.hour * 3600 + d.minute * 60 + d.second) / 86400.0, w->time);
}

/* ---- rows and sheets ------------------------------------------------------------------- */

void outsheet_end_row(struct outsheet *w)
{
	if (w->kind == OUTSHEET_CSV)
		fputs("\r\n", w->csv);
	w->column = 0;
	w->bold_row = false;
	w->row++;
	if (w->kind == OUTSHEET_XLSX && w->row >= XLSX_ROWS) {
		w->row = XLSX_ROWS - 1;
		fail(w, OUTSHEET_TOO_BIG);
	}
}

/* Filters and the frozen row need to know how far the sheet goes. */
static void end_sheet(struct outsheet *w)
{
	if (w->kind != OUTSHEET_XLSX || w->sheet == NULL || w->columns == 0 || w->row == 0)
		return;
	worksheet_autofilter(w->sheet, 0, 0, w->row - 1, (lxw_col_t)(w->columns - 1));
	worksheet_freeze_panes(w->sheet, 1, 0);
}

/* Excel refuses some characters in the name of a sheet, long names and equal ones. */
static void add_sheet(struct outsheet *w, const char *name)
{
	char clean[SHEET_NAME_CHARS * 4 + 1], numbered[64];
	size_t n = text_prefix(name, SHEET_NAME_CHARS);

	snprintf(clean, sizeof clean, "%.*s", (int)n, name);
	for (char *s = clean; *s != '\0'; s++)
		if (strchr("[]:*?/\\'", *s) != NULL)
			*s = '_';
	snprintf(numbered, sizeof numbered, "Sheet%zu", w->sheets + 1);
	if (*clean != '\0' && workbook_validate_sheet_name(w->book, clean) == LXW_NO_ERROR)
		w->sheet = workbook_add_worksheet(w->book, clean);
	else
		w->sheet = workbook_add_worksheet(w->book, numbered);
	if (w->sheet == NULL)
		abort();
}

/* A Chinese character takes the room of two. */
static int width_of(const struct outsheet_column *c)
{
	size_t bytes = strlen(c->title), chars = text_count(c->title);

	if (c->width > 0)
		return c->width;
	return (int)(chars + (bytes - chars) / 2) + 4;
}

void outsheet_sheet(
	struct outsheet *w, const char *name, const struct outsheet_column *columns, size_t count)
{
	end_sheet(w);
	w->columns = count;
	w->column = 0;
	if (w->kind == OUTSHEET_XLSX) {
		add_sheet(w, name);
		w->row = 0;
	} else if (w->sheets > 0) {
		outsheet_end_row(w);
		outsheet_text(w, name);
		outsheet_end_row(w);
	}
	w->sheets++;
	if (count == 0)
		return;
	outsheet_bold(w);
	for (size_t i = 0; i < count; i++) {
		if (w->kind == OUTSHEET_XLSX)
			worksheet_set_column(
				w->sheet, (lxw_col_t)i, (lxw_col_t)i, width_of(&columns[i]), NULL);
		outsheet_text(w, columns[i].title);
	}
	outsheet_end_row(w);
}

/* ---- the end --------------------------------------------------------------------------- */

static void read_back(struct outsheet *w, struct buf *out)
{
	char piece[64 * 1024];
	off_t at = 0;
	ssize_t n;

	while ((n = pread(w->fd, piece, sizeof piece, at)) > 0) {
		if (!buf_add(out, piece, (size_t)n)) {
			fail(w, OUTSHEET_TOO_BIG);
			return;
		}
		at += n;
	}
	if (n < 0)
		fail(w, OUTSHEET_IO);
}

static void make_durable(struct outsheet *w)
{
	int fd = open(w->path, O_RDONLY | O_CLOEXEC);

	if (fd == -1 || fsync(fd) != 0)
		fail(w, OUTSHEET_IO);
	if (fd != -1)
		close(fd);
}

static void finish_file(struct outsheet *w)
{
	bool bad;

	if (w->kind == OUTSHEET_CSV) {
		bad = ferror(w->csv) != 0;
		bad = fclose(w->csv) != 0 || bad;
		w->csv = NULL;
	} else {
		end_sheet(w);
		if (w->sheets == 0)
			add_sheet(w, "");
		bad = workbook_close(w->book);
		w->book = NULL;
	}
	if (bad)
		fail(w, OUTSHEET_IO);
}

enum outsheet_rc outsheet_close(struct outsheet *w, struct buf *out)
{
	enum outsheet_rc rc;
	int error;

	finish_file(w);
	assert((w->fd != -1) == (out != NULL));
	if (w->rc == OUTSHEET_OK && out != NULL)
		read_back(w, out);
	else if (w->rc == OUTSHEET_OK)
		make_durable(w);
	rc = w->rc;
	error = w->error;
	outsheet_abandon(w);
	errno = error;
	return rc;
}

void outsheet_abandon(struct outsheet *w)
{
	int error = errno;

	if (w == NULL)
		return;
	if (w->csv != NULL)
		fclose(w->csv);
	if (w->book != NULL)
		lxw_workbook_free(w->book);
	if (w->fd != -1)
		close(w->fd);
	buf_free(&w->scratch);
	free(w);
	errno = error;
}
