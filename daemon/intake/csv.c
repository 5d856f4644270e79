#include "csv.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "rowbuf.h"
#include "text.h"

#include "banned.h"

enum {
	PIECE = 64 * 1024,
	LINE_MAX_BYTES = 4 << 20, /* a piece grows to this while it holds no line end */
	TEXT_MAX = 64 << 20,
	BAD_MAX = 1000, /* bytes that are no character; more: this is no text */
	BAD_FEW = 16,
	SAMPLE_LINES = 20
};

/* The separators, the likeliest first: a later one must do better to win. */
static const char *const separators[] = { ",", "\t", ";", "\xEF\xBC\x9B", "|", "\xEF\xBC\x8C" };
enum { SEPARATORS = sizeof separators / sizeof *separators };

struct csv {
	const struct sheet_limits *limits;
	const struct sheet_sink *sink;
	struct fault *fault;
	enum sheet_rc rc;
	const char *separator;
	size_t separator_len;
	bool started;
	struct rowbuf row;
	struct buf cell;
	size_t column, rows;
	int number;       /* of the row being read */
	int quoted_since; /* the row where the open quote began */
	bool quoted;      /* inside quotes */
	bool was_quoted;  /* this cell began with a quote */
	bool quote_seen;  /* a quote inside quotes: the end, or the first of two */
	bool cell_cut, after_cr, any;
};

/* ---- splitting ----------------------------------------------------------------------- */

static void refuse(struct csv *c, enum sheet_problem problem, int row)
{
	c->rc = sheet_refuse(c->fault, problem, c->limits);
	if (row > 0)
		fault_at(c->fault, row, "", "");
}

static void put_cell(struct csv *c)
{
	if (!rowbuf_put(&c->row, c->limits, c->column, SHEET_TEXT, buf_str(&c->cell), c->cell.len))
		refuse(c, SHEET_TOO_MANY_COLUMNS, c->number);
	else if (c->cell_cut)
		rowbuf_mark_cut(&c->row, c->column);
	c->column++;
	c->was_quoted = c->cell_cut = false;
	buf_clear(&c->cell);
}

static void put_row(struct csv *c)
{
	const struct sheet_row *row;

	put_cell(c);
	row = c->rc == SHEET_OK ? rowbuf_row(&c->row) : NULL;
	if (row != NULL && ++c->rows > c->limits->rows + SHEET_ABOVE)
		refuse(c, SHEET_TOO_MANY_ROWS, 0);
	else if (row != NULL && !c->sink->row(c->sink->arg, row))
		c->rc = SHEET_STOPPED;
	c->column = 0;
	c->any = false;
	rowbuf_begin(&c->row, ++c->number, false);
}

/* More than the limit is remembered by one character only, so that the row knows of it. */
static void put_bytes(struct csv *c, const char *s, size_t n)
{
	c->any = true;
	if (c->cell.len + n > c->cell.max)
		c->cell_cut = true;
	else
		buf_add(&c->cell, s, n);
}

static bool at_separator(const struct csv *c, const char *s, const char *end)
{
	return (size_t)(end - s) >= c->separator_len &&
	       memcmp(s, c->separator, c->separator_len) == 0;
}

/* Inside quotes everything is text, but for the quote itself. */
static const char *quoted_text(struct csv *c, const char *s, const char *end)
{
	const char *quote = memchr(s, '"', (size_t)(end - s));
	const char *stop = quote == NULL ? end : quote;

	while (s < stop) { /* by characters, so that a cut never splits one */
		const char *from = s;

		text_next(&s, stop);
		put_bytes(c, from, (size_t)(s - from));
	}
	if (quote == NULL)
		return end;
	c->quoted = false;
	c->quote_seen = true;
	return quote + 1;
}

static const char *line_end(struct csv *c, const char *s)
{
	if (*s == '\n' && c->after_cr) {
		c->after_cr = false;
		return s + 1;
	}
	c->after_cr = *s == '\r';
	put_row(c);
	return s + 1;
}

