#include "xlsx_style.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "banned.h"

/* The built-in formats that are dates or times, those of the Chinese editions included. */
static const struct {
	int from, to;
} built_in[] = { { 14, 22 }, { 27, 36 }, { 45, 47 }, { 50, 58 } };

struct reading {
	struct xlsx_styles *styles;
	bool in_cell_xfs;
	size_t formats;
	int format[XLSX_FORMATS]; /* the numbers of those custom formats that are dates */
};

/* [h], [mm], [ss]: hours and minutes that go on beyond a day. */
static bool is_elapsed(const char *s, size_t n)
{
	if (n == 0)
		return false;
	for (size_t i = 0; i < n; i++)
		if (strchr("hmsHMS", s[i]) == NULL)
			return false;
	return true;
}

/* The length of what says nothing: quoted text, [conditions], \x, _x, *x. */
static size_t mute(const char *f)
{
	const char *end;

	switch (*f) {
	case '"':
		end = strchr(f + 1, '"');
		return end == NULL ? strlen(f) : (size_t)(end - f) + 1;
	case '[':
		end = strchr(f, ']');
		return end == NULL ? strlen(f) : (size_t)(end - f) + 1;
	case '\\':
	case '_':
	case '*':
		return f[1] == '\0' ? 1 : 2;
	default:
		return 0;
	}
}

bool xlsx_format_is_date(const char *format)
{
	const char *f = format;

	while (*f != '\0') {
		size_t n = mute(f);

		if (*f == '[' && n > 2 && is_elapsed(f + 1, n - 2))
			return true;
		if (n > 0) {
			f += n;
			continue;
		}
		if (strncasecmp(f, "general", 7) == 0)
			f += 7;
		else if (strchr("ymdhsYMDHS", *f) != NULL)
			return true;
		else
			f++;
	}
	return false;
}

static void take_format(struct reading *r, const char **attr)
{
	const char *code = xlsx_attr(attr, "formatCode");
	int id = xlsx_number(attr, "numFmtId");

	if (code != NULL && id >= 0 && r->formats < XLSX_FORMATS && xlsx_format_is_date(code))
		r->format[r->formats++] = id;
}

static bool is_date_format(const struct reading *r, int id)
{
	for (size_t i = 0; i < r->formats; i++)
		if (r->format[i] == id)
			return true;
	for (size_t i = 0; i < sizeof built_in / sizeof *built_in; i++)
		if (id >= built_in[i].from && id <= built_in[i].to)
			return true;
	return false;
}

static void on_start(void *arg, const char *name, const char **attr)
{
	struct reading *r = arg;

	if (strcmp(name, "numFmt") == 0)
		take_format(r, attr);
	else if (strcmp(name, "cellXfs") == 0)
		r->in_cell_xfs = true;
	else if (strcmp(name, "xf") == 0 && r->in_cell_xfs && r->styles->count < XLSX_STYLES)
		r->styles->is_date[r->styles->count++] =
			is_date_format(r, xlsx_number(attr, "numFmtId"));
}

static void on_end(void *arg, const char *name)
{
	struct reading *r = arg;

	if (strcmp(name, "cellXfs") == 0)
		r->in_cell_xfs = false;
}

enum sheet_rc xlsx_style_read(struct xlsx_parts *parts, const char *path, struct xlsx_styles *out)
{
	struct reading *r;
	struct xlsx_handler handler = { .start = on_start, .end = on_end };
	enum sheet_rc rc;

	*out = (struct xlsx_styles){ .count = 0 };
	if (!xlsx_part_exists(parts, path))
		return SHEET_OK;
	out->is_date = calloc(XLSX_STYLES, 1);
	r = calloc(1, sizeof *r);
	if (out->is_date == NULL || r == NULL)
		abort();
	r->styles = out;
	handler.arg = r;
	rc = xlsx_part_parse(parts, path, false, &handler);
	free(r);
	return rc;
}

void xlsx_style_free(struct xlsx_styles *s)
{
	free(s->is_date);
	*s = (struct xlsx_styles){ .count = 0 };
}

bool xlsx_style_is_date(const struct xlsx_styles *s, int style)
{
	return style >= 0 && (size_t)style < s->count && s->is_date[style] != 0;
}
