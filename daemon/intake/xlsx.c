#include "xlsx.h"

#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "text.h"
#include "xlsx_sheet.h"

#include "banned.h"

enum { SHEETS = 256, PATH_BYTES = 256, RELATIONS = 1024, WORD = 64 };

struct relation {
	char id[WORD], type[WORD], target[PATH_BYTES];
};

struct relations {
	const char *base; /* the folder that targets are relative to */
	struct relation *item;
	size_t count;
};

struct sheet_entry {
	char name[SHEET_NAME];
	char id[WORD];
	bool hidden;
};

struct contents {
	struct sheet_entry *sheet;
	size_t count;
	bool epoch_1904;
};

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static bool ends_in(const char *s, const char *tail)
{
	size_t n = strlen(s), m = strlen(tail);

	return n >= m && is(s + n - m, tail);
}

/* ---- relations ------------------------------------------------------------------------- */

/* Folds . and .. away; a path that leaves the archive ends at its root and is simply not found. */
static void resolve(const char *base, const char *target, char out[PATH_BYTES])
{
	char joined[2 * PATH_BYTES];
	size_t n = 0;

	if (*target == '/')
		snprintf(joined, sizeof joined, "%s", target + 1);
	else
		snprintf(joined, sizeof joined, "%s%s", base, target);
	out[0] = '\0';
	for (const char *s = joined; *s != '\0';) {
		size_t part = strcspn(s, "/");

		if (part == 2 && memcmp(s, "..", 2) == 0) {
			while (n > 0 && out[--n] != '/')
				;
		} else if (part > 0 && !(part == 1 && *s == '.') && n + part + 2 < PATH_BYTES) {
			if (n > 0)
				out[n++] = '/';
			memcpy(out + n, s, part);
			n += part;
		}
		out[n] = '\0';
		s += part;
		s += *s == '/';
	}
}

static void on_relation(void *arg, const char *name, const char **attr)
{
	struct relations *r = arg;
	const char *id = xlsx_attr(attr, "Id"), *type = xlsx_attr(attr, "Type");
	const char *target = xlsx_attr(attr, "Target");
	struct relation *to;

	if (!is(name, "Relationship") || id == NULL || type == NULL || target == NULL)
		return;
	if (r->count == RELATIONS || strlen(target) >= PATH_BYTES)
		return;
	to = &r->item[r->count++];
	/* Only the last word of the type differs between the two editions of the standard. */
	snprintf(to->type, sizeof to->type, "%s",
		strrchr(type, '/') ? strrchr(type, '/') + 1 : type);
	snprintf(to->id, sizeof to->id, "%s", id);
	resolve(r->base, target, to->target);
}

static enum sheet_rc read_relations(
	struct xlsx_parts *parts, const char *path, const char *base, struct relations *r)
{
	struct xlsx_handler handler = { .start = on_relation, .arg = r };
	enum sheet_rc rc = SHEET_OK;

	r->base = base;
	r->count = 0;
	if (r->item == NULL)
		r->item = calloc(RELATIONS, sizeof *r->item);
	if (r->item == NULL)
		abort();
	if (xlsx_part_exists(parts, path))
		rc = xlsx_part_parse(parts, path, false, &handler);
	r->base = NULL; /* the caller's; only needed while reading */
	return rc;
}

static const char *target_of_type(const struct relations *r, const char *type)
{
	for (size_t i = 0; i < r->count; i++)
		if (is(r->item[i].type, type))
			return r->item[i].target;
	return NULL;
}

static const struct relation *relation_of_id(const struct relations *r, const char *id)
{
	for (size_t i = 0; i < r->count; i++)
		if (is(r->item[i].id, id))
			return &r->item[i];
	return NULL;
}

/* ---- the workbook ---------------------------------------------------------------------- */

static void on_workbook(void *arg, const char *name, const char **attr)
{
	struct contents *c = arg;
	const char *title = xlsx_attr(attr, "name"), *state = xlsx_attr(attr, "state");
	const char *id = NULL;
	struct sheet_entry *to;

	if (is(name, "workbookPr"))
		c->epoch_1904 = xlsx_flag(attr, "date1904");
	if (!is(name, "sheet") || c->count == SHEETS)
		return;
	for (size_t i = 0; attr[i] != NULL; i += 2) /* r:id; the prefix is anybody's choice */
		if (ends_in(attr[i], ":id"))
			id = attr[i + 1];
	if (id == NULL)
		return;
	to = &c->sheet[c->count++];
	snprintf(to->id, sizeof to->id, "%s", id);
	if (title != NULL)
		snprintf(to->name, sizeof to->name, "%.*s", (int)text_prefix(title, 31), title);
	to->hidden = state != NULL && !is(state, "visible");
}