static const char *plain_text(struct csv *c, const char *s, const char *end)
{
	bool doubled = c->quote_seen && *s == '"';
	const char *from = s;

	c->quote_seen = false;
	if (*s == '\n' || *s == '\r')
		return line_end(c, s);
	c->after_cr = false;
	if (doubled || (*s == '"' && c->cell.len == 0 && !c->was_quoted)) {
		c->quoted = c->was_quoted = c->any = true;
		c->quoted_since = c->number;
		if (doubled)
			put_bytes(c, "\"", 1);
		return s + 1;
	}
	if (at_separator(c, s, end)) {
		put_cell(c);
		c->any = true;
		return s + c->separator_len;
	}
	text_next(&s, end);
	put_bytes(c, from, (size_t)(s - from));
	return s;
}

static void split(struct csv *c, const char *s, const char *end)
{
	while (s < end && c->rc == SHEET_OK)
		s = c->quoted ? quoted_text(c, s, end) : plain_text(c, s, end);
}

static void split_end(struct csv *c)
{
	if (c->rc == SHEET_OK && c->quoted)
		refuse(c, SHEET_BAD_QUOTE, c->quoted_since);
	if (c->rc == SHEET_OK && c->any)
		put_row(c);
}

/* ---- the separator ------------------------------------------------------------------- */

/* How often the separator stands in each of the first lines, outside quotes. */
static size_t count_lines(
	const char *s, const char *end, const char *separator, size_t count[SAMPLE_LINES])
{
	size_t n = strlen(separator), lines = 0;
	bool quoted = false;

	memset(count, 0, SAMPLE_LINES * sizeof *count);
	for (; s < end && lines < SAMPLE_LINES; s++) {
		if (*s == '"')
			quoted = !quoted;
		else if (*s == '\n' && !quoted)
			lines++;
		else if (!quoted && (size_t)(end - s) >= n && memcmp(s, separator, n) == 0)
			count[lines]++;
	}
	return lines < SAMPLE_LINES ? lines + 1 : lines;
}

/* The number of lines that agree on the most frequent count, times that count. */
static size_t evenness(const size_t *count, size_t lines)
{
	size_t best = 0;

	for (size_t i = 0; i < lines; i++) {
		size_t same = 0;

		for (size_t j = 0; j < lines; j++)
			same += count[j] == count[i];
		if (count[i] > 0 && same * same * count[i] > best)
			best = same * same * count[i];
	}
	return best;
}

static const char *separator_of(const char *s, const char *end)
{
	const char *best = separators[0];
	size_t most = 0;

	for (size_t i = 0; i < SEPARATORS; i++) {
		size_t count[SAMPLE_LINES];
		size_t lines = count_lines(s, end, separators[i], count);
		size_t even = evenness(count, lines);

		if (even > most) {
			most = even;
			best = separators[i];
		}
	}
	return best;
}

/* sep=; as the first line; moves *s behind it. */
static const char *separator_said(const char **s, const char *end)
{
	const char *p = *s + 4;

	if (end - *s < 5 || strncasecmp(*s, "sep=", 4) != 0)
		return NULL;
	for (size_t i = 0; i < SEPARATORS; i++) {
		size_t n = strlen(separators[i]);

		if ((size_t)(end - p) < n || memcmp(p, separators[i], n) != 0)
			continue;
		p += n;
		if (p < end && *p != '\r' && *p != '\n')
			return NULL;
		p += p < end && *p == '\r';
		p += p < end && *p == '\n';
		*s = p;
		return separators[i];
	}
	return NULL;
}

static void take_text(struct csv *c, const char *s, size_t n)
{
	const char *end = s + n;

	if (!c->started) {
		c->started = true;
		c->separator = separator_said(&s, end);
		if (c->separator == NULL)
			c->separator = separator_of(s, end);
		c->separator_len = strlen(c->separator);
	}
	split(c, s, end);
}

/* ---- bytes to text ------------------------------------------------------------------- */

struct input {
	const struct csv_source *source;
	enum text_encoding encoding;
	bool mixed; /* GB18030, but lines that are UTF-8 are taken as UTF-8 */
	struct buf text;
	size_t bad;
	char *raw; /* cap bytes */
	size_t cap, len, at;
	bool io;
};

static ssize_t source_read(const struct csv_source *s, char *to, size_t n, size_t at)
{
	ssize_t got;

	if (s->fd == -1) {
		n = at >= s->size ? 0 : n < s->size - at ? n : s->size - at;
		memcpy(to, s->bytes + (at < s->size ? at : 0), n);
		return (ssize_t)n;
	}
	do
		got = pread(s->fd, to, n, (off_t)at);
	while (got == -1 && errno == EINTR);
	return got;
}

/* Where the last whole line ends. LF and CR are never part of another character, in UTF-16
 * neither when both bytes are looked at. */
static size_t last_line_end(enum text_encoding e, const char *p, size_t n)
{
	size_t unit = e == TEXT_UTF16LE || e == TEXT_UTF16BE ? 2 : 1;
	size_t low = e == TEXT_UTF16BE ? 1 : 0;

	for (size_t i = n / unit * unit; i >= unit; i -= unit) {
		char c = p[i - unit + low];

		if ((c == '\n' || c == '\r') && (unit == 1 || p[i - unit + 1 - low] == '\0'))
			return i;
	}
	return 0;
}

/*
 * The next piece of whole lines, at in->raw; 0 at the end. The tail of an unfinished line is
 * moved to the front for the next time (done: how much of raw the last piece was).
 */
static size_t next_piece(struct input *in, size_t done)
{
	memmove(in->raw, in->raw + done, in->len - done);
	in->len -= done;
	for (;;) {
		ssize_t got = source_read(in->source, in->raw + in->len, in->cap - in->len, in->at);
		size_t whole;

		in->io = in->io || got < 0;
		if (got <= 0)
			return in->len; /* the last line may have no end */
		in->at += (size_t)got;
		in->len += (size_t)got;
		whole = last_line_end(in->encoding, in->raw, in->len);
		if (whole > 0)
			return whole;
		if (in->len == in->cap && in->cap >= LINE_MAX_BYTES)
			return in->len;
		if (in->len == in->cap) {
			assert(in->cap > 0);
			in->cap *= 2;
			in->raw = realloc(in->raw, in->cap);
			if (in->raw == NULL)
				abort();
		}
	}
}

static void rewind_input(struct input *in)
{
	in->at = in->len = 0;
}

/* What is no character becomes U+FFFD, each byte of it, and is counted. */
static void decode(struct input *in, enum text_encoding e, const char *p, size_t n)
{
	size_t unit = e == TEXT_UTF16LE || e == TEXT_UTF16BE ? 2 : 1;

	while (n > 0 && in->bad <= BAD_MAX) {
		size_t from = in->text.len, bad = 0;

		if (text_decode(e, p, n, &in->text, &bad))
			return;
		in->text.len = from;
		text_decode(e, p, bad < n ? bad : n, &in->text, NULL);
		buf_adds(&in->text, "\xEF\xBF\xBD");
		in->bad++;
		bad = bad + unit < n ? bad + unit : n;
		p += bad;
		n -= bad;
	}
}

/* A line of a GBK file that is valid UTF-8 with at least one Chinese character is UTF-8. */
static bool is_utf8_line(const char *p, size_t n)
{
	const char *end = p + n;
	bool han = false;

	while (p < end) {
		uint32_t c = text_next(&p, end);

		if (c == TEXT_BAD || (c >= 0x80 && c < 0x800))
			return false;
		han = han || text_is_han(c);
	}
	return han;
}

static bool is_ascii(const char *p, size_t n)
{
	while (n > 0 && (unsigned char)*p < 0x80) {
		p++;
		n--;
	}
	return n == 0;
}

/* Line by line, neighbours of one encoding together. */
static void decode_mixed(struct input *in, const char *p, size_t n)
{
	enum text_encoding now = TEXT_GB18030;
	const char *end = p + n, *from = p;

	while (p < end) {
		const char *stop = memchr(p, '\n', (size_t)(end - p));
		size_t len = (size_t)((stop == NULL ? end : stop + 1) - p);
		enum text_encoding e = is_ascii(p, len)       ? now
				       : is_utf8_line(p, len) ? TEXT_UTF8
							      : TEXT_GB18030;

		if (e != now) {
			decode(in, now, from, (size_t)(p - from));
			from = p;
			now = e;
		}
		p += len;
	}
	decode(in, now, from, (size_t)(end - from));
}