static enum sheet_rc read_sheets(
	struct xlsx_book *book, const struct contents *c, const struct relations *r)
{
	enum sheet_rc rc = SHEET_OK;
	int index = 0;

	for (size_t i = 0; i < c->count && rc == SHEET_OK; i++) {
		const struct relation *to = relation_of_id(r, c->sheet[i].id);
		struct sheet_info info = { .name = c->sheet[i].name,
			.hidden = c->sheet[i].hidden,
			.epoch_1904 = c->epoch_1904 };

		if (to == NULL || !is(to->type, "worksheet"))
			continue; /* a chart */
		info.index = index++;
		rc = xlsx_sheet_read(book, to->target, &info);
	}
	return rc;
}

static enum sheet_rc read_book(
	struct xlsx_book *book, const char *path, struct contents *c, struct relations *r)
{
	struct xlsx_handler handler = { .start = on_workbook, .arg = c };
	const char *slash = strrchr(path, '/'), *styles, *strings;
	int folder = slash == NULL ? 0 : (int)(slash - path) + 1;
	char base[PATH_BYTES], rels[PATH_BYTES + 16];
	enum sheet_rc rc = xlsx_part_parse(book->parts, path, false, &handler);

	snprintf(base, sizeof base, "%.*s", folder, path);
	snprintf(rels, sizeof rels, "%s_rels/%s.rels", base, path + folder);
	if (rc == SHEET_OK)
		rc = read_relations(book->parts, rels, base, r);
	if (rc != SHEET_OK)
		return rc;
	styles = target_of_type(r, "styles");
	strings = target_of_type(r, "sharedStrings");
	if ((rc = xlsx_style_read(book->parts, styles ? styles : "", &book->styles)) != SHEET_OK)
		return rc;
	rc = xlsx_strings_read(
		book->parts, strings ? strings : "", book->limits->cell_chars, &book->strings);
	return rc == SHEET_OK ? read_sheets(book, c, r) : rc;
}

/* What else a zip archive may be; people rename. */
static enum sheet_problem other_kind(struct xlsx_parts *parts)
{
	if (xlsx_part_exists(parts, "word/document.xml"))
		return SHEET_IS_WORD;
	if (xlsx_part_exists(parts, "xl/workbook.bin"))
		return SHEET_IS_XLSB;
	if (xlsx_part_exists(parts, "content.xml"))
		return SHEET_IS_ODS;
	return SHEET_IS_ZIP;
}

enum sheet_rc xlsx_read(int fd, const struct sheet_limits *limits, const struct sheet_sink *sink,
	struct fault *fault)
{
	struct xlsx_book book = { .limits = limits, .sink = sink, .fault = fault };
	struct relations relations = { .item = NULL };
	struct contents contents = { .sheet = NULL };
	char path[PATH_BYTES] = "xl/workbook.xml";
	enum sheet_rc rc = xlsx_part_open(&book.parts, fd, limits, fault);

	if (rc != SHEET_OK)
		return rc;
	contents.sheet = calloc(SHEETS, sizeof *contents.sheet);
	if (contents.sheet == NULL)
		abort();
	rc = read_relations(book.parts, "_rels/.rels", "", &relations);
	if (rc == SHEET_OK && target_of_type(&relations, "officeDocument") != NULL)
		snprintf(path, sizeof path, "%s", target_of_type(&relations, "officeDocument"));
	if (rc == SHEET_OK && (!xlsx_part_exists(book.parts, path) || !ends_in(path, ".xml")))
		rc = sheet_refuse(fault, other_kind(book.parts), limits);
	else if (rc == SHEET_OK && strncmp(path, "word/", 5) == 0)
		rc = sheet_refuse(fault, SHEET_IS_WORD, limits);
	if (rc == SHEET_OK)
		rc = read_book(&book, path, &contents, &relations);
	xlsx_strings_free(book.strings);
	xlsx_style_free(&book.styles);
	xlsx_part_close(book.parts);
	free(relations.item);
	free(contents.sheet);
	return rc;
}