/* UTF-8 when all of it is valid (a character cut at the very end is forgiven). */
static bool all_utf8(struct input *in)
{
	size_t n = 0, tail = 0;
	bool good = true;

	while (good && (n = next_piece(in, n)) > 0) {
		const char *p = in->raw, *end = in->raw + n;

		while (p < end && good) {
			const char *from = p;

			if (text_next(&p, end) != TEXT_BAD)
				continue;
			tail = (size_t)(end - from);
			good = in->at >= in->source->size && tail < 4 &&
			       (unsigned char)*from >= 0xC2;
			break;
		}
	}
	rewind_input(in);
	return good;
}

static bool has_mark(const char *p, size_t n)
{
	if (n >= 3 && memcmp(p, "\xEF\xBB\xBF", 3) == 0)
		return true;
	return n >= 2 && (memcmp(p, "\xFF\xFE", 2) == 0 || memcmp(p, "\xFE\xFF", 2) == 0);
}

/* UTF-16 without a mark; a stray NUL in an ordinary file is no sign of it. */
static bool many_zeros(const char *p, size_t n)
{
	size_t zeros = 0;

	for (size_t i = 0; i < n; i++)
		zeros += p[i] == '\0';
	return zeros > n / 8;
}

static void find_encoding(struct input *in)
{
	ssize_t n = source_read(in->source, in->raw, in->cap, 0);

	if (n > 0 && (has_mark(in->raw, (size_t)n) || many_zeros(in->raw, (size_t)n))) {
		in->encoding = text_sniff(in->raw, (size_t)n, true);
		if (in->encoding != TEXT_UNKNOWN)
			return;
	}
	in->encoding = TEXT_UTF8;
	if (all_utf8(in))
		return;
	in->encoding = TEXT_GB18030;
	in->mixed = true;
}

/* ---- both ---------------------------------------------------------------------------- */

/* A cut character or two are forgiven, a picture is not. */
static bool too_bad(const struct input *in)
{
	return in->bad > BAD_MAX || (in->bad > BAD_FEW && in->bad > in->at / 20);
}

static void read_all(struct csv *c, struct input *in)
{
	size_t n = 0;

	while (c->rc == SHEET_OK && (n = next_piece(in, n)) > 0) {
		buf_clear(&in->text);
		if (in->mixed)
			decode_mixed(in, in->raw, n);
		else
			decode(in, in->encoding, in->raw, n);
		if (too_bad(in) || in->text.full)
			refuse(c, SHEET_NOT_TEXT, 0);
		else
			take_text(c, buf_str(&in->text), in->text.len);
	}
	if (c->rc == SHEET_OK && in->io)
		refuse(c, SHEET_CANNOT_READ, 0);
	split_end(c);
}

enum sheet_rc csv_read(const struct csv_source *source, const struct sheet_limits *limits,
	const struct sheet_sink *sink, struct fault *fault)
{
	struct csv c = { .limits = limits, .sink = sink, .fault = fault, .number = 1 };
	struct input in = { .source = source, .cap = PIECE };
	struct sheet_info info = { .name = "" };

	assert(limits->columns <= SHEET_COLUMNS);
	if (source->size > limits->bytes)
		return sheet_refuse(fault, SHEET_FILE_TOO_BIG, limits);
	if (!sink->sheet(sink->arg, &info))
		return SHEET_OK;
	in.raw = malloc(in.cap);
	if (in.raw == NULL)
		abort();
	buf_init(&in.text, TEXT_MAX);
	buf_init(&c.cell, limits->cell_chars * 4 + 4);
	rowbuf_init(&c.row);
	rowbuf_begin(&c.row, 1, false);
	find_encoding(&in);
	read_all(&c, &in);
	rowbuf_free(&c.row);
	buf_free(&c.cell);
	buf_free(&in.text);
	free(in.raw);
	return c.rc;
}
